// Asks the browser for a passkey (WebAuthn, level 3), and sends its answer with the form of the button that wants one.
{
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt())
  const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
  const withBytes = (credentials = []) => credentials.map((each) => ({ ...each, id: bytes(each.id) }))

  const ceremonies = {
    create: (told) => navigator.credentials.create({ publicKey: {
      ...told,
      challenge: bytes(told.challenge),
      user: { ...told.user, id: bytes(told.user.id) },
      excludeCredentials: withBytes(told.excludeCredentials),
    } }),
    get: (told) => navigator.credentials.get({ publicKey: {
      ...told,
      challenge: bytes(told.challenge),
      allowCredentials: withBytes(told.allowCredentials),
    } }),
  }

  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
  const answerOf = ({ id, rawId, type, response }) => {
    const given = parts.filter((part) => response[part]).map((part) => [part, base64url(response[part])])
    const transports = response.getTransports?.()
    return JSON.stringify({ id, rawId: base64url(rawId), type, response: { ...Object.fromEntries(given), transports } })
  }

  // a form without an answer is told by the portal what the matter is, such as a session that has ended
  const nothing = "none"
  const ask = async ({ passkey, options }) => {
    const told = await fetch(options, { headers: { Accept: "application/json" } })
    return told.ok && !told.redirected ? answerOf(await ceremonies[passkey](await told.json())) : nothing
  }

  const refusals = {
    InvalidStateError: "This device has a passkey for this account already.",
    SecurityError: "The browser does not use passkeys at this address.",
  }
  const noPasskey = "The browser gave no passkey. Try again, or go another way."

  const begin = async (button) => {
    const { form } = button
    const words = form.querySelector("[data-passkey-words]")
    const credential = form.querySelector("[data-credential]")
    words.textContent = "Waiting for your passkey…"
    button.dataset.asking = ""
    try {
      credential.value = await ask(button.dataset)
      form.requestSubmit(button)
      words.textContent = ""
    } catch (error) {
      words.textContent = refusals[error.name] ?? noPasskey
    }
    delete button.dataset.asking
  }

  document.addEventListener("submit", (event) => {
    const button = event.submitter
    const credential = event.target.querySelector("[data-credential]")
    if (!button?.dataset.passkey) return
    if (credential.value) {
      // the answer is good for this once
      setTimeout(() => { credential.value = "" })
      return
    }
    event.preventDefault()
    if (!("asking" in button.dataset) && (button.formNoValidate || event.target.reportValidity())) begin(button)
  })

  if (window.PublicKeyCredential) {
    for (const place of document.querySelectorAll("[data-takes-passkeys]")) place.hidden = false
    for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = true
  }
}

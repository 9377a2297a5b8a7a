// Shows a password: one that is being typed by changing its field, a stored one by asking for it.
{
  const say = (button, verb) => { button.querySelector("[data-verb]").textContent = verb }

  for (const button of document.querySelectorAll("[data-reveals]")) {
    const field = document.getElementById(button.dataset.reveals)
    const turn = (type) => { field.type = type; say(button, type === "text" ? "Hide" : "Show") }
    button.hidden = false
    button.addEventListener("click", () => turn(field.type === "text" ? "password" : "text"))
    field.addEventListener("generated", () => turn("text"))
    // browsers remember what was typed into a text field, not into a password field
    field.form.addEventListener("submit", () => turn("password"))
  }

  const ask = async (button) => {
    const answer = await fetch(button.formAction, { method: "POST", body: new FormData(button.form) })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    return page.querySelector("[data-password]").textContent
  }

  const placeOf = (button) => document.getElementById(button.dataset.revealsStored)
  const hidden = new Map()  // the dots behind each button that shows a password
  const offerCopy = (button, offered) => {
    const copy = document.querySelector(`[data-copies="${button.dataset.revealsStored}"]`)
    if (copy) copy.hidden = !offered
  }
  const show = (button, password) => {
    hidden.set(button, [...placeOf(button).childNodes])
    placeOf(button).replaceChildren(password)
    button.dataset.revealed = ""
    say(button, "Hide")
    offerCopy(button, true)
  }
  const hide = (button) => {
    placeOf(button).replaceChildren(...hidden.get(button))
    hidden.delete(button)
    delete button.dataset.revealed
    say(button, "Show")
    offerCopy(button, false)
  }

  // lists that are kept current bring new buttons
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-reveals-stored]")
    if (!button) return
    event.preventDefault()
    if (hidden.has(button)) return hide(button)
    // any other answer than the password is a page to be seen: the session may have ended
    await ask(button).then((password) => show(button, password), () => button.form.requestSubmit(button))
  })
  window.addEventListener("pagehide", () => { for (const button of [...hidden.keys()]) hide(button) })
}

// Fills a password field with 15 random letters and digits, the longest password that SIP accounts take.
{
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  // bytes from here on would make the first letters likelier than the others
  const unbiased = 256 - 256 % alphabet.length

  const password = (length) => {
    let made = ""
    while (made.length < length) {
      const [byte] = crypto.getRandomValues(new Uint8Array(1))
      if (byte < unbiased) made += alphabet[byte % alphabet.length]
    }
    return made
  }

  for (const button of document.querySelectorAll("[data-generates]")) {
    const field = document.getElementById(button.dataset.generates)
    button.hidden = false
    button.addEventListener("click", () => {
      field.value = password(15)
      field.dispatchEvent(new Event("input", { bubbles: true }))
      field.dispatchEvent(new Event("generated"))
    })
  }
}

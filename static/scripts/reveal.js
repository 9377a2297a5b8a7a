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

  for (const button of document.querySelectorAll("[data-reveals-stored]")) {
    const place = document.getElementById(button.dataset.revealsStored)
    const dots = [...place.childNodes]
    let shown = false
    const show = (...content) => {
      shown = content[0] !== dots[0]
      place.replaceChildren(...content)
      say(button, shown ? "Hide" : "Show")
    }

    button.addEventListener("click", async (event) => {
      event.preventDefault()
      if (shown) return show(...dots)
      // any other answer than the password is a page to be seen: the session may have ended
      await ask(button).then(show, () => button.form.requestSubmit(button))
    })
    window.addEventListener("pagehide", () => show(...dots))
  }
}

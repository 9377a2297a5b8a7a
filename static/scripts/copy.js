// Copies the text of another element.
{
  // the clipboard interface exists on https and loopback only
  const copyBySelection = (text) => {
    const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "visually-hidden" })
    document.body.append(area)
    area.select()
    document.execCommand("copy")
    area.remove()
  }
  const copy = (text) => navigator.clipboard?.writeText(text).catch(() => copyBySelection(text)) ?? copyBySelection(text)

  const sourceOf = (button) => document.getElementById(button.dataset.copies)
  const textOf = (button) => sourceOf(button).value ?? sourceOf(button).textContent
  const say = (button, words) => { (button.querySelector("[data-verb]") ?? button).textContent = words }

  for (const button of document.querySelectorAll("[data-copies]:not([data-once-shown])")) {
    const offer = () => { button.hidden = !textOf(button) }
    sourceOf(button).addEventListener("input", offer)
    offer()
  }

  // lists that are kept current bring new buttons
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]")
    if (!button) return
    await copy(textOf(button))
    button.focus()
    say(button, "Copied")
    setTimeout(() => say(button, "Copy"), 2000)
  })
}

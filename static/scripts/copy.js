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

  for (const button of document.querySelectorAll("[data-copies]")) {
    const idle = button.textContent
    button.hidden = false
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copies)
      await copy(source.value ?? source.textContent)
      button.focus()
      button.textContent = "Copied"
      setTimeout(() => { button.textContent = idle }, 2000)
    })
  }
}

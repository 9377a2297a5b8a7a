// A form that is under way cannot be sent again: its buttons for that are disabled and say what is running.
{
  const idle = new Map()

  const restore = () => {
    for (const [button, words] of idle) Object.assign(button, { disabled: false, textContent: words })
    idle.clear()
  }

  document.addEventListener("submit", (event) => {
    const button = event.submitter
    if (event.defaultPrevented || !button?.dataset.running) return
    const { running } = button.dataset
    const alike = [...event.target.elements].filter((each) => each.dataset.running === running)
    for (const each of alike) idle.set(each, each.textContent)
    // after the browser has read the form, otherwise the button's own value would be left out
    setTimeout(() => { for (const each of alike) Object.assign(each, { disabled: true, textContent: running }) })
  })
  window.addEventListener("pageshow", restore)
  document.addEventListener("keydown", (event) => event.key === "Escape" && restore())
}

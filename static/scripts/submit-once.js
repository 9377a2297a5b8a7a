// A form that is under way cannot be sent again: its button is disabled and says what is running.
{
  const idle = new Map()

  const restore = () => {
    for (const [button, words] of idle) Object.assign(button, { disabled: false, textContent: words })
    idle.clear()
  }

  document.addEventListener("submit", (event) => {
    const button = event.submitter
    if (event.defaultPrevented || !button?.dataset.running) return
    idle.set(button, button.textContent)
    // after the browser has read the form, otherwise the button's own value would be left out
    setTimeout(() => Object.assign(button, { disabled: true, textContent: button.dataset.running }))
  })
  window.addEventListener("pageshow", restore)
  document.addEventListener("keydown", (event) => event.key === "Escape" && restore())
}

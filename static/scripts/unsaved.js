// Says in words what is not saved, and warns before a changed form is left.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  const words = form.querySelector("[data-unsaved-words]")
  const refused = "refused" in form.dataset  // by the service, or restored after a new sign-in
  const saidByServer = words.textContent
  let sending = false

  const isChanged = (field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked
    if (field.type === "radio") return field.checked && !field.defaultChecked
    if (field.options) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected))
    return field.value !== field.defaultValue
  }
  const isSaved = (field) => field.labels?.length && !field.disabled && !("passing" in field.dataset)
  const changes = () => [...form.elements].filter((field) => isSaved(field) && isChanged(field))
  // "Calls in" within a sentence is "calls in", "SIP password" stays
  const labelOf = (field) => document.getElementById(field.closest("[role=radiogroup]")?.getAttribute("aria-labelledby")) ?? field.labels[0]
  const nameOf = (field) => labelOf(field).firstChild.textContent.trim().replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
  const warn = (event) => {
    if (sending) return
    event.preventDefault()
    event.returnValue = true  // browsers of before 2023 want this
  }

  const update = () => {
    const changed = changes()
    const count = changed.length === 1 ? "1 change" : `${changed.length} changes`
    words.textContent = changed.length ? `${count} not saved: ${changed.map(nameOf).join(", ")}` : saidByServer
    window[changed.length || refused ? "addEventListener" : "removeEventListener"]("beforeunload", warn)
  }

  form.addEventListener("input", update)
  form.addEventListener("submit", () => { sending = true })
  form.querySelector("[data-discards]")?.addEventListener("click", () => { sending = true })
  window.addEventListener("pageshow", () => { sending = false; update() })
}

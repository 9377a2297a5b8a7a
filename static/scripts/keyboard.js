// Single keys: / finds, n makes a new record, g and a letter go somewhere, ? lists them. Without the list there are none.
{
  const list = document.querySelector("[data-keys]")
  const patience = 2000
  const fields = "input, textarea, select, [contenteditable]:not([contenteditable=false]), .ace_editor"
  let wentAt = -Infinity

  const follow = (link) => {
    if (list.open) list.close()
    link?.click()
    return link
  }
  const find = () => {
    const field = document.querySelector("main input[type=search]")
    const folded = field?.closest("details")
    if (list.open) list.close()
    if (folded) folded.open = true
    field?.focus()
    field?.select()
    return field
  }
  const show = () => { list.open ? list.close() : list.showModal(); return list }
  const acts = new Map([
    ["/", find],
    ["n", () => follow(document.querySelector('main a.button-main[href$="/add"]'))],
    ["?", show],
  ])
  const jump = (key) => follow(list.querySelector(`[data-key="${CSS.escape(key)}"]`))

  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
    if (!event.key || event.target.closest?.(fields)) return
    if (["Shift", "CapsLock"].includes(event.key)) return
    const going = event.timeStamp - wentAt < patience
    wentAt = event.key === "g" && !going ? event.timeStamp : -Infinity
    // what a key does not do here is left to the browser, such as its own quick find
    if (going ? jump(event.key) : acts.get(event.key)?.()) event.preventDefault()
  }

  if (list) {
    list.hidden = false
    list.querySelector("[data-closes]").addEventListener("click", () => list.close())
    document.addEventListener("keydown", press)
  }
}

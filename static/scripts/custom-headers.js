// Adds and removes rows of custom headers in place. A removed row is emptied and hidden, so that it still counts as a change.
for (const list of document.querySelectorAll("[data-rows]")) {
  const add = list.parentElement.querySelector("[data-adds-row]")
  const rows = () => [...list.querySelectorAll("[data-row]")]
  const inputOf = (row) => row.querySelector("input")

  const remove = (row) => {
    const input = inputOf(row)
    input.value = ""
    row.hidden = true
    input.dispatchEvent(new Event("input", { bubbles: true }))
    add.focus()
  }
  const prepare = (row) => {
    const button = row.querySelector("[data-removes-row]")
    button.hidden = false
    button.addEventListener("click", () => remove(row))
  }
  const number = (row, count) => {
    const input = inputOf(row)
    input.id = `${input.name}-${count}`
    row.querySelector("label").htmlFor = input.id
    row.querySelector("label").textContent = `Custom header ${count}`
    row.querySelector("[data-removes-row] span").textContent = ` custom header ${count}`
  }

  rows().forEach(prepare)
  add.type = "button"
  add.addEventListener("click", () => {
    const row = rows().at(-1).cloneNode(true)
    const input = inputOf(row)
    input.value = input.defaultValue = ""
    number(row, rows().length + 1)
    row.hidden = false
    prepare(row)
    list.append(row)
    input.focus()
  })
}

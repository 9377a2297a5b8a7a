// Tries what a form holds without leaving it, so that all that is typed stays, passwords too.
for (const button of document.querySelectorAll("[data-tries]")) {
  const answer = document.getElementById(button.dataset.tries)
  const typed = document.getElementById(button.dataset.tried)

  const ask = async () => {
    const { form } = button
    const values = new FormData(form)
    for (const name of new Set(values.keys())) if (name.includes("password")) values.delete(name)
    values.append(button.name, button.value)
    const page = new DOMParser().parseFromString(await (await fetch(form.action, { method: "POST", body: values })).text(), "text/html")
    answer.replaceChildren(...page.getElementById(answer.id).childNodes)
  }

  button.addEventListener("click", async (event) => {
    event.preventDefault()
    // any page without the answer is one to be seen: the session may have ended
    await ask().catch(() => button.form.requestSubmit(button))
  })
  typed.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return
    event.preventDefault()
    button.click()
  })
}

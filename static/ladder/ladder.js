// Opens the text of the message that an arrow leads to.
{
  const open = () => {
    const told = document.getElementById(location.hash.slice(1))
    if (told instanceof HTMLDetailsElement) {
      told.open = true
    }
  }
  addEventListener("hashchange", open)
  open()
}

// Counts the session's minutes down, offers to extend it in time, says when it has ended.
{
  const minute = 60_000
  const session = document.querySelector("[data-session]")
  const offer = document.querySelector("[data-session-offer]")
  const ended = document.querySelector("[data-session-ended]")
  let ends = 0

  const say = (selector, words) => {
    for (const part of document.querySelectorAll(selector)) part.textContent = words
  }
  const show = () => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / minute))
    say("[data-session-left]", `${left} min left`)
    session.querySelector("progress").value = left
    offer.hidden = left === 0 || left > offer.dataset.sessionOffer
    ended.hidden = left > 0
  }
  const follow = ({ minutesLeft, ends: time, endsAt }) => {
    ends = Date.now() + minutesLeft * minute
    for (const part of document.querySelectorAll("[data-session-ends]")) {
      part.textContent = endsAt
      part.dateTime = time
    }
    show()
  }
  // in place, so that a form which is being filled in stays as it is
  const extend = async (form) => {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const renewed = page.querySelector("[data-session]")
    follow(renewed.dataset)
    session.replaceChildren(...renewed.childNodes)
    offer.before(...page.querySelectorAll("[data-flash]"))
  }

  if (session) {
    follow(session.dataset)
    setInterval(show, minute / 6)
    document.addEventListener("visibilitychange", show)
    offer.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault()
      extend(event.target).catch(() => event.target.submit())
    })
  }
}

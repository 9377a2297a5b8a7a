// Follows the events of a filter: asks once a second for the lines behind a cursor, while somebody looks at the page.
{
  const aSecond = 1000
  const soon = aSecond / 10
  const patience = 15 * aSecond
  const afterTrouble = 10 * aSecond
  const longestAfterTrouble = 60 * aSecond
  const nearTheEnd = 24

  const page = document.querySelector("[data-console]")
  const part = (name) => page.querySelector(`[data-console-${name}]`)
  const box = page?.querySelector("#filter")
  const lines = page?.querySelector("#lines")
  const waiting = document.createDocumentFragment()  // lines that have come while the others stand still
  let cursor = page?.dataset.cursor
  let state = "on"
  let isHeld = false
  let dropped = 0
  let failures = 0
  let asking  // aborts the request that is under way
  let timer

  const inWords = (count, words) => `${count.toLocaleString("en")} ${count === 1 ? words : `${words}s`}`
  const isOver = () => ["closed", "ended", "refused"].includes(state)

  const show = () => {
    const shown = state === "on" && isHeld ? "held" : state
    for (const words of page.querySelectorAll("[data-console-state]")) words.hidden = words.dataset.consoleState !== shown
    const count = waiting.childElementCount
    part("waiting").textContent = count ? inWords(count, "new line") : ""
    part("dropped").hidden = dropped === 0
    part("dropped").textContent = `${inWords(dropped, "earlier line")} dropped: the page keeps ${inWords(Number(page.dataset.most), "line")}.`
    if (lines.childElementCount) part("none").hidden = true
    page.querySelector("#filter").readOnly = !isOver()
    page.querySelector("form .button-main").hidden = !isOver()
    part("close").hidden = isOver()
  }

  // the oldest lines go, whole, where there are more than the page keeps
  const keepWithinBounds = () => {
    for (let over = lines.childElementCount + waiting.childElementCount - page.dataset.most; over > 0; over--) {
      (lines.firstElementChild ?? waiting.firstElementChild).remove()
      dropped++
    }
  }

  const find = () => {
    const wanted = part("find").querySelector("input").value.toLowerCase()
    let found = 0
    for (const line of lines.children) {
      line.hidden = wanted !== "" && !line.textContent.toLowerCase().includes(wanted)
      if (!line.hidden) found++
    }
    part("found").textContent = wanted ? `${found.toLocaleString("en")} of ${inWords(lines.childElementCount, "line")}` : ""
  }

  const settle = () => {
    keepWithinBounds()
    if (!isHeld && waiting.childElementCount) {
      const isAtEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < nearTheEnd
      lines.append(waiting)
      find()
      if (isAtEnd) lines.scrollTop = lines.scrollHeight
      lines.dispatchEvent(new Event("input"))  // there is something to copy
    }
    show()
  }

  const hear = (html) => {
    const fresh = document.createElement("template")
    fresh.innerHTML = html
    waiting.append(...fresh.content.children)
  }

  const ask = async (signal) => {
    const address = `${page.dataset.lines}?${new URLSearchParams({ filter: box.value, after: cursor })}`
    const answer = await fetch(address, { headers: { "Live-List": "1" }, cache: "no-store", signal })
    const told = (name) => answer.headers.get(name)
    const heard = { state: told("Live-State") ?? "lost", retryAfter: told("Retry-After") * aSecond }
    if (heard.state === "on") Object.assign(heard, { cursor: told("Console-Cursor"), isMore: told("Console-More") === "1" })
    return ["on", "refused"].includes(heard.state) ? { ...heard, text: await answer.text() } : heard
  }

  const take = (answer) => {
    state = answer.state
    failures = state === "on" ? 0 : failures + 1
    if (state === "on") {
      cursor = answer.cursor
      hear(answer.text)
    }
    if (state === "refused") part("refusal").textContent = answer.text
    settle()
  }

  const stop = () => {
    clearTimeout(timer)
    asking?.abort()
    asking = undefined
  }

  const start = async () => {
    stop()
    if (isOver() || document.visibilityState === "hidden") return
    const request = new AbortController()
    asking = request
    const limit = setTimeout(() => request.abort(), patience)
    const answer = await ask(request.signal).catch(() => ({ state: "lost" }))
    clearTimeout(limit)
    if (asking !== request) return  // stopped meanwhile
    asking = undefined
    take(answer)
    const backOff = failures ? Math.min(afterTrouble * 2 ** (failures - 1), longestAfterTrouble) : 0
    timer = setTimeout(start, Math.max(answer.isMore ? soon : aSecond, backOff, answer.retryAfter || 0))
  }

  const hold = () => {
    isHeld = !isHeld
    part("hold").setAttribute("aria-pressed", isHeld)
    settle()
  }
  const clear = () => {
    lines.replaceChildren()
    waiting.replaceChildren()
    dropped = 0
    find()
    lines.dispatchEvent(new Event("input"))
    show()
  }
  const close = (event) => {
    event.preventDefault()
    stop()
    state = "closed"
    show()
    box.focus()
  }

  if (page) {
    for (const name of ["find", "hold", "clear"]) part(name).hidden = false
    part("refresh").hidden = true
    part("hold").addEventListener("click", hold)
    part("clear").addEventListener("click", clear)
    part("close").addEventListener("click", close)
    part("find").querySelector("input").addEventListener("input", find)
    page.querySelector("form").addEventListener("submit", (event) => { if (!isOver()) event.preventDefault() })
    addEventListener("pageshow", start)
    addEventListener("pagehide", stop)
    addEventListener("online", start)
    document.addEventListener("visibilitychange", start)
    lines.scrollTop = lines.scrollHeight
    show()
  }
}

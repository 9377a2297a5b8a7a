// Keeps the list of a page current: asks again and again how it is now. The list stands still while somebody uses it.
{
  const aSecond = 1000
  const patience = 15 * aSecond
  const afterTrouble = 10 * aSecond
  const longestAfterTrouble = 60 * aSecond
  const whileUnseen = 60 * aSecond

  const list = document.querySelector("[data-live-list]")
  const pause = list?.dataset.liveSeconds * aSecond
  let etag = `W/"${list?.dataset.liveList}"`
  let stamp = list?.dataset.liveStamp ?? ""
  let state, clock
  let waiting  // the list that has come while the one on the page was in use
  let asking  // aborts the request that is under way
  let timer
  let failures = 0

  const show = () => {
    const shown = state === "on" && waiting !== undefined ? "held" : state
    for (const words of document.querySelectorAll("[data-live-state]")) words.hidden = words.dataset.liveState !== shown
    if (clock && waiting === undefined) for (const words of document.querySelectorAll("[data-live-clock]")) {
      words.textContent = [clock.time.slice(11, 19), clock.zone].filter(Boolean).join(" ")
      words.dateTime = clock.time
    }
  }

  const isSelectedIn = (selection) => !selection.isCollapsed && selection.containsNode(list, true)
  const isInUse = () => list.contains(document.activeElement)
    || list.querySelector("details[open], dialog[open], [data-revealed]") !== null
    || isSelectedIn(getSelection())

  // only what differs is touched: drawings would blink if they were made anew
  const become = (old, fresh) => {
    if (old.isEqualNode(fresh)) return
    if (old.nodeType !== Node.ELEMENT_NODE || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh)
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name)
    for (const { name, value } of fresh.attributes) old.setAttribute(name, value)
    const [before, after] = [[...old.childNodes], [...fresh.childNodes]]
    for (const [index, node] of after.entries()) before[index] ? become(before[index], node) : old.append(node)
    for (const node of before.slice(after.length)) node.remove()
  }

  const settle = () => {
    if (waiting !== undefined && !isInUse()) {
      const fresh = list.cloneNode()
      fresh.innerHTML = waiting
      become(list, fresh)
      waiting = undefined
    }
    show()
  }

  const ask = async (signal) => {
    const answer = await fetch(location.pathname + location.search, {
      headers: { "Live-List": "1", "Live-Stamp": stamp, "If-None-Match": etag },
      cache: "no-store",
      signal,
    })
    const told = (name) => answer.headers.get(name)
    const state = told("Live-State") ?? "lost"  // without the portal's own word something on the way has answered
    if (state !== "on") return { state, retryAfter: told("Retry-After") * aSecond }
    const clock = { time: told("Live-Clock"), zone: told("Live-Zone") }
    const seen = { state, clock, stamp: told("Live-Stamp") ?? "" }
    return answer.ok ? { ...seen, etag: told("ETag"), html: await answer.text() } : seen
  }

  const hear = (answer) => {
    state = answer.state
    clock = answer.clock ?? clock
    stamp = answer.stamp ?? stamp
    if (answer.html !== undefined) [etag, waiting] = [answer.etag, answer.html]
    failures = state === "on" ? 0 : failures + 1
    settle()
  }

  const untilNext = (retryAfter) => {
    const backOff = failures ? Math.min(afterTrouble * 2 ** (failures - 1), longestAfterTrouble) : 0
    const unseen = document.visibilityState === "hidden" ? whileUnseen : 0
    return Math.max(pause, backOff, retryAfter || 0, unseen)
  }

  const stop = () => {
    clearTimeout(timer)
    asking?.abort()
    asking = undefined
  }
  const rests = () => list.dataset.liveRests !== undefined && document.visibilityState === "hidden"
  const wait = (retryAfter) => {
    clearTimeout(timer)
    if (state !== "ended" && !rests()) timer = setTimeout(start, untilNext(retryAfter))
  }
  const start = async () => {
    stop()
    const request = new AbortController()
    asking = request
    const limit = setTimeout(() => request.abort(), patience)
    const answer = await ask(request.signal).catch(() => ({ state: "lost" }))
    clearTimeout(limit)
    if (asking !== request) return  // stopped meanwhile
    asking = undefined
    hear(answer)
    wait(answer.retryAfter)
  }

  if (list) {
    addEventListener("pageshow", start)
    addEventListener("pagehide", stop)
    addEventListener("online", start)
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") start()
      else if (!asking) wait()
    })
    list.addEventListener("focusout", () => setTimeout(settle))
  }
}

// Keeps the list of a page current while somebody looks at it, and still while they use it.
{
  const aSecond = 1000
  const silence = 15 * aSecond
  const afterTrouble = 10 * aSecond

  const list = document.querySelector("[data-live-list]")
  let digest = list?.dataset.liveList
  let waiting  // what has come while the list was in use
  let following  // aborts the connection
  let timer
  let oneByOne = false  // where something on the way holds a stream back until its end

  const show = (state, clock, which) => {
    for (const words of document.querySelectorAll("[data-live-state]")) words.hidden = words.dataset.liveState !== state
    if (clock) for (const words of document.querySelectorAll("[data-live-clock]")) {
      words.textContent = [clock.slice(11, 19), which].filter(Boolean).join(" ")
      words.dateTime = clock
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
    if (waiting === undefined || isInUse()) return
    const fresh = list.cloneNode()
    fresh.innerHTML = waiting.list
    become(list, fresh)
    show("on", waiting.clock, waiting.which)
    waiting = undefined
  }

  const hear = (message) => {
    if (message.list !== undefined) {
      digest = message.digest
      waiting = message
    }
    if (waiting) Object.assign(waiting, message.clock && { clock: message.clock, which: message.which })
    settle()
    if (waiting) show("held")
    else show(message.state, message.clock, message.which)
    return (message.again ?? Infinity) * aSecond
  }

  const ask = (signal) => fetch(location.pathname + location.search, {
    headers: { Accept: "text/event-stream", "Last-Event-ID": digest, ...oneByOne && { Prefer: "wait=0" } },
    cache: "no-store",
    signal,
  })

  // gives how long to wait before asking again, as the last message says: for ever once the session has ended
  const follow = async (connection) => {
    let again, text = ""
    let watchdog
    const stayAwake = () => {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => { oneByOne ||= again === undefined; connection.abort() }, silence)
    }
    try {
      stayAwake()
      const answer = await ask(connection.signal)
      if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) return undefined
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        stayAwake()
        const messages = (text + part.value).split("\n\n")
        text = messages.pop()
        for (const message of messages) again = hear(JSON.parse(message.slice("data: ".length)))
      }
      return again
    } finally {
      clearTimeout(watchdog)
    }
  }

  const stop = () => {
    clearTimeout(timer)
    following?.abort()
    following = undefined
  }
  const start = async () => {
    stop()
    if (document.visibilityState === "hidden") return
    const connection = following = new AbortController()
    const again = await follow(connection).catch(() => undefined)
    if (following !== connection) return  // stopped meanwhile
    if (again === undefined) show("lost")
    if (again !== Infinity) timer = setTimeout(start, again ?? afterTrouble)
  }

  if (list) {
    addEventListener("pageshow", start)
    addEventListener("pagehide", stop)
    document.addEventListener("visibilitychange", start)
    list.addEventListener("focusout", () => setTimeout(settle))
  }
}

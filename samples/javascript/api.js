// A client of the resources in JSON, for browsers and for Node.

// An error as the service tells it (RFC 9457).
export class Problem extends Error {
  constructor({ detail, status, rule = "", field = "" }) {
    super(detail)
    Object.assign(this, { status, rule, field })
  }
}

export class Api {
  constructor(address, token) {
    this.address = `${address}/`
    this.token = token
  }

  async ask(method, path, { json, headers = {} } = {}) {
    const type = json ? { "Content-Type": "application/json" } : {}
    const answer = await fetch(new URL(path, this.address), {
      method,
      headers: { Authorization: `Bearer ${this.token}`, ...type, ...headers },
      body: json && JSON.stringify(json),
    })
    if (answer.headers.get("Content-Type") === "application/problem+json") throw new Problem(await answer.json())
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`)
    return answer
  }

  // All records of a list, page by page.
  async *records(path) {
    for (let next = path; next;) {
      const page = await this.ask("GET", next)
      yield* (await page.json()).items
      next = /<([^>]+)>; rel="next"/.exec(page.headers.get("Link"))?.[1]
    }
  }
}

// Lists, makes, changes and deletes SIP accounts, and reads call records; yields lines that tell of it.
export async function* tour(address, token) {
  const api = new Api(address, token)
  for await (const account of api.records("sip-accounts")) yield `${account.sip_username}@${account.sip_domain}`

  const [{ domain }] = (await (await api.ask("GET", "domains")).json()).items
  const json = { sip_username: "sample-desk", sip_domain: domain, sip_password: crypto.randomUUID().replaceAll("-", "").slice(0, 14) }
  const once = { json, headers: { "Idempotency-Key": crypto.randomUUID() } }
  const made = await api.ask("POST", "sip-accounts", once)
  const again = await api.ask("POST", "sip-accounts", once) // as after an answer that was lost
  yield (await again.json()).id === (await made.json()).id ? "Made once." : "Made twice."

  const [path, tag] = [made.headers.get("Location"), made.headers.get("ETag")]
  const change = { json: { is_incoming_only: true }, headers: { "If-Match": tag } }
  const changed = await (await api.ask("PATCH", path, change)).json()
  yield `Takes calls only: ${changed.is_incoming_only}`
  yield* deleteAsRead(api, path, tag)

  yield* await lastCalls(api, 3)
  await api.ask("POST", "sip-accounts", { json: { ...json, sip_username: "a" } })
}

// Deletes a record as it was read; if it has changed since, reads it again first.
async function* deleteAsRead(api, path, tag) {
  try {
    await api.ask("DELETE", path, { headers: { "If-Match": tag } })
  } catch (error) {
    if (error.status !== 412) throw error
    yield "It has changed since it was read."
    const newer = await api.ask("GET", path)
    yield* deleteAsRead(api, path, newer.headers.get("ETag"))
  }
}

async function lastCalls(api, count) {
  const { items } = await (await api.ask("GET", `cdrs?limit=${count}`)).json()
  return items.map((record) => `${record.from_user} called ${record.dst}, ${record.duration} s`)
}

export const sentenceOf = (error) =>
  error instanceof Problem ? `${error.field || error.status}: ${error.message} (${error.rule || "no rule"})` : error.message

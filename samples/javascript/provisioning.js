// A client of the provisioning service, for browsers and for Node.

const SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
const SERVICE = "http://www.sipsorcery.com/provisioning"
const SECURITY = "http://www.sipsorcery.com/security"
const ALL = 2147483647

const escaped = (text) => String(text).replace(/[<>&\r]/g, (character) => `&#${character.charCodeAt()};`)

export class Provisioning {
  token = ""

  constructor(address, Parser = globalThis.DOMParser) {
    this.address = address
    this.parser = new Parser()
  }

  // The result of an operation as an element, undefined when there is none; parameters in the order of the contract.
  async call(operation, parameters = {}) {
    const values = Object.entries(parameters).map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    const response = await fetch(this.address, {
      method: "POST",
      headers: {
        "Content-Type": "text/xml; charset=utf-8",
        SOAPAction: `"${SERVICE}/IProvisioningService/${operation}"`,
      },
      body: `<s:Envelope xmlns:s="${SOAP}">
  <s:Header><Security xmlns="${SECURITY}"><AuthID>${escaped(this.token)}</AuthID></Security></s:Header>
  <s:Body><${operation} xmlns="${SERVICE}">${values.join("")}</${operation}></s:Body>
</s:Envelope>`,
    })
    const reply = this.parser.parseFromString(await response.text(), "text/xml")
    const fault = reply.getElementsByTagName("faultstring")[0]
    if (fault) throw new Error(fault.textContent)
    return reply.getElementsByTagNameNS(SERVICE, `${operation}Result`)[0]
  }

  async logIn(username, password) {
    this.token = (await this.call("Login", { username, password }))?.textContent
    if (!this.token) throw new Error("The username or the password is wrong.")
  }
}

export const textOf = (record, field) => record.getElementsByTagNameNS("*", field)[0].textContent

// A customer's first name and SIP accounts.
export async function describe(address, username, password, Parser) {
  const service = new Provisioning(address, Parser)
  await service.logIn(username, password)
  try {
    return await linesOf(service, username)
  } finally {
    await service.call("Logout")
  }
}

// The same with a token for programs, which is neither got nor given back.
export async function describeWithToken(address, username, token, Parser) {
  const service = new Provisioning(address, Parser)
  service.token = token
  return await linesOf(service, username)
}

async function linesOf(service, username) {
  const customer = await service.call("GetCustomer", { username })
  const accounts = await service.call("GetSIPAccounts", { whereExpression: "", offset: 0, count: ALL })
  const names = Array.from(accounts.getElementsByTagNameNS("*", "SIPAccount"))
    .map((account) => `${textOf(account, "SIPUsername")}@${textOf(account, "SIPDomain")}`)
  return [textOf(customer, "FirstName"), ...names]
}

// SIPSORCERY_PASSWORD=secret node customer.js https://sip.example.org/provisioning.svc alice
// SIPSORCERY_TOKEN=sips_... node customer.js https://sip.example.org/provisioning.svc alice
import { DOMParser } from "@xmldom/xmldom"
import { describe, describeWithToken } from "./provisioning.js"

const [address, username] = process.argv.slice(2)
const { SIPSORCERY_PASSWORD: password, SIPSORCERY_TOKEN: token } = process.env

try {
  const lines = token
    ? await describeWithToken(address, username, token, DOMParser)
    : await describe(address, username, password, DOMParser)
  console.log(lines.join("\n"))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

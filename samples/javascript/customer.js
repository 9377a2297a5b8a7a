// SIPSORCERY_PASSWORD=secret node customer.js https://sip.example.org/provisioning.svc alice
import { DOMParser } from "@xmldom/xmldom"
import { describe } from "./provisioning.js"

const [address, username] = process.argv.slice(2)

try {
  const lines = await describe(address, username, process.env.SIPSORCERY_PASSWORD, DOMParser)
  console.log(lines.join("\n"))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

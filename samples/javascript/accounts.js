// SIPSORCERY_TOKEN=sips_... node accounts.js https://sip.example.org/api/v1
// The token needs the scopes accounts:read, accounts:write and calls:read.
import { sentenceOf, tour } from "./api.js"

const [address] = process.argv.slice(2)

try {
  for await (const line of tour(address, process.env.SIPSORCERY_TOKEN)) console.log(line)
} catch (error) {
  console.error(sentenceOf(error))
  process.exitCode = 1
}

import { mkdirSync } from 'node:fs'
import { WrongUsage } from './exit-code.ts'
import { readConfig } from './hub.ts'
import { printJson } from './print.ts'
import { mintToken } from './token.ts'

/** Prints a token of the development issuer. An unknown scope, agency, purpose or life ends with 2. */
export async function tokenCommand(options: {
  scope: string
  agency?: string
  purpose?: string[]
  ttl: string
  json?: boolean
}): Promise<number> {
  const config = await readConfig('later')
  const ttlSeconds = secondsOf(options.ttl)
  if (ttlSeconds === null) throw new WrongUsage(`--ttl is "${options.ttl}", expected a duration like 30m, 1h`)
  if (!config.developmentIssuer) {
    console.error(
      'The development issuer is off: it is on in the demonstration, or with issuers: [] and a loopback HOST',
    )
    return 1
  }
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  const minted = await mintToken(config, {
    scope: options.scope,
    agency: options.agency,
    purposes: options.purpose ?? [],
    ttlSeconds,
  }).catch((error: unknown) => {
    throw error instanceof RangeError ? new WrongUsage(error.message) : error
  })
  if (options.json === true) printJson(minted)
  else console.log(minted.token)
  return 0
}

function secondsOf(text: string): number | null {
  const match = /^(\d+)(s|m|h)$/.exec(text)
  if (match === null) return null
  return Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] as 's' | 'm' | 'h']
}

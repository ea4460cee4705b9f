// hub token: a token of the development issuer.
import { mkdirSync } from 'node:fs'
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'

interface TokenOptions extends JsonOption {
  readonly scope: string
  readonly agency?: string
  readonly purpose?: readonly string[]
  readonly ttl: string
}

export function addToken(program: Command, exit: Exit): void {
  program
    .command('token')
    .description('mã truy cập của bên cấp thử nghiệm · a token of the development issuer')
    .requiredOption('--scope <scopes>', 'scopes separated by spaces')
    .option('--agency <code>')
    .option('--purpose <code...>', 'one or several')
    .option('--ttl <duration>', 'like 30m, 1h', '1h')
    .option('--json')
    .action(async (options: TokenOptions) => exit(await printToken(options)))
}

/** Throws WrongUsage for a scope, agency, purpose or life that is not known. */
async function printToken({ scope, agency, purpose = [], ttl, json }: TokenOptions): Promise<number> {
  const { mintToken } = await import('../../main/access/development-token.ts')
  const { readConfig } = await import('../../main/config.ts')
  const { WrongUsage } = await import('../exit-code.ts')
  const config = await readConfig('later')
  const ttlSeconds = secondsOf(ttl)
  if (ttlSeconds === null) throw new WrongUsage(`--ttl is "${ttl}", expected a duration like 30m, 1h`)
  if (!config.developmentIssuer) {
    console.error(
      'The development issuer is off: it is on in the demonstration, or with issuers: [] and a loopback HOST',
    )
    return 1
  }
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  const minted = await mintToken(config, { scope, agency, purposes: purpose, ttlSeconds }).catch((error: unknown) => {
    throw error instanceof RangeError ? new WrongUsage(error.message) : error
  })
  console.log(json === true ? JSON.stringify(minted) : minted.token)
  return 0
}

function secondsOf(text: string): number | null {
  const match = /^(\d+)(s|m|h)$/.exec(text)
  if (match === null) return null
  return Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] as 's' | 'm' | 'h']
}

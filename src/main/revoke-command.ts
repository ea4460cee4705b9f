import { liftRevocation, listRevocations, revoke, type Revoked } from '../access/token/revocation.ts'
import type { Config } from '../config/index.ts'
import { WrongUsage } from './exit-code.ts'
import { readConfig } from './hub.ts'
import { printJson, printTable, shortTime } from './print.ts'
import { withStore } from './store.ts'

interface RevokeOptions {
  readonly jti?: string
  readonly client?: string
  readonly until?: string
  readonly lift?: boolean
  readonly json?: boolean
}

/** Refuses a token or a client on every gateway, or lets it in again; without either it prints what is refused. */
export async function revokeCommand(options: RevokeOptions): Promise<number> {
  const { jti, client, until, lift = false } = options
  if (jti !== undefined && client !== undefined) throw new WrongUsage('--jti and --client exclude each other')
  const value = jti ?? client
  if (value === undefined && (until !== undefined || lift)) throw new WrongUsage('expected --jti ID or --client ID')
  if (value?.trim() === '') throw new WrongUsage('the ID is empty, expected that of a token or a client')
  if (until !== undefined && lift) throw new WrongUsage('--until and --lift exclude each other')
  const config = await readConfig('later')
  const now = new Date()
  const given = until === undefined ? undefined : timeOf(until, now)
  return withStore(config, 'revoke', async ({ database: { db } }) => {
    if (value === undefined) {
      const rows = await listRevocations(db)
      if (options.json === true) printJson(rows)
      else {
        printTable(
          ['what', 'id', 'since', 'until'],
          rows.map((one) => [one.kind, one.value, shortTime(one.revokedAt), shortTime(one.expiresAt) || 'lifted']),
        )
      }
      return 0
    }
    const what: Revoked = { kind: jti === undefined ? 'CLIENT' : 'TOKEN', value }
    if (lift) {
      const lifted = await liftRevocation(db, what)
      if (options.json === true) printJson({ ...what, lifted })
      else
        console.log(
          lifted ? `Đã cho phép lại · ${value} is let in again` : `Không bị thu hồi · ${value} was not revoked`,
        )
      return lifted ? 0 : 1
    }
    const end = given !== undefined ? given : what.kind === 'TOKEN' ? longestLife(config, now) : null
    await revoke(db, what, end)
    const expiresAt = end?.toISOString() ?? null
    if (options.json === true) printJson({ ...what, expiresAt })
    else
      console.log(
        `Đã thu hồi · revoked: ${value} ${expiresAt === null ? '(until lifted: --lift)' : `until ${expiresAt}`}`,
      )
    return 0
  })
}

/** No token that is accepted now is accepted after this: its issuer's longest life, and the clocks' difference. */
function longestLife(config: Config, now: Date): Date {
  const seconds = Math.max(86_400, ...config.issuers.map((one) => one.maxTokenAgeSeconds))
  return new Date(now.getTime() + (seconds + 120) * 1000)
}

/** An instant, or a duration from now; null: `never`. */
function timeOf(text: string, now: Date): Date | null {
  if (text === 'never') return null
  const lasting = /^(\d{1,6})(m|h|d)$/.exec(text)
  const minutes = { m: 1, h: 60, d: 1440 }
  const time =
    lasting !== null
      ? now.getTime() + Number(lasting[1]) * minutes[lasting[2] as 'm' | 'h' | 'd'] * 60_000
      : /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text)
        ? Date.parse(text.includes('T') ? text : `${text}T00:00:00+07:00`)
        : Number.NaN
  if (Number.isNaN(time) || time <= now.getTime()) {
    throw new WrongUsage(
      `--until is "${text}", expected a time to come like 2h, 30d, 2026-03-05, 2026-03-05T08:00:00+07:00 or never`,
    )
  }
  return new Date(time)
}

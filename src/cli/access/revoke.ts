// hub revoke: tokens and clients that every gateway refuses from now on.
import type { Command } from 'commander'
import type { Revoked } from '../../access/token/revocation.ts'
import type { Config } from '../../config/index.ts'
import type { Database } from '../../db/open.ts'
import type { Exit, JsonOption } from '../command.ts'
import { WrongUsage } from '../exit-code.ts'

interface RevokeOptions extends JsonOption {
  readonly jti?: string
  readonly client?: string
  readonly until?: string
  readonly lift?: boolean
}

export function addRevoke(program: Command, exit: Exit): void {
  program
    .command('revoke')
    .description('thu hồi mã truy cập, ứng dụng; danh sách · refuses a token or a client; without one: the list')
    .option('--jti <id>', 'a token, by its jti')
    .option('--client <id>', 'every token of a client, by its client_id')
    .option(
      '--until <time>',
      'like 2h, 30d, 2026-03-05, never; default: a token as long as one lives, a client for good',
    )
    .option('--lift', 'lets it in again')
    .option('--json')
    .action(async (options: RevokeOptions) => exit(await revokeOrList(options)))
}

/** Refuses a token or a client on every gateway, or lets it in again; without either it prints what is refused. */
async function revokeOrList(options: RevokeOptions): Promise<number> {
  const { until, lift = false, json = false } = options
  const what = revokedOf(options)
  const { withStore } = await import('../with-hub.ts')
  const now = new Date()
  const end = until === undefined ? undefined : timeOf(until, now)
  return withStore('revoke', ({ database: { db } }, config) => {
    if (what === null) return list(db, json)
    if (lift) return liftOne(db, what, json)
    return refuse(db, what, end !== undefined ? end : what.kind === 'TOKEN' ? longestLife(config, now) : null, json)
  })
}

/** The token or client that the options name, null for neither. Throws WrongUsage for options that exclude each other. */
function revokedOf({ jti, client, until, lift = false }: RevokeOptions): Revoked | null {
  if (jti !== undefined && client !== undefined) throw new WrongUsage('--jti and --client exclude each other')
  const value = jti ?? client
  if (value === undefined && (until !== undefined || lift)) throw new WrongUsage('expected --jti ID or --client ID')
  if (value?.trim() === '') throw new WrongUsage('the ID is empty, expected that of a token or a client')
  if (until !== undefined && lift) throw new WrongUsage('--until and --lift exclude each other')
  return value === undefined ? null : { kind: jti === undefined ? 'CLIENT' : 'TOKEN', value }
}

async function list(db: Database['db'], json: boolean): Promise<number> {
  const { listRevocations } = await import('../../access/token/revocation.ts')
  const { printJson, printTable, shortTime } = await import('../print.ts')
  const rows = await listRevocations(db)
  if (json) printJson(rows)
  else {
    printTable(
      ['what', 'id', 'since', 'until'],
      rows.map((one) => [one.kind, one.value, shortTime(one.revokedAt), shortTime(one.expiresAt) || 'lifted']),
    )
  }
  return 0
}

/** 1 where it was not refused. */
async function liftOne(db: Database['db'], what: Revoked, json: boolean): Promise<number> {
  const { liftRevocation } = await import('../../access/token/revocation.ts')
  const { printJson } = await import('../print.ts')
  const lifted = await liftRevocation(db, what)
  if (json) printJson({ ...what, lifted })
  else if (lifted) console.log(`Đã cho phép lại · ${what.value} is let in again`)
  else console.log(`Không bị thu hồi · ${what.value} was not revoked`)
  return lifted ? 0 : 1
}

/** Until `end`; null: until it is lifted. */
async function refuse(db: Database['db'], what: Revoked, end: Date | null, json: boolean): Promise<number> {
  const { revoke } = await import('../../access/token/revocation.ts')
  const { printJson } = await import('../print.ts')
  await revoke(db, what, end)
  const expiresAt = end?.toISOString() ?? null
  if (json) printJson({ ...what, expiresAt })
  else {
    console.log(
      `Đã thu hồi · revoked: ${what.value} ${expiresAt === null ? '(until lifted: --lift)' : `until ${expiresAt}`}`,
    )
  }
  return 0
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

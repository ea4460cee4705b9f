import { sql, type Transaction } from 'kysely'
import type { AgencyMention } from '../../contract/entity.ts'
import type { Tables } from '../../db/tables.ts'
import { lockAgencies, settleAgencies } from './settle.ts'

export interface ResolvedAgency {
  readonly id: number
  readonly path: string
}

/**
 * The agencies that records of one source mention, by the code as it was mentioned. A code first seen makes an agency; two
 * codes that the source gives for one of its own ids are one agency from now on. Safe to repeat.
 */
export async function resolveAgencies(
  trx: Transaction<Tables>,
  source: string,
  mentions: readonly (AgencyMention | null)[],
): Promise<ReadonlyMap<string, ResolvedAgency>> {
  const named = new Map<string, AgencyMention>()
  for (const mention of mentions) {
    if (mention !== null) named.set(`${mention.code}\n${mention.externalId ?? ''}`, mention)
  }
  if (named.size === 0) return new Map()
  const wanted = [...named.values()]
  const found = await look(trx, source, wanted)
  if (isSettled(found, wanted)) return found.agencies
  await lockAgencies(trx)
  await learn(trx, source, wanted)
  await settleAgencies(trx)
  return (await look(trx, source, wanted)).agencies
}

interface Found {
  readonly agencies: ReadonlyMap<string, ResolvedAgency>
  readonly external: ReadonlyMap<string, number>
}

async function look(trx: Transaction<Tables>, source: string, wanted: readonly AgencyMention[]): Promise<Found> {
  const codes = await sql<{ code: string; id: number; path: string }>`
    select c.code, a.id, a.path from agency_code c join agency a on a.id = c.agency_id
    where c.code = any(${[...new Set(wanted.map((one) => one.code))]}::text[])
  `.execute(trx)
  const ids = [...new Set(wanted.flatMap((one) => one.externalId ?? []))]
  const external =
    ids.length === 0
      ? []
      : (
          await sql<{ external_id: string; agency_id: number }>`
            select external_id, agency_id from agency_external
            where source_id = ${source} and external_id = any(${ids}::text[])
          `.execute(trx)
        ).rows
  return {
    agencies: new Map(codes.rows.map((row) => [row.code, { id: row.id, path: row.path }])),
    external: new Map(external.map((row) => [row.external_id, row.agency_id])),
  }
}

const isSettled = (found: Found, wanted: readonly AgencyMention[]): boolean =>
  wanted.every((one) => {
    const agency = found.agencies.get(one.code)
    return agency !== undefined && (one.externalId === null || found.external.get(one.externalId) === agency.id)
  })

/** Under the lock: new codes and links stand, agencies that a link makes one are merged. */
export async function learn(trx: Transaction<Tables>, source: string, wanted: readonly AgencyMention[]): Promise<void> {
  for (const one of wanted.toSorted((a, b) => (a.code < b.code ? -1 : 1))) {
    const { agencies, external } = await look(trx, source, [one])
    const byCode = agencies.get(one.code)?.id
    const byId = one.externalId === null ? undefined : external.get(one.externalId)
    const id = byCode ?? byId ?? (await make(trx, one))
    if (byCode === undefined) {
      await sql`insert into agency_code (code, agency_id) values (${one.code}, ${id}) on conflict do nothing`.execute(
        trx,
      )
    }
    if (one.externalId !== null && byId === undefined) {
      await sql`
        insert into agency_external (source_id, external_id, agency_id) values (${source}, ${one.externalId}, ${id})
        on conflict do nothing
      `.execute(trx)
    }
    if (byCode !== undefined && byId !== undefined && byCode !== byId) {
      await sql`select agency_merge(${Math.min(byCode, byId)}, ${Math.max(byCode, byId)})`.execute(trx)
    }
  }
}

async function make(trx: Transaction<Tables>, mention: AgencyMention): Promise<number> {
  const made = await sql<{ id: number }>`
    insert into agency (code, name, path) values (${mention.code}, ${mention.name ?? mention.code}, ${`${mention.code}/`})
    returning id
  `.execute(trx)
  return made.rows[0]!.id
}

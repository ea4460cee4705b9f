// Resolves the agencies that records mention, and learns codes and links.
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
 * codes that the source gives for one of its own ids are one agency from now on. Their paths are those of the commit: until the
 * transaction ends none of them moves. Safe to repeat.
 */
export async function resolveAgencies(
  trx: Transaction<Tables>,
  source: string,
  mentions: readonly (AgencyMention | null)[],
): Promise<ReadonlyMap<string, ResolvedAgency>> {
  const named = new Map<string, AgencyMention>()
  for (const mention of mentions) {
    if (mention === null) continue
    const mark = `${mention.code}\n${mention.externalId ?? ''}`
    const known = named.get(mark)?.name ?? null
    if (!named.has(mark) || (mention.name !== null && (known === null || mention.name < known)))
      named.set(mark, mention)
  }
  if (named.size === 0) return new Map()
  const wanted = [...named.values()]
  if (isSettled(await look(trx, source, wanted), wanted)) {
    // An agency that moves or merges now waits for this page, or else this page reads where it went.
    const found = await look(trx, source, wanted, 'for share of a')
    if (isSettled(found, wanted)) return found.agencies
  }
  await lockAgencies(trx)
  await learn(trx, source, wanted)
  await noteNames(trx, source, wanted)
  await settleAgencies(trx)
  return (await look(trx, source, wanted)).agencies
}

interface Known extends ResolvedAgency {
  /** Whether a list names it: then its name is the list's. */
  readonly listed: boolean
  /** The name under which this source has mentioned the code. */
  readonly mentioned: string | null
}
interface Found {
  readonly agencies: ReadonlyMap<string, Known>
  readonly external: ReadonlyMap<string, number>
}

async function look(
  trx: Transaction<Tables>,
  source: string,
  wanted: readonly AgencyMention[],
  lock: '' | 'for share of a' = '',
): Promise<Found> {
  const codes = await sql<Known & { code: string }>`
    select c.code, a.id, a.path,
      exists (select 1 from agency_part p where p.agency_id = a.id and p.stream_id <> '') as listed,
      (select p.name from agency_part p where p.source_id = ${source} and p.stream_id = '' and p.key = c.code) as mentioned
    from agency_code c join agency a on a.id = c.agency_id
    where c.code = any(${[...new Set(wanted.map((one) => one.code))]}::text[])
    ${sql.raw(lock)}
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
    agencies: new Map(codes.rows.map((row) => [row.code, row])),
    external: new Map(external.map((row) => [row.external_id, row.agency_id])),
  }
}

const isSettled = (found: Found, wanted: readonly AgencyMention[]): boolean =>
  wanted.every((one) => {
    const agency = found.agencies.get(one.code)
    if (agency === undefined || isNews(agency, one)) return false
    return one.externalId === null || found.external.get(one.externalId) === agency.id
  })

/** Whether a mention gives an agency that no list names a name that comes before those it was mentioned under. */
const isNews = (known: Known, { code, name }: AgencyMention): boolean =>
  name !== null && name !== code && !known.listed && (known.mentioned === null || name < known.mentioned)

/** Of the names that a source gives for a code the one that sorts first is kept, so that no order of reading matters. */
async function noteNames(trx: Transaction<Tables>, source: string, wanted: readonly AgencyMention[]): Promise<void> {
  const { agencies } = await look(trx, source, wanted)
  const news = new Map<string, string>()
  for (const one of wanted) {
    const first = news.get(one.code)
    if (isNews(agencies.get(one.code)!, one) && (first === undefined || one.name! < first))
      news.set(one.code, one.name!)
  }
  for (const [code, name] of news) {
    await sql`
      insert into agency_part (source_id, stream_id, key, agency_id, code, name)
      values (${source}, '', ${code}, ${agencies.get(code)!.id}, ${code}, ${name})
      on conflict (source_id, stream_id, key) do update set name = excluded.name, agency_id = excluded.agency_id
    `.execute(trx)
  }
}

/** Under the lock: new codes and links are stored, agencies that a link makes one are merged. */
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
    insert into agency (code, name, path) values (${mention.code}, ${mention.code}, '')
    returning id
  `.execute(trx)
  return made.rows[0]!.id
}

import { gzipSync } from 'node:zlib'
import { sql, type Transaction } from 'kysely'
import type { Page, SourceRecord } from '../contract/connector.ts'
import type { EntityName, EntityRecord } from '../contract/entity.ts'
import type { Change, Sink } from '../db/sink.ts'
import type { Tables } from '../db/tables.ts'
import type { Claim } from './claim.ts'
import type { Engine, SourceSetup } from './engine.ts'
import { Fenced } from './failure.ts'
import { matches, type Outcome, outcomesOf } from './outcome.ts'
import { quarantineRejected, quarantineSettled } from './quarantine.ts'

export interface Tally {
  readonly read: number
  readonly written: number
  readonly unchanged: number
  readonly removed: number
  readonly rejected: number
}

/** Throws Fenced unless the lease is still this claim's; locks the stream's row until the transaction ends. */
export async function fence(trx: Transaction<Tables>, engine: Engine, held: Claim): Promise<void> {
  const mine = await sql`
    update stream set lease_until = now() + ${engine.leaseMs} * interval '1 millisecond'
    where source_id = ${held.source} and id = ${held.stream} and lease_epoch = ${held.epoch} and lease_owner = ${held.owner}
  `.execute(trx)
  if ((mine.numAffectedRows ?? 0n) === 0n) throw new Fenced()
}

interface Stored {
  readonly key: string
  readonly hash: Buffer
  readonly first_seen_at: string
  readonly removed_at: string | null
}

/**
 * Raw page, upserts, removals, quarantine and the place in the run stand in the database, all or none of them. A record
 * whose hash is the stored one costs no write. Safe to repeat: the same page again is all unchanged.
 */
export async function commitPage(
  engine: Engine,
  source: SourceSetup,
  held: Claim,
  page: Page,
  from?: RawPlace,
): Promise<Tally> {
  const outcomes = outcomesOf(source.connector, source.settings, held.stream, page.records, engine.box)
  return engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, held)
    return applyOutcomes(trx, engine, source, held, page, outcomes, from)
  })
}

/** Where the records of a page already stand in raw: a replay writes no raw again. */
export interface RawPlace {
  readonly rawPage: number
  readonly indexes: readonly number[]
}

/** What `commitPage` does inside a transaction that holds the stream's row. */
export async function applyOutcomes(
  trx: Transaction<Tables>,
  engine: Engine,
  source: SourceSetup,
  held: Claim,
  page: Page,
  outcomes: readonly Outcome[],
  from?: RawPlace,
): Promise<Tally> {
  const stream = source.connector.manifest.streams[held.stream]!
  const now = engine.now().toISOString()
  const records = page.records as readonly SourceRecord[]
  const plan = await planOf(trx, held, outcomes)
  let rawPage = from?.rawPage ?? 0
  const fresh = plan.store.length > 0 || plan.quarantine.some((one) => one.rejection.withoutBytes !== true)
  if (from === undefined && fresh) {
    const kept = records.map((record, index) => (plan.withheld.has(index) ? null : record))
    const body = engine.box.seal(gzipSync(JSON.stringify(kept)), 'raw')
    const raw = await trx
      .insertInto('raw_page')
      .values({ run_id: held.run, source_id: held.source, stream_id: held.stream, page: held.pages, body })
      .returning('id')
      .executeTakeFirstOrThrow()
    rawPage = raw.id
  }
  const sink = engine.sinks[stream.entity] as Sink<EntityRecord[EntityName]>
  if (plan.remove.size > 0) await removeRecords(trx, engine, held, [...plan.remove], now)
  if (plan.store.length > 0) {
    const changes = plan.store.map((one): Change<EntityRecord[EntityName]> => ({
      source: held.source,
      stream: held.stream,
      key: one.key,
      record: one.record,
      run: held.run,
      firstSeenAt: plan.stored.get(one.key)?.first_seen_at ?? now,
      changedAt: now,
    }))
    await sink.upsert(trx, changes)
    await sql`
        insert into record (source_id, stream_id, key, hash, raw_page_id, raw_index, run_id, first_seen_at, changed_at)
        select ${held.source}, ${held.stream}, r.key, decode(r.hash, 'hex'), ${rawPage}, r.raw_index, ${held.run}, ${now}, ${now}
        from json_to_recordset(${JSON.stringify(
          plan.store.map((one) => ({
            key: one.key,
            hash: one.hash.toString('hex'),
            raw_index: from === undefined ? one.index : from.indexes[one.index],
          })),
        )}) as r(key text, hash text, raw_index integer)
        on conflict (source_id, stream_id, key) do update set hash = excluded.hash, raw_page_id = excluded.raw_page_id,
          raw_index = excluded.raw_index, run_id = excluded.run_id, changed_at = excluded.changed_at,
          removed_at = null, removed_because = null
      `.execute(trx)
  }
  await quarantineRejected(trx, engine, held, plan.quarantine, records, now)
  await quarantineSettled(trx, engine, held, plan.settled, now)
  if (stream.kind === 'snapshot' && held.kind !== 'REPLAY') {
    const seen = outcomes.flatMap((one) => (one.do === 'remove' || one.key === null ? [] : [one.key]))
    await sql`insert into run_seen (run_id, key) select ${held.run}, unnest(${seen}::text[]) on conflict do nothing`.execute(
      trx,
    )
  }
  if (source.connector.acknowledge !== undefined && source.settings['acknowledge'] === true) {
    const keys = outcomes.flatMap((one) => (one.do === 'store' ? [one.key] : []))
    await sql`
        insert into acknowledgement (source_id, stream_id, key)
        select ${held.source}, ${held.stream}, unnest(${keys}::text[]) on conflict do nothing
      `.execute(trx)
  }
  const tally: Tally = {
    read: records.length,
    written: plan.store.length,
    unchanged: plan.unchanged,
    removed: plan.remove.size,
    rejected: plan.quarantine.length,
  }
  await sql`
      update run set pages = pages + 1, read = read + ${tally.read}, written = written + ${tally.written},
        unchanged = unchanged + ${tally.unchanged}, removed = removed + ${tally.removed},
        rejected = rejected + ${tally.rejected}, place = ${page.next}
      where id = ${held.run}
    `.execute(trx)
  const grown = plan.store.filter((one) => plan.stored.get(one.key)?.removed_at !== null).length
  if (grown > 0) {
    await sql`
        update stream set record_count = record_count + ${grown} where source_id = ${held.source} and id = ${held.stream}
      `.execute(trx)
  }
  return tally
}

/** Takes records out with their evidence; the entity's rows go by its sink. Those already gone are passed over. */
export async function removeRecords(
  trx: Transaction<Tables>,
  engine: Engine,
  held: Claim,
  keys: readonly (readonly [key: string, evidence: string])[],
  now: string,
): Promise<void> {
  const entity = engine.sources.get(held.source)!.connector.manifest.streams[held.stream]!.entity
  await engine.sinks[entity].remove(
    trx,
    keys.map(([key]) => ({ source: held.source, stream: held.stream, key })),
  )
  await sql`
    update record r set removed_at = ${now}, removed_because = g.evidence, hash = '', run_id = ${held.run}
    from json_to_recordset(${JSON.stringify(keys.map(([key, evidence]) => ({ key, evidence })))}) as g(key text, evidence text)
    where r.source_id = ${held.source} and r.stream_id = ${held.stream} and r.key = g.key
  `.execute(trx)
  await sql`
    update stream set record_count = record_count - ${keys.length} where source_id = ${held.source} and id = ${held.stream}
  `.execute(trx)
}

interface Plan {
  readonly store: (Outcome & { do: 'store' })[]
  readonly remove: Map<string, string>
  readonly quarantine: (Outcome & { do: 'quarantine' })[]
  /** Keys that are good now: what waits in quarantine under them is settled. */
  readonly settled: string[]
  readonly stored: Map<string, Stored>
  readonly withheld: Set<number>
  readonly unchanged: number
}

/** What a page's outcomes come to, applied in their order: the last word on a key holds. */
async function planOf(trx: Transaction<Tables>, held: Claim, outcomes: readonly Outcome[]): Promise<Plan> {
  const patterns = outcomes.flatMap((one) => (one.do === 'remove' && one.key.includes('*') ? [one.key] : []))
  const keys = outcomes.flatMap((one) => (one.key === null || one.key.includes('*') ? [] : [one.key]))
  const like = patterns.map((pattern) =>
    pattern
      .split('|')
      .map((segment) => (segment === '*' ? '[^|]*' : segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('\\|'),
  )
  const found = await sql<Stored>`
    select key, hash, first_seen_at, removed_at from record
    where source_id = ${held.source} and stream_id = ${held.stream}
      and (key = any(${keys}::text[])
           ${patterns.length === 0 ? sql`` : sql`or (removed_at is null and key ~ ${`^(${like.join('|')})$`})`})
  `.execute(trx)
  const stored = new Map(found.rows.map((row) => [row.key, row]))
  const last = new Map<string, Outcome & { do: 'store' }>()
  const remove = new Map<string, string>()
  const rejected = new Map<string, Outcome & { do: 'quarantine' }>()
  let repeated = 0
  for (const one of outcomes) {
    if (one.do === 'quarantine') {
      rejected.set(one.key ?? `#${one.index}`, one)
    } else if (one.do === 'store') {
      if (last.has(one.key)) repeated += 1
      last.set(one.key, one)
      remove.delete(one.key)
    } else {
      for (const key of last.keys()) if (matches(one.key, key)) last.delete(key)
      for (const [key, row] of stored)
        if (row.removed_at === null && matches(one.key, key)) remove.set(key, one.evidence)
    }
  }
  const store = [...last.values()].filter((one) => {
    const known = stored.get(one.key)
    return known === undefined || known.removed_at !== null || !known.hash.equals(one.hash)
  })
  const quarantine = [...rejected.values()]
  return {
    store,
    remove,
    quarantine,
    settled: [...last.keys()],
    stored,
    withheld: new Set(quarantine.flatMap((one) => (one.rejection.withoutBytes === true ? [one.index] : []))),
    unchanged: last.size - store.length + repeated,
  }
}

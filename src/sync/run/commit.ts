// Commits a page: raw, upserts, removals, quarantine and the position of the run in one transaction.
import { gzipSync } from 'node:zlib'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Page, SourceRecord } from '../../contract/connector.ts'
import type { EntityName, EntityRecord } from '../../contract/entity.ts'
import type { Change, Sink } from '../../db/sink.ts'
import type { Tables } from '../../db/tables.ts'
import { gapMark, isWholeList } from './census.ts'
import type { Claim } from '../queue/claim.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { eraseBytes } from './erase.ts'
import { CommittedBefore, Fenced } from '../failure.ts'
import { type Outcome, outcomesOf } from './outcome.ts'
import { type Plan, planOf, type RawPosition } from './plan.ts'
import type { ResetGuard } from '../inspect/reset.ts'
import { refusedBySink } from './refuse.ts'
import type { Judged } from '../inspect/page-inspector.ts'
import {
  correctedBefore,
  marksOf,
  quarantineRejected,
  quarantineTakenBack,
  quarantineTriedAgain,
} from '../quarantine/quarantine.ts'

export interface Tally {
  readonly read: number
  readonly written: number
  readonly unchanged: number
  readonly removed: number
  readonly rejected: number
}

/** Throws Fenced unless this claim still has its lease; locks the stream's row until the transaction ends. */
export async function fence(trx: Transaction<Tables>, engine: Engine, claim: Claim): Promise<void> {
  const mine = await sql`
    update stream set lease_until = now() + ${engine.leaseMs} * interval '1 millisecond'
    where source_id = ${claim.source} and id = ${claim.stream} and lease_epoch = ${claim.epoch} and lease_owner = ${claim.owner}
  `.execute(trx)
  if ((mine.numAffectedRows ?? 0n) === 0n) throw new Fenced()
}

/** The quarantine rows from which the records of a page came, one for each record. */
export interface Waiting {
  readonly waits?: readonly number[]
}

/**
 * After this raw page, upserts, removals, quarantine and the run's position are committed, all or none of them. A record
 * with the stored hash costs no write. Safe to repeat: the same page again changes nothing. Throws CommittedBefore where the
 * run already has a page of this number, and Fenced where the lease is lost.
 */
export async function commitPage(
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  page: Page & Waiting,
  from?: RawPosition,
  judged?: Judged,
): Promise<Tally> {
  const outcomes =
    judged?.outcomes ?? outcomesOf(source.connector, source.settings, claim.stream, page.records, engine.keyring)
  return engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, claim)
    const tally = await applyOutcomes(trx, engine, source, claim, page, outcomes, from, judged?.guard)
    for (const keep of judged?.keep ?? []) await keep(trx)
    return tally
  })
}

/** What `commitPage` does inside a transaction that has locked the stream's row. */
export async function applyOutcomes(
  trx: Transaction<Tables>,
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  page: Page & Waiting,
  outcomes: readonly Outcome[],
  from?: RawPosition,
  guard?: ResetGuard,
): Promise<Tally> {
  const now = engine.now().toISOString()
  const plan = await refusedBySink(trx, engine, source, claim, await planOf(trx, claim, outcomes, from, guard))
  if (plan.remove.size > 0) await removeRecords(trx, engine, claim, [...plan.remove], now)
  if (plan.store.length > 0) await storeRecords(trx, engine, source, claim, page.records, plan, now, from)
  const keyName = source.connector.manifest.streams[claim.stream]!.key
  await eraseBytes(trx, engine.keyring, claim, keyName, plan)
  const { answered, renewed } = await correctedBefore(trx, engine, claim, keyName, plan.quarantine, page.records)
  const rejected = plan.quarantine.filter((one) => !answered.has(one.index))
  await quarantineTakenBack(trx, claim, plan.takenBack, now)
  if (page.waits === undefined) {
    await quarantineRejected(trx, engine, claim, rejected, page.records, now, from, renewed)
  } else {
    const taken = takenOf(outcomes, plan)
    await quarantineTriedAgain(trx, claim, { waits: page.waits, taken, rejected }, now)
  }
  const tally: Tally = {
    read: page.records.length + (page.tooLarge?.length ?? 0),
    written: plan.store.length,
    unchanged: plan.unchanged + answered.size,
    removed: plan.remove.size,
    rejected: rejected.length,
  }
  const named = outcomes.flatMap((one) => (one.do === 'remove' || one.key === null ? [] : [one.key]))
  const seen = [...named, ...answered.values(), ...(page.gaps === true ? [gapMark] : [])]
  await moveOn(trx, engine, source, claim, seen, plan, tally, page.next, now)
  return tally
}

/** Indexes in the page of records that were stored, were stored already, or removed others. */
function takenOf(outcomes: readonly Outcome[], { settled }: Plan): ReadonlySet<number> {
  const good = new Set(settled)
  return new Set(
    outcomes.flatMap((one) => (one.do === 'remove' || (one.do === 'store' && good.has(one.key)) ? [one.index] : [])),
  )
}

/** Writes the entity's rows by its sink, the raw page, and each record's index in it. */
async function storeRecords(
  trx: Transaction<Tables>,
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  records: readonly SourceRecord[],
  plan: Plan,
  now: string,
  from: RawPosition | undefined,
): Promise<void> {
  const { entity } = source.connector.manifest.streams[claim.stream]!
  const sink = engine.sinks[entity] as Sink<EntityRecord[EntityName]>
  const changes = plan.store.map((one): Change<EntityRecord[EntityName]> => ({
    source: claim.source,
    stream: claim.stream,
    key: one.key,
    record: one.record,
    run: claim.run,
    firstSeenAt: plan.stored.get(one.key)?.first_seen_at ?? now,
    changedAt: now,
  }))
  await sink.upsert(trx, changes)
  const rows = plan.store.map((one) => ({
    key: one.key,
    hash: one.hash.toString('hex'),
    raw_index: from === undefined ? one.index : from.indexes[one.index],
    identity: one.identity?.toString('hex') ?? null,
    source_changed_at: one.sourceChangedAt,
  }))
  const kept = records.map((record, index) => (plan.unkeptIndexes.has(index) ? null : record))
  const raw =
    from === undefined
      ? sql`insert into raw_page (run_id, source_id, stream_id, page, body) values (${claim.run}, ${claim.source},
          ${claim.stream}, ${claim.pages}, ${engine.keyring.seal(gzipSync(JSON.stringify(kept)), 'raw')}) returning id`
      : sql`select ${from.rawPage}::bigint as id`
  await sql`
    with raw as (${raw}), stored as (
    insert into record (source_id, stream_id, key, hash, raw_page_id, raw_index, run_id, first_seen_at, changed_at,
      identity, source_changed_at)
    select ${claim.source}, ${claim.stream}, r.key, decode(r.hash, 'hex'), raw.id, r.raw_index, ${claim.run}, ${now}, ${now},
      decode(r.identity, 'hex'), r.source_changed_at
    from raw, json_to_recordset(${JSON.stringify(rows)}) as r(key text, hash text, raw_index integer, identity text,
      source_changed_at timestamptz)
    on conflict (source_id, stream_id, key) do update set hash = excluded.hash, raw_page_id = excluded.raw_page_id,
      raw_index = excluded.raw_index, run_id = excluded.run_id, changed_at = excluded.changed_at,
      identity = excluded.identity, source_changed_at = excluded.source_changed_at,
      removed_at = null, removed_because = null, version = record.version + 1,
      revived_at = case when record.removed_at is null then record.revived_at else excluded.changed_at end
    returning key)
    insert into change (entity, source_id, stream_id, key, kind, run_id)
    select ${entity}, ${claim.source}, ${claim.stream}, key, 'UPSERT', ${claim.run} from stored
  `.execute(trx)
}

/** Ends each page with one statement: settled, seen and owed keys, the counts and the position. Throws CommittedBefore. */
async function moveOn(
  trx: Transaction<Tables>,
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  seen: readonly string[],
  plan: Plan,
  tally: Tally,
  position: string,
  now: string,
): Promise<void> {
  const besides: RawBuilder<unknown>[] = []
  if (plan.settled.length > 0) {
    besides.push(sql`settled as (
      update quarantine set left_at = ${now}, left_because = 'TAKEN'
      where source_id = ${claim.source} and stream_id = ${claim.stream} and left_at is null
        and mark in (select decode(m, 'hex') from unnest(${marksOf(engine.keyring, plan.settled)}::text[]) m))`)
  }
  if (isWholeList(source, claim)) {
    besides.push(sql`seen as (
      insert into run_seen (run_id, key) select ${claim.run}::bigint, unnest(${[...seen]}::text[]) on conflict do nothing)`)
  }
  if (source.connector.acknowledge !== undefined && source.settings['acknowledge'] === true) {
    besides.push(sql`owed as (
      insert into acknowledgement (source_id, stream_id, key)
      select ${claim.source}, ${claim.stream}, unnest(${[...plan.settled]}::text[]) on conflict do nothing)`)
  }
  const isNew = (key: string): boolean => plan.stored.get(key)?.removed_at !== null
  const missing = plan.store.filter((one) => isNew(one.key)).length
  const grown = missing - plan.remove.size
  if (grown !== 0) {
    besides.push(sql`counted as (
      update stream set record_count = record_count + ${grown} where source_id = ${claim.source} and id = ${claim.stream})`)
  }
  const moved = await sql`
    ${besides.length === 0 ? sql`` : sql`with ${sql.join(besides)}`}
    update run set pages = pages + 1, read = read + ${tally.read}, written = written + ${tally.written},
      unchanged = unchanged + ${tally.unchanged}, removed = removed + ${tally.removed},
      rejected = rejected + ${tally.rejected}, missing = missing + ${missing}, position = ${position},
      advanced_at = clock_timestamp(), tries = 0
    where id = ${claim.run} and pages = ${claim.pages}
  `.execute(trx)
  if ((moved.numAffectedRows ?? 0n) === 0n) throw new CommittedBefore()
}

/** Removes records with their evidence, and the entity's rows by its sink. The caller lowers the stream's count. */
export async function removeRecords(
  trx: Transaction<Tables>,
  engine: Engine,
  claim: Claim,
  keys: readonly (readonly [key: string, evidence: string])[],
  now: string,
): Promise<void> {
  const entity = engine.sources.get(claim.source)!.connector.manifest.streams[claim.stream]!.entity
  await engine.sinks[entity].remove(
    trx,
    keys.map(([key]) => ({ source: claim.source, stream: claim.stream, key })),
  )
  await sql`
    with removed as (
      update record r set removed_at = ${now}, removed_because = g.evidence, hash = '', run_id = ${claim.run},
        version = r.version + 1
      from json_to_recordset(${JSON.stringify(keys.map(([key, evidence]) => ({ key, evidence })))}) as g(key text, evidence text)
      where r.source_id = ${claim.source} and r.stream_id = ${claim.stream} and r.key = g.key
      returning r.key)
    insert into change (entity, source_id, stream_id, key, kind, run_id)
    select ${entity}, ${claim.source}, ${claim.stream}, key, 'REMOVE', ${claim.run} from removed
  `.execute(trx)
}

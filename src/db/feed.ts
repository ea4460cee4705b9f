// The feed of changes: written with each page, read by cursors, pruned by age.
import { type Kysely, sql } from 'kysely'
import type { Tables } from './tables.ts'

/** One record that was stored, new or changed, or that was removed. */
export interface FeedChange {
  readonly entity: string
  readonly source: string
  readonly stream: string
  /** The record's key, unique in its stream. */
  readonly key: string
  readonly kind: 'UPSERT' | 'REMOVE'
  readonly run: number
  /** When the transaction that wrote it began, by the database's clock. */
  readonly at: string
}

/**
 * The cursor is no longer valid: the database was restored since (another epoch), or the changes after it were pruned. The
 * reader starts again: it takes `feedEnd`, reads everything that it follows, and continues from that cursor.
 */
export class FeedGone extends Error {
  override readonly name = 'FeedGone'
}

/** A position in the feed. `seen`: a snapshot whose visible transactions come before the position; kept while it matters. */
interface FeedPosition {
  readonly epoch: string
  readonly xid: bigint
  readonly seq: bigint
  readonly seen: string | null
}

const written = ({ epoch, xid, seq, seen }: FeedPosition): string =>
  [epoch, xid, seq, ...(seen === null ? [] : [seen])].join('/')

function positionOf(cursor: string): FeedPosition {
  const found = /^([0-9a-f-]{36})\/(\d{1,20})\/(\d{1,19})(?:\/(\d{1,20}:\d{1,20}:[\d,]{0,100000}))?$/.exec(cursor)
  if (found === null) throw new FeedGone('the cursor of the feed cannot be read')
  return { epoch: found[1]!, xid: BigInt(found[2]!), seq: BigInt(found[3]!), seen: found[4] ?? null }
}

/** The cursor of now: every committed change comes before it, every other one after it. */
export async function feedEnd(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ epoch: string; now: string; xmin: string }>`
    select epoch, pg_current_snapshot()::text as now, pg_snapshot_xmin(pg_current_snapshot())::text as xmin from feed
  `.execute(db)
  const { epoch, now, xmin } = rows[0]!
  return written({ epoch, xid: BigInt(xmin), seq: 0n, seen: now })
}

/**
 * At most `limit` changes after a cursor, and the cursor to continue from. A reader that goes from cursor to cursor reads each
 * change once and misses none; changes of one transaction are together and in order, whatever order transactions commit in. A
 * change is given once every transaction that began to write before it has ended. Fewer changes than `limit` mean that there
 * are no more for now: NOTIFY `hub_change` announces new ones. Throws FeedGone.
 */
export async function readFeed(
  db: Kysely<Tables>,
  after: string,
  limit: number,
): Promise<{ readonly changes: readonly FeedChange[]; readonly next: string }> {
  const position = positionOf(after)
  const unseen =
    position.seen === null ? sql`` : sql`and not pg_visible_in_snapshot(c.xid, ${position.seen}::pg_snapshot)`
  const { rows } = await sql<Row>`
    select f.epoch, f.pruned_xid::text, f.pruned_seq::text,
      pg_snapshot_xmin(pg_current_snapshot())::text as horizon, pg_snapshot_xmax(pg_current_snapshot())::text as newest, c.*
    from feed f left join lateral (
      select c.xid::text, c.seq::text, c.entity, c.source_id, c.stream_id, c.key, c.kind, c.run_id, c.at
      from change c
      where (c.xid, c.seq) > (${position.xid.toString()}::xid8, ${position.seq.toString()}::bigint)
        and c.xid < pg_snapshot_xmin(pg_current_snapshot()) ${unseen}
      order by c.xid, c.seq limit ${limit}
    ) c on true
    order by c.xid::xid8, c.seq::bigint
  `.execute(db)
  const first = rows[0]!
  if (first.epoch !== position.epoch || position.xid > BigInt(first.newest)) {
    throw new FeedGone('the database was restored: the cursor of the feed is from another history')
  }
  const pruned = { xid: BigInt(first.pruned_xid), seq: BigInt(first.pruned_seq) }
  if (position.xid < pruned.xid || (position.xid === pruned.xid && position.seq < pruned.seq)) {
    throw new FeedGone('the changes after the cursor of the feed were pruned')
  }
  const found = rows.filter((row) => row.xid !== null)
  const horizon = BigInt(first.horizon)
  const last = found.at(-1)
  // Everything below the horizon has been read, unless the limit was reached.
  const at =
    last !== undefined && found.length >= limit
      ? { xid: BigInt(last.xid!), seq: BigInt(last.seq) }
      : position.xid < horizon
        ? { xid: horizon, seq: 0n }
        : position
  const seen = position.seen !== null && at.xid < BigInt(position.seen.split(':')[1]!) ? position.seen : null
  return {
    changes: found.map((row) => ({
      entity: row.entity,
      source: row.source_id,
      stream: row.stream_id,
      key: row.key,
      kind: row.kind,
      run: row.run_id,
      at: row.at,
    })),
    next: written({ epoch: position.epoch, ...at, seen }),
  }
}

interface Row {
  readonly epoch: string
  readonly pruned_xid: string
  readonly pruned_seq: string
  readonly horizon: string
  readonly newest: string
  /** Null in the one row that is given when there is no change. */
  readonly xid: string | null
  readonly seq: string
  readonly entity: string
  readonly source_id: string
  readonly stream_id: string
  readonly key: string
  readonly kind: 'UPSERT' | 'REMOVE'
  readonly run_id: number
  readonly at: string
}

/**
 * Empties the feed and starts a new epoch: every earlier cursor is answered with FeedGone. To be called in the transaction that
 * puts another state into the database; old changes belong to transactions of another history and must not be copied.
 */
export async function restartFeed(trx: Kysely<Tables>): Promise<void> {
  await sql`delete from change`.execute(trx)
  await sql`
    insert into feed default values
    on conflict (single) do update set epoch = gen_random_uuid(), pruned_xid = '0', pruned_seq = 0
  `.execute(trx)
}

const batchSize = 10_000

/**
 * Removes changes older than `keptMs`, up to the first younger one; answers how many. A reader whose cursor comes before them
 * gets FeedGone. Safe to repeat and beside readers and writers.
 */
export async function pruneFeed(db: Kysely<Tables>, keptMs: number, signal?: AbortSignal): Promise<number> {
  let pruned = 0
  while (signal?.aborted !== true) {
    const { rows } = await sql<{ gone: number }>`
      with young as (
        select xid from change where at >= now() - ${keptMs} * interval '1 millisecond' order by xid limit 1
      ), old as (
        select c.xid, c.seq from change c
        where c.xid < pg_snapshot_xmin(pg_current_snapshot())
          and c.xid < coalesce((select xid from young), pg_snapshot_xmin(pg_current_snapshot()))
        order by c.xid, c.seq limit ${batchSize}
      ), gone as (
        delete from change c using old where c.xid = old.xid and c.seq = old.seq returning c.xid, c.seq
      ), last as (
        select xid, seq from gone order by xid desc, seq desc limit 1
      ), noted as (
        update feed set pruned_xid = last.xid, pruned_seq = last.seq from last
        where (last.xid, last.seq) > (feed.pruned_xid, feed.pruned_seq)
      )
      select count(*) as gone from gone
    `.execute(db)
    const { gone } = rows[0]!
    pruned += gone
    if (gone < batchSize) break
  }
  return pruned
}

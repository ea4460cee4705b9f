// Takes due streams under leases, renews the leases and gives the streams back.
import { sql, type Transaction } from 'kysely'
import type { Range } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'
import { positionLivesHours, type RunKind, type Start, startOf } from './resume-range.ts'
import type { Engine } from '../engine.ts'

export type { RunKind } from './resume-range.ts'

/** A worker by its database session. When the session is gone, so are its leases. */
export interface Owner {
  readonly id: string
  readonly pid: number
}

/** A stream that this owner has until the lease ends, and the run to continue. */
export interface Claim {
  readonly source: string
  readonly stream: string
  readonly owner: string
  readonly epoch: number
  readonly run: number
  readonly kind: RunKind
  readonly range: Range
  /** How far the run has come: null at its start. */
  readonly position: string | null
  readonly pages: number
  /** Moment at which the run was first started. */
  readonly startedAt: string
  /** How often the whole list has been begun. Absent: once. */
  readonly pass?: number
  /** Why the run must not be continued. */
  readonly spent?: 'STALE' | 'CRASHES'
}

/** A run that was taken this often without a new page is given up: something in it ends the process each time. */
const maxTries = 20

/** A stream that a worker may take. */
export interface Wanted {
  readonly source: string
  readonly stream: string
}

/** The streams that the connectors have now: one that left its manifest keeps its rows and is not run. */
export const streamsOf = (engine: Pick<Engine, 'sources'>): readonly Wanted[] =>
  [...engine.sources].flatMap(([source, { connector }]) =>
    Object.keys(connector.manifest.streams).map((stream) => ({ source, stream })),
  )

/**
 * Takes the stream that has been due for longest and that nobody owns, and opens or continues its run; null when there is
 * none. `only` limits the choice. Two callers never get the same stream: the row is locked while it is taken, and its epoch
 * grows each time.
 */
export async function claimStream(engine: Engine, owner: Owner, only?: readonly Wanted[]): Promise<Claim | null> {
  const known = (only ?? streamsOf(engine)).filter(
    (one) => engine.sources.get(one.source)?.connector.manifest.streams[one.stream] !== undefined,
  )
  return engine.db.transaction().execute(async (trx) => {
    const stream = await leaseDueStream(trx, engine, owner, known)
    if (stream === undefined) return null
    const lease = {
      source: stream.source_id,
      stream: stream.id,
      owner: owner.id,
      epoch: stream.lease_epoch,
    }
    const open = stream.run_id === null ? undefined : await continueRun(trx, engine, stream.run_id)
    if (open !== undefined) return { ...lease, ...open }
    const start: Start = stream.ordinary
      ? await startOf(trx, stream.source_id, stream.id, stream.kind, stream.checkpoint)
      : { kind: 'CENSUS', range: { all: true }, position: null }
    const startedAt = engine.now().toISOString()
    const run = await openRun(trx, stream.source_id, stream.id, start, startedAt)
    return { ...lease, ...start, run, pages: 0, startedAt }
  })
}

interface LeasedStream {
  readonly source_id: string
  readonly id: string
  readonly kind: string
  readonly lease_epoch: number
  readonly checkpoint: string | null
  readonly run_id: number | null
  /** Due by its schedule; else only its census or an open run is. */
  readonly ordinary: boolean
}

async function leaseDueStream(
  trx: Transaction<Tables>,
  engine: Engine,
  owner: Owner,
  known: readonly Wanted[],
): Promise<LeasedStream | undefined> {
  const { rows } = await sql<LeasedStream>`
    update stream t
    set lease_owner = ${owner.id}, lease_pid = ${owner.pid},
        lease_backend_start = (select a.backend_start from pg_stat_activity a where a.pid = ${owner.pid}),
        lease_until = now() + ${engine.leaseMs} * interval '1 millisecond', lease_epoch = lease_epoch + 1,
        due_at = case when going.kind is null and not due.ordinary or going.kind in ('REPLAY', 'BACKFILL', 'CENSUS')
                 then t.due_at end,
        census_due_at = case when going.kind is null and not due.ordinary then null else t.census_due_at end
    from (
      select s.source_id, s.id,
        coalesce(s.due_at <= now() and o.paused_at is null and s.held_at is null, false) as ordinary
      from stream s join source o on o.id = s.source_id
      where o.configured and (s.source_id, s.id) in (
          select * from unnest(${known.map((one) => one.source)}::text[], ${known.map((one) => one.stream)}::text[]))
        and ((s.due_at <= now() and o.paused_at is null and s.held_at is null)
             or (s.census_due_at <= now() and o.paused_at is null and s.held_at is null
                 and s.last_success_at is not null and s.failing_since is null)
             or (s.run_id is not null and exists (
                   select 1 from run r where r.id = s.run_id and r.state in ('WAITING', 'RUNNING'))))
        and (s.lease_until is null or s.lease_until < now()
             or not exists (select 1 from pg_stat_activity a
                            where a.pid = s.lease_pid
                              and coalesce(a.backend_start = s.lease_backend_start, true)))
      order by s.run_id is null, s.due_at
      limit 1
      for update of s skip locked
    ) due
    left join lateral (
      select r.kind from stream h join run r on r.id = h.run_id and r.state in ('WAITING', 'RUNNING')
      where h.source_id = due.source_id and h.id = due.id
    ) going on true
    where t.source_id = due.source_id and t.id = due.id
    returning t.source_id, t.id, t.kind, t.lease_epoch, t.checkpoint, t.run_id, due.ordinary
  `.execute(trx)
  return rows[0]
}

interface OpenRun {
  readonly id: number
  readonly kind: RunKind
  readonly range: Range
  readonly position: string | null
  readonly pages: number
  readonly started_at: string
  readonly pass: number
  readonly tries: number
  readonly stale: boolean
}

/** The run that the stream's former owner left open, taken once more; undefined where it has ended. */
async function continueRun(
  trx: Transaction<Tables>,
  engine: Engine,
  run: number,
): Promise<Omit<Claim, 'source' | 'stream' | 'owner' | 'epoch'> | undefined> {
  const { rows } = await sql<OpenRun>`
    update run set tries = tries + 1, state = 'RUNNING',
      started_at = coalesce(started_at, ${engine.now().toISOString()}),
      advanced_at = coalesce(advanced_at, clock_timestamp())
    where id = ${run} and state in ('WAITING', 'RUNNING')
    returning id, kind, range, position, pages, started_at, pass, tries,
      advanced_at < clock_timestamp() - ${positionLivesHours} * interval '1 hour' as stale
  `.execute(trx)
  const open = rows[0]
  if (open === undefined) return undefined
  const { id, started_at: startedAt, stale, tries, ...rest } = open
  const spent = stale ? ('STALE' as const) : tries > maxTries ? ('CRASHES' as const) : null
  return { ...rest, run: id, startedAt, ...(spent === null ? {} : { spent }) }
}

/** Opens a run of the stream, which must have none: RUNNING from `startedAt`, or WAITING for a worker where that is null. */
export async function openRun(
  trx: Transaction<Tables>,
  source: string,
  stream: string,
  { kind, range, position }: Start,
  startedAt: string | null,
): Promise<number> {
  const run = await trx
    .insertInto('run')
    .values({
      source_id: source,
      stream_id: stream,
      kind,
      range: JSON.stringify(range),
      position,
      state: startedAt === null ? 'WAITING' : 'RUNNING',
      started_at: startedAt,
      advanced_at: startedAt === null ? null : sql<string>`clock_timestamp()`,
      expected: sql<number>`(select record_count from stream where source_id = ${source} and id = ${stream})`,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await sql`update stream set run_id = ${run.id} where source_id = ${source} and id = ${stream}`.execute(trx)
  return run.id
}

/** Lengthens the lease; false when this owner no longer has it. */
export async function renew(engine: Engine, claim: Claim): Promise<boolean> {
  const renewed = await sql`
    update stream set lease_until = now() + ${engine.leaseMs} * interval '1 millisecond'
    where source_id = ${claim.source} and id = ${claim.stream} and lease_epoch = ${claim.epoch} and lease_owner = ${claim.owner}
  `.execute(engine.db)
  return (renewed.numAffectedRows ?? 0n) > 0n
}

/** Gives the stream back with its run unfinished: the next owner wakes up at once and continues from the run's position. */
export async function release(engine: Engine, claim: Claim): Promise<void> {
  // A run that is given back in good order did not end the process: this try does not count.
  const given = await sql`
    with given as (
      update stream set lease_until = null, lease_owner = null, lease_pid = null
      where source_id = ${claim.source} and id = ${claim.stream} and lease_epoch = ${claim.epoch} and lease_owner = ${claim.owner}
      returning 1)
    update run set tries = greatest(tries - 1, 0) where id = ${claim.run} and exists (select 1 from given)
  `.execute(engine.db)
  if ((given.numAffectedRows ?? 0n) > 0n) await sql`select pg_notify('hub_due', '')`.execute(engine.db)
}

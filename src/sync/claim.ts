import { sql, type Transaction } from 'kysely'
import type { Range } from '../contract/connector.ts'
import type { Tables } from '../db/tables.ts'
import { type RunKind, type Start, startOf } from './carry-on.ts'
import type { Engine } from './engine.ts'

export type { RunKind } from './carry-on.ts'

/** Who works: one database session for as long as the worker lives. When the session is gone, so are its leases. */
export interface Owner {
  readonly id: string
  readonly pid: number
}

/** A stream that is this owner's until the lease ends, and the run to be carried on. */
export interface Claim {
  readonly source: string
  readonly stream: string
  readonly owner: string
  readonly epoch: number
  readonly run: number
  readonly kind: RunKind
  readonly range: Range
  /** How far the run has come: null at its start. */
  readonly place: string | null
  readonly pages: number
  /** Moment at which the run was first started. */
  readonly startedAt: string
}

/** Which streams a worker may take: all that are due, or only these. */
export interface Wanted {
  readonly source: string
  readonly stream: string
}

/**
 * Takes the stream that is due for longest and is nobody's, and opens or carries on its run; null when there is none. Two
 * callers never get the same stream: the row is locked while it is taken, and its epoch grows with each taking.
 */
export async function claim(engine: Engine, owner: Owner, only?: readonly Wanted[]): Promise<Claim | null> {
  const { db } = engine
  // Only streams that the connectors still have: one that left its manifest keeps its rows and is not run.
  const known = (
    only ??
    [...engine.sources].flatMap(([source, { connector }]) =>
      Object.keys(connector.manifest.streams).map((stream) => ({ source, stream })),
    )
  ).filter((one) => engine.sources.get(one.source)?.connector.manifest.streams[one.stream] !== undefined)
  return db.transaction().execute(async (trx) => {
    const taken = await sql<{
      source_id: string
      id: string
      kind: string
      lease_epoch: number
      checkpoint: string | null
      run_id: number | null
    }>`
      update stream t
      set lease_owner = ${owner.id}, lease_pid = ${owner.pid},
          lease_backend_start = (select a.backend_start from pg_stat_activity a where a.pid = ${owner.pid}),
          lease_until = now() + ${engine.leaseMs} * interval '1 millisecond', lease_epoch = lease_epoch + 1,
          due_at = case when exists (select 1 from run r where r.id = t.run_id and r.state in ('WAITING', 'RUNNING')
                                     and r.kind in ('REPLAY', 'BACKFILL')) then due_at end
      from (
        select s.source_id, s.id
        from stream s join source o on o.id = s.source_id
        where o.configured and (s.source_id, s.id) in (
            select * from unnest(${known.map((one) => one.source)}::text[], ${known.map((one) => one.stream)}::text[]))
          and ((s.due_at <= now() and o.paused_at is null and s.held_at is null)
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
      where t.source_id = due.source_id and t.id = due.id
      returning t.source_id, t.id, t.kind, t.lease_epoch, t.checkpoint, t.run_id
    `.execute(trx)
    const stream = taken.rows[0]
    if (stream === undefined) return null
    const mine = {
      source: stream.source_id,
      stream: stream.id,
      owner: owner.id,
      epoch: stream.lease_epoch,
    }
    const cutOff =
      stream.run_id === null
        ? undefined
        : await trx
            .selectFrom('run')
            .select(['id', 'kind', 'range', 'place', 'pages', 'started_at'])
            .where('id', '=', stream.run_id)
            .where('state', 'in', ['WAITING', 'RUNNING'])
            .executeTakeFirst()
    if (cutOff !== undefined) {
      const startedAt = cutOff.started_at ?? engine.now().toISOString()
      await trx
        .updateTable('run')
        .set({ state: 'RUNNING', started_at: startedAt })
        .where('id', '=', cutOff.id)
        .execute()
      return {
        ...mine,
        run: cutOff.id,
        kind: cutOff.kind as RunKind,
        range: cutOff.range as Range,
        place: cutOff.place,
        pages: cutOff.pages,
        startedAt,
      }
    }
    const start = await startOf(trx, stream.source_id, stream.id, stream.kind, stream.checkpoint)
    const startedAt = engine.now().toISOString()
    const run = await openRun(trx, stream.source_id, stream.id, start, startedAt)
    return { ...mine, ...start, run, pages: 0, startedAt }
  })
}

/** A run of the stream, which must have none: RUNNING from `startedAt`, or WAITING for a worker. */
export async function openRun(
  trx: Transaction<Tables>,
  source: string,
  stream: string,
  { kind, range, place }: Start,
  startedAt: string | null,
): Promise<number> {
  const run = await trx
    .insertInto('run')
    .values({
      source_id: source,
      stream_id: stream,
      kind,
      range: JSON.stringify(range),
      place,
      state: startedAt === null ? 'WAITING' : 'RUNNING',
      started_at: startedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await sql`update stream set run_id = ${run.id} where source_id = ${source} and id = ${stream}`.execute(trx)
  return run.id
}

/** Lengthens the lease; false when it is no longer this owner's. */
export async function renew(engine: Engine, held: Claim): Promise<boolean> {
  const renewed = await sql`
    update stream set lease_until = now() + ${engine.leaseMs} * interval '1 millisecond'
    where source_id = ${held.source} and id = ${held.stream} and lease_epoch = ${held.epoch} and lease_owner = ${held.owner}
  `.execute(engine.db)
  return (renewed.numAffectedRows ?? 0n) > 0n
}

/** Gives the stream back with its run unfinished: the next owner, woken at once, carries it on from its place. */
export async function release(engine: Engine, held: Claim): Promise<void> {
  const given = await sql`
    update stream set lease_until = null, lease_owner = null, lease_pid = null
    where source_id = ${held.source} and id = ${held.stream} and lease_epoch = ${held.epoch} and lease_owner = ${held.owner}
  `.execute(engine.db)
  if ((given.numAffectedRows ?? 0n) > 0n) await sql`select pg_notify('hub_due', '')`.execute(engine.db)
}

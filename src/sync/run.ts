import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { ConnectorFailure } from '../contract/failure.ts'
import type { Page } from '../contract/connector.ts'
import { type Claim, release, renew } from './claim.ts'
import { commitPage, fence, type RawPlace, removeRecords, type Tally } from './commit.ts'
import type { Engine, SourceSetup } from './engine.ts'
import { failureOf, Fenced } from './failure.ts'
import { rawPages } from './replay.ts'
import { nextFire } from './schedule.ts'

/** A listing shorter than this share of what is stored deletes nothing until a person confirms. */
const shrinkBrake = 0.1
/** Fewer stored records than this are no evidence of a mass delete. */
const brakeFloor = 20

export type RunEnd = 'SUCCEEDED' | 'SUCCEEDED_WITH_REJECTS' | 'FAILED' | 'RELEASED'

/**
 * Carries a claimed run to its end: pages are read one ahead of the commit, each is committed with its place, the
 * checkpoint moves with the end of the window. When `signal` aborts, the run is given back unfinished ('RELEASED') and the
 * next owner carries it on. Never throws for what a source does.
 */
export async function executeRun(engine: Engine, held: Claim, signal: AbortSignal): Promise<RunEnd> {
  const source = engine.sources.get(held.source)!
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const heartbeat = setInterval(() => {
    renew(engine, held).then(
      (mine) => mine || stop.abort(new Fenced()),
      (error: unknown) => engine.log.warn({ err: error, stream: held.stream }, 'the lease could not be renewed'),
    )
  }, engine.leaseMs / 3)
  heartbeat.unref()
  try {
    const last = await readPages(engine, source, held, ended)
    return await complete(engine, source, held, last)
  } catch (error) {
    if (stop.signal.reason instanceof Fenced || error instanceof Fenced) return 'RELEASED'
    if (signal.aborted) {
      await release(engine, held)
      return 'RELEASED'
    }
    return await fail(engine, source, held, error)
  } finally {
    clearInterval(heartbeat)
    stop.abort()
  }
}

async function readPages(
  engine: Engine,
  source: SourceSetup,
  held: Claim,
  signal: AbortSignal,
): Promise<string | null> {
  const pages = pagesOf(engine, source, held, signal)[Symbol.asyncIterator]()
  let place = held.place
  let number = held.pages
  let pending = within(engine, pages.next())
  const totals = { read: 0, rejected: 0 }
  try {
    for (;;) {
      const answer = await pending
      signal.throwIfAborted()
      if (answer.done === true) break
      const page = answer.value
      if (page.records.length > 0 && page.next === place) {
        throw new ConnectorFailure('SOURCE_CHANGED', `${held.source}: the source gives the same place again and again`)
      }
      pending = within(engine, pages.next())
      pending.catch(() => undefined)
      const tally: Tally = await commitPage(engine, source, { ...held, pages: number }, page, page.from)
      totals.read += tally.read
      totals.rejected += tally.rejected
      place = page.next
      number += 1
    }
  } finally {
    pages.return?.(undefined)?.catch(() => undefined)
  }
  const threshold = source.connector.manifest.streams[held.stream]!.rejectThreshold ?? 0.5
  if (totals.read >= 10 && totals.rejected / totals.read > threshold) {
    throw new ConnectorFailure(
      'SOURCE_CHANGED',
      `${held.source}: ${totals.rejected} of ${totals.read} records were rejected, at most ${threshold * 100} % are expected`,
    )
  }
  return place
}

function pagesOf(
  engine: Engine,
  source: SourceSetup,
  held: Claim,
  signal: AbortSignal,
): AsyncIterable<Page & { from?: RawPlace }> {
  if (held.kind === 'REPLAY') return rawPages(engine, held, held.place)
  const range = held.place === null ? held.range : { since: held.place }
  return source.connector.read(source.open(signal), held.stream, range)
}

/** The next page, or SOURCE_UNAVAILABLE when it does not come in time. */
async function within<T>(engine: Engine, page: Promise<T>): Promise<T> {
  const patience = new AbortController()
  const late = sleep(engine.pageMs, undefined, { signal: patience.signal, ref: false }).then(
    () => {
      throw new ConnectorFailure('SOURCE_UNAVAILABLE', `no page came within ${engine.pageMs / 1000} s`)
    },
    () => page,
  )
  try {
    return await Promise.race([page, late])
  } finally {
    patience.abort()
  }
}

async function complete(engine: Engine, source: SourceSetup, held: Claim, place: string | null): Promise<RunEnd> {
  const stream = source.connector.manifest.streams[held.stream]!
  const now = engine.now().toISOString()
  return engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, held)
    if (stream.kind === 'snapshot' && (held.kind === 'CHANGES' || held.kind === 'FULL')) {
      const gone = await sql<{ key: string }>`
        select key from record r
        where source_id = ${held.source} and stream_id = ${held.stream} and removed_at is null
          and not exists (select 1 from run_seen s where s.run_id = ${held.run} and s.key = r.key)
      `.execute(trx)
      const counted = await sql<{ seen: number; stored: number; confirmed: boolean }>`
        select (select count(*) from run_seen where run_id = ${held.run}) as seen, s.record_count as stored,
          s.held_reason is not distinct from 'CONFIRMED' as confirmed
        from stream s where s.source_id = ${held.source} and s.id = ${held.stream}
      `.execute(trx)
      const { seen, stored, confirmed } = counted.rows[0]!
      if (!confirmed && gone.rows.length > 0 && stored >= brakeFloor && seen < stored * shrinkBrake) {
        await sql`update stream set held_at = ${now}, held_reason = 'MASS_DELETE'
          where source_id = ${held.source} and id = ${held.stream}`.execute(trx)
        return finish('FAILED', {
          code: 'SOURCE_CHANGED',
          message: `${held.source}: the whole list has ${seen} records where ${stored} are stored; nothing is deleted until a person confirms (hub resume ${held.source})`,
        })
      }
      if (gone.rows.length > 0) {
        const evidence = `absent from the whole list read by run ${held.run}`
        await removeRecords(
          trx,
          engine,
          held,
          gone.rows.map((row) => [row.key, evidence] as const),
          now,
        )
        await sql`update run set removed = removed + ${gone.rows.length} where id = ${held.run}`.execute(trx)
      }
      await sql`delete from run_seen where run_id = ${held.run}`.execute(trx)
    }
    if (held.kind !== 'BACKFILL' && held.kind !== 'REPLAY' && place !== null) {
      await sql`update stream set checkpoint = ${place} where source_id = ${held.source} and id = ${held.stream}`.execute(
        trx,
      )
    }
    const { rejected } = await trx
      .selectFrom('run')
      .select('rejected')
      .where('id', '=', held.run)
      .executeTakeFirstOrThrow()
    return finish(rejected > 0 ? 'SUCCEEDED_WITH_REJECTS' : 'SUCCEEDED', null)

    async function finish(state: RunEnd, failure: { code: string; message: string } | null): Promise<RunEnd> {
      await sql`
        update run set state = ${state}, finished_at = ${now}, failure_code = ${failure?.code ?? null},
          failure_message = ${failure?.message ?? null} where id = ${held.run}
      `.execute(trx)
      await sql`
        update stream set run_id = null, lease_until = null, lease_owner = null, lease_pid = null,
          last_success_at = ${failure === null ? now : sql`last_success_at`},
          held_reason = ${failure === null ? null : sql`held_reason`},
          failing_since = ${failure === null ? null : sql`coalesce(failing_since, ${now})`},
          due_at = least(due_at, ${nextFire(source.schedule, source.timezone).toISOString()}::timestamptz)
        where source_id = ${held.source} and id = ${held.stream}
      `.execute(trx)
      await sql`select pg_notify('hub_run', ${`${held.source}/${held.stream}`})`.execute(trx)
      return state
    }
  })
}

async function fail(engine: Engine, source: SourceSetup, held: Claim, error: unknown): Promise<RunEnd> {
  const failure = failureOf(error, source.secrets)
  if (failure.code === 'INTERNAL') {
    engine.log.error({ err: error, source: held.source, stream: held.stream, run: held.run }, 'a run failed by a bug')
  }
  const now = engine.now()
  const next = nextFire(source.schedule, source.timezone)
  const wait = Math.min(failure.retryAfterSeconds ?? 0, 86_400) * 1000
  const due = new Date(Math.max(next.getTime(), now.getTime() + wait))
  try {
    await engine.db.transaction().execute(async (trx) => {
      await fence(trx, engine, held)
      await sql`
        update run set state = 'FAILED', finished_at = ${now.toISOString()}, failure_code = ${failure.code},
          failure_message = ${failure.message} where id = ${held.run}
      `.execute(trx)
      await sql`
        update stream set run_id = null, lease_until = null, lease_owner = null, lease_pid = null,
          failing_since = coalesce(failing_since, ${now.toISOString()}),
          due_at = least(due_at, ${due.toISOString()}::timestamptz)
        where source_id = ${held.source} and id = ${held.stream}
      `.execute(trx)
      await sql`delete from run_seen where run_id = ${held.run}`.execute(trx)
      await sql`select pg_notify('hub_run', ${`${held.source}/${held.stream}`})`.execute(trx)
    })
  } catch (again) {
    // The database does not answer or the lease is lost: the run stays open and its next owner carries it on.
    if (!(again instanceof Fenced)) engine.log.error({ err: again, run: held.run }, 'a failed run could not be closed')
    return 'RELEASED'
  }
  return 'FAILED'
}

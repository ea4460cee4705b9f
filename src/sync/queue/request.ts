// Requests runs, and pauses and resumes sources.
import { sql } from 'kysely'
import type { Range } from '../../contract/connector.ts'
import { backfillOf, startOf } from './resume-range.ts'
import { openRun, type RunKind, type Wanted } from './claim.ts'
import type { Engine } from '../engine.ts'
import { confirmDrift } from '../inspect/halt.ts'
import { retryTransient } from '../retry-transient.ts'

export interface Requested extends Wanted {
  /** The run that will answer the request; 0 where the stream is halted. */
  readonly run: number
  /** The run was there before: the request joined it. */
  readonly joined: boolean
  /** The run does what was asked for; else the request has to be repeated once the run has ended. */
  readonly answers: boolean
  /** Why the stream is halted: no run was requested. Null: it is not. */
  readonly halted: string | null
}

/**
 * After this each wanted stream has a run that a worker takes at once; a request joins a run that waits or is going. Safe to
 * repeat: two requests before the run ends make one run. A range of null means what a scheduled run would read.
 */
export async function requestRuns(
  engine: Pick<Engine, 'db'>,
  wanted: readonly Wanted[],
  kind: RunKind,
  range: Range | null,
): Promise<Requested[]> {
  return retryTransient(() => requestOnce(engine, wanted, kind, range))
}

async function requestOnce(
  engine: Pick<Engine, 'db'>,
  wanted: readonly Wanted[],
  kind: RunKind,
  range: Range | null,
): Promise<Requested[]> {
  return engine.db.transaction().execute(async (trx) => {
    const requested: Requested[] = []
    // Always in the same order, so that two requests never wait for each other.
    const nameOf = (one: Wanted): string => `${one.source}/${one.stream}`
    for (const one of wanted.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
      // Locked first, read afterwards: one statement would see the runs as they were before it waited for the row.
      await sql`select 1 from stream where source_id = ${one.source} and id = ${one.stream} for update`.execute(trx)
      const locked = await sql<{
        kind: string
        checkpoint: string | null
        going: number | null
        going_kind: RunKind | null
        going_range: Range | null
        held_at: string | null
        held_reason: string | null
      }>`
        select s.kind, s.checkpoint, s.held_at, s.held_reason, r.id as going, r.kind as going_kind, r.range as going_range
        from stream s left join run r on r.id = s.run_id and r.state in ('WAITING', 'RUNNING')
        where s.source_id = ${one.source} and s.id = ${one.stream}
      `.execute(trx)
      const stream = locked.rows[0]
      if (stream === undefined) throw new Error(`there is no stream ${one.source}/${one.stream}`)
      if (stream.held_at !== null) {
        requested.push({ ...one, run: 0, joined: false, answers: false, halted: stream.held_reason })
      } else if (stream.going === null) {
        const start =
          range === null && kind === 'CHANGES'
            ? await startOf(trx, one.source, one.stream, stream.kind, stream.checkpoint)
            : kind === 'BACKFILL' && range !== null
              ? await backfillOf(trx, one.source, one.stream, range)
              : { kind, range: range ?? { all: true as const }, position: null }
        const run = await openRun(trx, one.source, one.stream, start, null)
        requested.push({ ...one, run, joined: false, answers: true, halted: null })
      } else {
        const does = answers({ kind: stream.going_kind!, range: stream.going_range! }, kind, range)
        requested.push({ ...one, run: stream.going, joined: true, answers: does, halted: null })
      }
    }
    await sql`select pg_notify('hub_due', '')`.execute(trx)
    return requested
  })
}

/** Whether a run that is going reads everything that was asked for. */
function answers(
  going: { readonly kind: RunKind; readonly range: Range },
  kind: RunKind,
  range: Range | null,
): boolean {
  if (kind === 'REPLAY' || kind === 'CENSUS') return going.kind === kind
  if (kind === 'CHANGES') return true
  if (going.kind === 'REPLAY') return false
  if (kind === 'BACKFILL') {
    const asked = range as { readonly from?: string; readonly to?: string } | null
    return 'from' in going.range
      ? going.range.from === asked?.from && going.range.to === asked.to
      : 'all' in going.range
  }
  return kind !== 'FULL' || 'all' in going.range
}

/** Stops the schedule of a source until it is resumed; a run that is going ends by itself. Safe to repeat. */
export async function pauseSource(engine: Pick<Engine, 'db'>, source: string): Promise<void> {
  await sql`update source set paused_at = coalesce(paused_at, now()) where id = ${source}`.execute(engine.db)
}

/**
 * The schedule continues, due at once. With this a person confirms what halted the streams and the drift that was shown. A
 * source that was reset is read again from its beginning and then counted by a census, which removes what the source has
 * lost, with evidence.
 */
export async function resumeSource(engine: Pick<Engine, 'db'>, source: string): Promise<void> {
  await engine.db.transaction().execute(async (trx) => {
    await sql`update source set paused_at = null where id = ${source}`.execute(trx)
    await confirmDrift(trx, source)
    await sql`
      update stream set due_at = now(),
        census_due_at = case when held_at is not null and (held_reason = 'MASS_DELETE' and kind <> 'snapshot'
          or held_reason = 'SOURCE_RESET' and kind in ('token', 'change-time')) then now() else census_due_at end,
        checkpoint = case when held_at is not null and held_reason = 'SOURCE_RESET' then null else checkpoint end,
        held_reason = case when held_at is null then held_reason
          when held_reason = 'MASS_DELETE' then 'CONFIRMED' when held_reason = 'SOURCE_RESET' then 'RESET_CONFIRMED' end,
        held_at = null
      where source_id = ${source}
    `.execute(trx)
    await sql`select pg_notify('hub_due', '')`.execute(trx)
  })
}

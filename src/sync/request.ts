import { sql } from 'kysely'
import type { Range } from '../contract/connector.ts'
import type { RunKind, Wanted } from './claim.ts'
import type { Engine } from './engine.ts'

export interface Requested extends Wanted {
  /** The newest run of the stream before the request: the run to be watched is a later one, or `joined`. */
  readonly after: number
  /** A run that was going already; the request joins it. */
  readonly joined: number | null
  /** A brake or a drift stop holds the stream: nothing was asked for. */
  readonly held: string | null
}

/**
 * Each wanted stream is due now, with what is to be read; a stream whose run is going is joined instead. Safe to repeat:
 * two requests before the run starts make one run.
 */
export async function requestRuns(
  engine: Pick<Engine, 'db'>,
  wanted: readonly Wanted[],
  kind: RunKind,
  range: Range | null,
): Promise<Requested[]> {
  return engine.db.transaction().execute(async (trx) => {
    const requested: Requested[] = []
    for (const one of wanted) {
      const locked = await sql<{ run_id: number | null; held_at: string | null; held_reason: string | null; after: number }>`
        select s.run_id, s.held_at, s.held_reason,
          coalesce((select max(r.id) from run r where r.source_id = s.source_id and r.stream_id = s.id), 0) as after
        from stream s where s.source_id = ${one.source} and s.id = ${one.stream} for update
      `.execute(trx)
      const stream = locked.rows[0]
      if (stream === undefined) throw new Error(`there is no stream ${one.source}/${one.stream}`)
      if (stream.held_at !== null) {
        requested.push({ ...one, after: stream.after, joined: null, held: stream.held_reason })
        continue
      }
      if (stream.run_id === null) {
        await sql`
          update stream set due_at = least(due_at, now()), request = ${JSON.stringify({ kind, range })}::jsonb
          where source_id = ${one.source} and id = ${one.stream}
        `.execute(trx)
      }
      requested.push({ ...one, after: stream.after, joined: stream.run_id, held: null })
    }
    await sql`select pg_notify('hub_due', '')`.execute(trx)
    return requested
  })
}

/** The sources' schedules stand still until resumed; a run that is going ends by itself. */
export async function pauseSource(engine: Pick<Engine, 'db'>, source: string): Promise<void> {
  await sql`update source set paused_at = coalesce(paused_at, now()) where id = ${source}`.execute(engine.db)
}

/** The schedule goes on, due at once; a person has thereby confirmed what a brake held. */
export async function resumeSource(engine: Pick<Engine, 'db'>, source: string): Promise<void> {
  await engine.db.transaction().execute(async (trx) => {
    await sql`update source set paused_at = null where id = ${source}`.execute(trx)
    await sql`
      update stream set due_at = now(),
        held_reason = case when held_at is null then held_reason when held_reason = 'MASS_DELETE' then 'CONFIRMED' end,
        held_at = null
      where source_id = ${source}
    `.execute(trx)
    await sql`select pg_notify('hub_due', '')`.execute(trx)
  })
}

import { sql, type Transaction } from 'kysely'
import { ConnectorFailure } from '../../contract/failure.ts'
import type { Tables } from '../../db/tables.ts'
import { absentKeys, countOf, isWholeList } from './census.ts'
import type { Claim } from '../queue/claim.ts'
import { fence, removeRecords } from './commit.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { endRun, type RunEnd } from './end.ts'

/** Fewer records than this say nothing of the share that is rejected. */
const thresholdFloor = 10

/**
 * The window is complete: what a whole list no longer names is gone, the checkpoint stands at `place`, the run is ended and the
 * stream is due again, all in one transaction. Throws SOURCE_CHANGED, with nothing of this done, when the run rejected
 * more than its stream's threshold.
 */
export async function complete(
  engine: Engine,
  source: SourceSetup,
  held: Claim,
  place: string | null,
): Promise<RunEnd> {
  const stream = source.connector.manifest.streams[held.stream]!
  return engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, held)
    const { read, rejected } = await trx
      .selectFrom('run')
      .select(['read', 'rejected'])
      .where('id', '=', held.run)
      .executeTakeFirstOrThrow()
    const threshold = stream.rejectThreshold ?? 0.5
    if (read >= thresholdFloor && rejected / read > threshold && (await faulty(trx, held)) / read > threshold) {
      throw new ConnectorFailure(
        'SOURCE_CHANGED',
        `${held.source}: ${rejected} of ${read} records were rejected, at most ${threshold * 100} % are expected`,
      )
    }
    if (isWholeList(source, held)) {
      const count = await countOf(trx, source, held)
      await sql`
        update run set found = ${count.found}, left_over = ${count.leftOver} where id = ${held.run}
      `.execute(trx)
      if (count.implausible) {
        const now = engine.now().toISOString()
        await sql`
          update stream set held_at = ${now}, held_reason = 'MASS_DELETE', failing_since = coalesce(failing_since, ${now})
          where source_id = ${held.source} and id = ${held.stream}
        `.execute(trx)
        const message = `${held.source}: the whole list has ${count.found} records where ${count.stored} are stored; nothing is deleted until a person confirms (hub resume ${held.source})`
        return endRun(trx, engine, source, held, 'FAILED', { code: 'SOURCE_CHANGED', message }, 0)
      }
      if (count.leftOver !== null) await removeAbsent(trx, engine, held)
      await sql`
        update stream set census_run_id = ${held.run} where source_id = ${held.source} and id = ${held.stream}
      `.execute(trx)
    }
    if ((held.kind === 'CHANGES' || held.kind === 'FULL') && place !== null) {
      await sql`
        update stream set checkpoint = ${place} where source_id = ${held.source} and id = ${held.stream}
      `.execute(trx)
    }
    return endRun(trx, engine, source, held, rejected > 0 ? 'SUCCEEDED_WITH_REJECTS' : 'SUCCEEDED', null, 0)
  })
}

/** How many records the run rejected for a fault of theirs: another structure that waits by the stream's own policy is none. */
async function faulty(trx: Transaction<Tables>, held: Claim): Promise<number> {
  const { rows } = await sql<{ faulty: number }>`
    select r.rejected - (select count(*) from quarantine q where q.source_id = ${held.source}
      and q.stream_id = ${held.stream} and q.run_id = r.id and q.reason = 'DRIFT' and q.left_at is null) as faulty
    from run r where r.id = ${held.run}
  `.execute(trx)
  return rows[0]?.faulty ?? 0
}

/** Records, and rejects that wait, which the whole list does not name are gone, with the run as their evidence. */
async function removeAbsent(trx: Transaction<Tables>, engine: Engine, held: Claim): Promise<void> {
  const now = engine.now().toISOString()
  const evidence = `absent from the whole list read by ${held.kind === 'CENSUS' ? 'the census of ' : ''}run ${held.run}`
  for await (const keys of absentKeys(trx, held)) {
    await removeRecords(
      trx,
      engine,
      held,
      keys.map((key) => [key, evidence] as const),
      now,
    )
    await sql`
      with counted as (update run set removed = removed + ${keys.length} where id = ${held.run})
      update stream set record_count = record_count - ${keys.length}
      where source_id = ${held.source} and id = ${held.stream}
    `.execute(trx)
  }
  await sql`
    update quarantine q set left_at = ${now}, left_because = 'REMOVED'
    where source_id = ${held.source} and stream_id = ${held.stream} and left_at is null and run_id < ${held.run}
      and (key is null or not exists (select 1 from run_seen s where s.run_id = ${held.run} and s.key = q.key))
  `.execute(trx)
}

// Completes a run whose window was read to its end.
import { sql, type Transaction } from 'kysely'
import { ConnectorFailure } from '../../contract/failure.ts'
import type { Tables } from '../../db/tables.ts'
import { absentKeys, countOf, isWholeList } from './census.ts'
import type { Claim } from '../queue/claim.ts'
import { fence, removeRecords } from './commit.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { endRun, type RunEnd } from './end.ts'

/** Below this many records the share of rejects means nothing. */
const thresholdFloor = 10

/**
 * Removes what a whole list no longer has, moves the checkpoint to `position`, ends the run and makes the stream due again,
 * all in one transaction. Throws SOURCE_CHANGED, with nothing of this done, when the run rejected more than its stream's
 * threshold.
 */
export async function complete(
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  position: string | null,
): Promise<RunEnd> {
  const stream = source.connector.manifest.streams[claim.stream]!
  return engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, claim)
    const { read, rejected } = await trx
      .selectFrom('run')
      .select(['read', 'rejected'])
      .where('id', '=', claim.run)
      .executeTakeFirstOrThrow()
    const threshold = stream.rejectThreshold ?? 0.5
    if (read >= thresholdFloor && rejected / read > threshold && (await faulty(trx, claim)) / read > threshold) {
      throw new ConnectorFailure(
        'SOURCE_CHANGED',
        `${claim.source}: ${rejected} of ${read} records were rejected, at most ${threshold * 100} % are expected`,
      )
    }
    if (isWholeList(source, claim)) {
      const count = await countOf(trx, source, claim)
      await sql`
        update run set found = ${count.found}, left_over = ${count.leftOver} where id = ${claim.run}
      `.execute(trx)
      if (count.implausible) {
        const now = engine.now().toISOString()
        await sql`
          update stream set held_at = ${now}, held_reason = 'MASS_DELETE', failing_since = coalesce(failing_since, ${now})
          where source_id = ${claim.source} and id = ${claim.stream}
        `.execute(trx)
        const message = `${claim.source}: the whole list has ${count.found} records where ${count.stored} are stored; nothing is deleted until a person confirms (hub resume ${claim.source})`
        return endRun(trx, engine, source, claim, 'FAILED', { code: 'SOURCE_CHANGED', message }, 0)
      }
      if (count.leftOver !== null) await removeAbsent(trx, engine, claim)
      await sql`
        update stream set census_run_id = ${claim.run} where source_id = ${claim.source} and id = ${claim.stream}
      `.execute(trx)
    }
    if ((claim.kind === 'CHANGES' || claim.kind === 'FULL') && position !== null) {
      await sql`
        update stream set checkpoint = ${position} where source_id = ${claim.source} and id = ${claim.stream}
      `.execute(trx)
    }
    return endRun(trx, engine, source, claim, rejected > 0 ? 'SUCCEEDED_WITH_REJECTS' : 'SUCCEEDED', null, 0)
  })
}

/** How many records the run rejected for faults of their own; drift that waits by the stream's policy is none. */
async function faulty(trx: Transaction<Tables>, claim: Claim): Promise<number> {
  const { rows } = await sql<{ faulty: number }>`
    select r.rejected - (select count(*) from quarantine q where q.source_id = ${claim.source}
      and q.stream_id = ${claim.stream} and q.run_id = r.id and q.reason = 'DRIFT' and q.left_at is null) as faulty
    from run r where r.id = ${claim.run}
  `.execute(trx)
  return rows[0]?.faulty ?? 0
}

/** Removes the records, and the waiting rejects, that the whole list lacks, with the run as evidence. */
async function removeAbsent(trx: Transaction<Tables>, engine: Engine, claim: Claim): Promise<void> {
  const now = engine.now().toISOString()
  const evidence = `absent from the whole list read by ${claim.kind === 'CENSUS' ? 'the census of ' : ''}run ${claim.run}`
  for await (const keys of absentKeys(trx, claim)) {
    await removeRecords(
      trx,
      engine,
      claim,
      keys.map((key) => [key, evidence] as const),
      now,
    )
    await sql`
      with counted as (update run set removed = removed + ${keys.length} where id = ${claim.run})
      update stream set record_count = record_count - ${keys.length}
      where source_id = ${claim.source} and id = ${claim.stream}
    `.execute(trx)
  }
  await sql`
    update quarantine q set left_at = ${now}, left_because = 'REMOVED'
    where source_id = ${claim.source} and stream_id = ${claim.stream} and left_at is null and run_id < ${claim.run}
      and (key is null or not exists (select 1 from run_seen s where s.run_id = ${claim.run} and s.key = q.key))
  `.execute(trx)
}

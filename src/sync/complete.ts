import { sql, type Transaction } from 'kysely'
import { ConnectorFailure } from '../contract/failure.ts'
import type { Tables } from '../db/tables.ts'
import type { Claim } from './claim.ts'
import { fence, removeRecords } from './commit.ts'
import type { Engine, SourceSetup } from './engine.ts'
import { endRun, type RunEnd } from './end.ts'

/** A list that is shorter than what is stored by this share or more deletes nothing until a person confirms. */
const shrinkBrake = 0.9
/** Fewer stored records than this are no evidence of a mass delete, unless the list is empty. */
const brakeFloor = 20
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
    if (read >= thresholdFloor && rejected / read > threshold) {
      throw new ConnectorFailure(
        'SOURCE_CHANGED',
        `${held.source}: ${rejected} of ${read} records were rejected, at most ${threshold * 100} % are expected`,
      )
    }
    if (stream.kind === 'snapshot' && (held.kind === 'CHANGES' || held.kind === 'FULL')) {
      const short = await removeVanished(trx, engine, held)
      if (short !== null) {
        await sql`
          update stream set held_at = ${engine.now().toISOString()}, held_reason = 'MASS_DELETE'
          where source_id = ${held.source} and id = ${held.stream}
        `.execute(trx)
        const message = `${held.source}: the whole list has ${short.seen} records where ${short.stored} are stored; nothing is deleted until a person confirms (hub resume ${held.source})`
        return endRun(trx, engine, source, held, 'FAILED', { code: 'SOURCE_CHANGED', message }, 0)
      }
    }
    if (held.kind !== 'BACKFILL' && held.kind !== 'REPLAY' && place !== null) {
      await sql`
        update stream set checkpoint = ${place} where source_id = ${held.source} and id = ${held.stream}
      `.execute(trx)
    }
    return endRun(trx, engine, source, held, rejected > 0 ? 'SUCCEEDED_WITH_REJECTS' : 'SUCCEEDED', null, 0)
  })
}

/**
 * Records, and rejects that wait, which the whole list no longer names are gone, with the run as their evidence. Where the list is
 * too short to be believed nothing is done, and the figures are the answer.
 */
async function removeVanished(
  trx: Transaction<Tables>,
  engine: Engine,
  held: Claim,
): Promise<{ readonly seen: number; readonly stored: number } | null> {
  const now = engine.now().toISOString()
  const gone = await sql<{ key: string }>`
    select key from record r
    where source_id = ${held.source} and stream_id = ${held.stream} and removed_at is null
      and not exists (select 1 from run_seen s where s.run_id = ${held.run} and s.key = r.key)
  `.execute(trx)
  if (gone.rows.length > 0) {
    const counted = await sql<{ seen: number; stored: number; confirmed: boolean }>`
      select (select count(*) from run_seen where run_id = ${held.run}) as seen, s.record_count as stored,
        s.held_reason is not distinct from 'CONFIRMED' as confirmed
      from stream s where s.source_id = ${held.source} and s.id = ${held.stream}
    `.execute(trx)
    const { seen, stored, confirmed } = counted.rows[0]!
    const short = seen === 0 || (stored >= brakeFloor && seen <= stored * (1 - shrinkBrake) + 1e-9)
    if (short && !confirmed) return { seen, stored }
    const evidence = `absent from the whole list read by run ${held.run}`
    const keys = gone.rows.map((row) => [row.key, evidence] as const)
    await removeRecords(trx, engine, held, keys, now)
    await sql`
      with counted as (update run set removed = removed + ${keys.length} where id = ${held.run})
      update stream set record_count = record_count - ${keys.length}
      where source_id = ${held.source} and id = ${held.stream}
    `.execute(trx)
  }
  await sql`
    update quarantine q set left_at = ${now}, left_because = 'REMOVED'
    where source_id = ${held.source} and stream_id = ${held.stream} and left_at is null and run_id <> ${held.run}
      and (key is null or not exists (select 1 from run_seen s where s.run_id = ${held.run} and s.key = q.key))
  `.execute(trx)
  return null
}

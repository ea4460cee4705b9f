// Removes raw pages and changes that are older than the engine keeps them.
import { sql } from 'kysely'
import { pruneFeed } from '../../db/feed.ts'
import type { Engine } from '../engine.ts'

const day = 86_400_000
const batchSize = 5000

/**
 * Removes raw pages that are older than the engine keeps them (90 days) and to which no present record refers; answers how
 * many. Runs and quarantine keep their rows. Safe to repeat and to run beside syncs: a page with a reference stays, and no
 * record ever gets a reference to an old page.
 */
export async function pruneRaw(engine: Pick<Engine, 'db' | 'retention'>, signal?: AbortSignal): Promise<number> {
  const keptMs = engine.retention?.rawMs ?? 90 * day
  let pruned = 0
  while (signal?.aborted !== true) {
    const { numAffectedRows = 0n } = await sql`
      delete from raw_page where id in (
        select p.id from raw_page p
        where p.at < now() - ${keptMs} * interval '1 millisecond'
          and not exists (select 1 from record r where r.raw_page_id = p.id and r.removed_at is null)
        limit ${batchSize})
    `.execute(engine.db)
    pruned += Number(numAffectedRows)
    if (numAffectedRows < BigInt(batchSize)) break
  }
  return pruned
}

/** Removes old raw pages without references, and old changes of the feed. Safe to repeat. */
export async function prune(engine: Pick<Engine, 'db' | 'retention'>, signal: AbortSignal): Promise<void> {
  await pruneRaw(engine, signal)
  await pruneFeed(engine.db, engine.retention?.changesMs ?? 7 * day, signal)
}

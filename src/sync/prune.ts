import { sql } from 'kysely'
import type { Engine } from './engine.ts'

const keptDays = 90
const atOnce = 5000

/**
 * Raw pages older than 90 days to which no present record refers are gone; answers how many. Runs and the quarantine keep
 * their rows. Safe to repeat and to run beside syncs: a page that is referred to stays, and no record ever comes to refer
 * to an old page.
 */
export async function pruneRaw(engine: Pick<Engine, 'db'>, signal?: AbortSignal): Promise<number> {
  let pruned = 0
  while (signal?.aborted !== true) {
    const { numAffectedRows = 0n } = await sql`
      delete from raw_page where id in (
        select p.id from raw_page p
        where p.at < now() - ${keptDays} * interval '1 day'
          and not exists (select 1 from record r where r.raw_page_id = p.id and r.removed_at is null)
        limit ${atOnce})
    `.execute(engine.db)
    pruned += Number(numAffectedRows)
    if (numAffectedRows < BigInt(atOnce)) break
  }
  return pruned
}

// Decides whether a whole list is read once more before anything is removed.
import { sql } from 'kysely'
import { countOf, isWholeList } from './census.ts'
import type { Claim } from '../queue/claim.ts'
import { fence } from './commit.ts'
import type { Engine, SourceSetup } from '../engine.ts'

/**
 * The claim that reads a whole list once more before anything is removed, or null when one reading is enough: a record that
 * a list of several pages lacks may have moved from one page to another while the list was read. Safe to repeat.
 */
export async function secondLook(engine: Engine, source: SourceSetup, claim: Claim): Promise<Claim | null> {
  if (!isWholeList(source, claim) || (claim.pass ?? 1) > 1) return null
  return engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, claim)
    const { pages, pass, position } = await trx
      .selectFrom('run')
      .select(['pages', 'pass', 'position'])
      .where('id', '=', claim.run)
      .executeTakeFirstOrThrow()
    // The answer of an earlier try was lost: the second reading is noted already.
    if (pass > 1) return { ...claim, pages, pass, position }
    if (pages <= 1) return null
    const count = await countOf(trx, source, claim)
    if (count.leftOver === null || count.leftOver === 0 || count.implausible) return null
    await sql`
      update run set pass = 2, position = null, advanced_at = clock_timestamp() where id = ${claim.run}
    `.execute(trx)
    return { ...claim, pages, pass: 2, position: null }
  })
}

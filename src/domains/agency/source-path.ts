// The path of a source's own agency, for rows whose record names no agency.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'

/**
 * The path that rows of the source get where they have no agency. It stays true until the transaction ends: a move of the
 * source's agency waits for it, and then takes the rows along. Call it after `resolveAgencies`, which locks agencies first.
 */
export async function pathOfSource(trx: Transaction<Tables>, source: string): Promise<string> {
  const { rows } = await sql<{ agency_path: string }>`
    select agency_path from source where id = ${source} for share`.execute(trx)
  return rows[0]?.agency_path ?? ''
}

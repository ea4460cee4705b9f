import { sql, type Transaction } from 'kysely'
import type { Removal } from './sink.ts'
import type { Tables } from './tables.ts'

/** The rows of these records are gone from a table whose key is (source, stream, record key). Safe to repeat. */
export async function removeRows(
  trx: Transaction<Tables>,
  table: 'dossier' | 'report' | 'observation' | 'camera' | 'camera_event',
  removals: readonly Removal[],
): Promise<void> {
  await sql`
    delete from ${sql.table(table)} t
    using json_to_recordset(${JSON.stringify(removals)}) as g(source text, stream text, key text)
    where t.source_id = g.source and t.stream_id = g.stream and t.key = g.key
  `.execute(trx)
}

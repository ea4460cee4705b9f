// Removes the rows that come from given records.
import { sql, type Transaction } from 'kysely'
import type { Removal } from './sink.ts'
import type { Tables } from './tables.ts'

/** The tables whose rows are known by the record that they come from. */
type KeyedTable = {
  [T in keyof Tables]: Tables[T] extends RecordColumns ? T : never
}[keyof Tables]
interface RecordColumns {
  source_id: string
  stream_id: string
  key: string
}

/** The rows of these records are gone from a table whose key is (source, stream, record key). Safe to repeat. */
export async function removeRows(
  trx: Transaction<Tables>,
  table: KeyedTable,
  removals: readonly Removal[],
): Promise<void> {
  await sql`
    delete from ${sql.table(table)} t
    using json_to_recordset(${JSON.stringify(removals)}) as g(source text, stream text, key text)
    where t.source_id = g.source and t.stream_id = g.stream and t.key = g.key
  `.execute(trx)
}

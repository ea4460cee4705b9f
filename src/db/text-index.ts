// The index by which parts of words are found among many rows: what a migration says of a table whose texts are searched.
import { type QueryExecutorProvider, sql } from 'kysely'

/** The extension of the indexes is there, where the server has it and lets this account create it; safe to repeat. */
export async function offerTextIndexes(db: QueryExecutorProvider): Promise<void> {
  await sql`
    do $$
    begin
      create extension if not exists pg_trgm;
    exception when others then
      raise notice 'no pg_trgm: texts are searched without an index';
    end $$`.execute(db)
}

/**
 * The table's column of folded text has an index, `<table>_<column>`, where the server has the extension for it; where it has
 * not, the same answers come from a scan. Example: `searchByText(db, 'permit')`.
 */
export async function searchByText(db: QueryExecutorProvider, table: string, column = 'search'): Promise<void> {
  const { rows } = await sql<{ schema: string }>`
    select n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'
  `.execute(db)
  if (rows[0] === undefined) return
  await sql`create index ${sql.id(`${table}_${column}`)} on ${sql.id(table)}
    using gin (${sql.id(column)} ${sql.id(rows[0].schema, 'gin_trgm_ops')})`.execute(db)
}

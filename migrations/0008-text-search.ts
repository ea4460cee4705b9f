import { type Kysely, sql } from 'kysely'

/**
 * Indexes by which parts of words are found among many rows, where the server has the extension and lets this role create it;
 * without them the same answers come from a scan.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    declare
      place text;
    begin
      begin
        create extension if not exists pg_trgm;
      exception when others then
        raise notice 'no pg_trgm: texts are searched without an index';
      end;
      select n.nspname into place from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm';
      if place is not null then
        execute format('create index dossier_search on dossier using gin (search %I.gin_trgm_ops)', place);
        execute format('create index document_search on document using gin (search %I.gin_trgm_ops)', place);
      end if;
    end $$`.execute(db)
}

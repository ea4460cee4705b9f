import { type Kysely, sql } from 'kysely'

/**
 * The role that answers are read under: it owns nothing, changes nothing, and sees only the rows of the scope that its
 * connection states. The compiled conditions come first; a statement that forgot its own still meets these.
 */
const role = 'hub_reader'

/** Rows that bear the path of their agency, and the setting that says which paths are seen. */
const placed = { dossier: 'dossier', report: 'report', camera: 'camera' } as const

/** Rows that are seen with the row they belong to, by that one's own policy. */
const parts = {
  dossier_event: 'exists (select 1 from dossier d where d.id = dossier_id)',
  dossier_due_date: 'exists (select 1 from dossier d where d.id = dossier_id)',
  document_agency: 'exists (select 1 from document d where d.id = document_id)',
  document_exchange: 'exists (select 1 from document d where d.id = document_id)',
  document_response: 'exists (select 1 from document d where d.id = document_id)',
  camera_event: 'exists (select 1 from camera c where c.source_id = camera_event.source_id and c.code = camera_code)',
} as const

/** Rows that an operator sees with their source. */
const ofSource = ['stream', 'run', 'quarantine', 'drift'] as const

/** Open to everybody. The published copy bears no name, code or text, and is only ever counted, over all agencies at once. */
const open = [
  'administrative_unit',
  'unit_change',
  'agency',
  'agency_code',
  'procedure',
  'indicator',
  'dossier_published',
  'dossier_told',
] as const

/** A scope of all agencies reaches up to here: no path begins with it. */
const farthest = `U&'\\+10FFFF'`
const setting = (name: string): string => `current_setting('hub.${name}', true)`
const within = (path: string, name: string): string =>
  `(${path} >= ${setting(`${name}_from`)} and ${path} < ${setting(`${name}_to`)})`

export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  await makeRole(db)
  await keepIndexes(db)

  // What decides who sees a row may rest on rows that the caller does not see. These views read them in the owner's place,
  // and show no more than the decision needs.
  await run(`create view document_reach as select document_id, agency_path from document_agency`)
  await run(`create view report_reach as
    select source_id, (code || '|' || agency_code || '|' || period_code) as report_key, agency_path,
      submitted_at is not null as submitted
    from report`)
  await run(`create view stream_name as select source_id, id from stream`)

  // What of the published copy may be told, decided over all agencies, groups and months together.
  await run(`
    create table dossier_told (
      grouped text not null,
      agency_id bigint not null,
      month text not null,
      value text not null,
      count integer not null,
      overdue_told boolean not null,
      rate_told boolean not null,
      primary key (grouped, agency_id, month, value)
    )`)

  // What may be told is worked out at the next start, not in the night after it.
  await run('delete from publication')

  // By this a document's agencies are tested without leaving the index.
  await run(`create index document_agency_document on document_agency (document_id, agency_path)`)

  const policies: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(placed).map(([table, name]) => [table, within('agency_path', name)])),
    document: `${setting('document_to')} = ${farthest} or exists (
      select 1 from document_reach x where x.document_id = document.id and ${within('x.agency_path', 'document')})`,
    observation: `report_key is null or exists (select 1 from report_reach r
      where r.source_id = observation.source_id and r.report_key = observation.report_key
        and (r.submitted or ${within('r.agency_path', 'report')}))`,
    // Whoever sees a dossier is told its source.
    source: `${within('agency_path', 'operation')} or exists (select 1 from dossier d where d.source_id = source.id)`,
    ...parts,
    ...Object.fromEntries(
      ofSource.map((table) => [
        table,
        `exists (select 1 from source o where o.id = source_id and ${within('o.agency_path', 'operation')})`,
      ]),
    ),
    access_entry: `${setting('log')} = 'on'`,
  }
  for (const [table, condition] of Object.entries(policies)) {
    await run(`alter table ${table} enable row level security`)
    await run(`create policy seen on ${table} for select to ${role} using (${condition})`)
  }
  const readable = [...Object.keys(policies), ...open, 'document_reach', 'report_reach', 'stream_name']
  await run(`do $$ begin execute format('grant usage on schema %I to ${role}', current_schema()); end $$`)
  await run(`grant select on ${readable.join(', ')} to ${role}`)
}

/** Roles belong to the server, not to the database: another hub's migration may make it at the same moment. */
async function makeRole(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    begin
      if not exists (select 1 from pg_roles where rolname = 'hub_reader') then
        begin
          create role hub_reader nologin;
        exception
          when duplicate_object or unique_violation then null;
          when insufficient_privilege then
            raise exception 'the account % may not create the role that answers are read under; run as an administrator: create role hub_reader nologin; grant hub_reader to %I;', current_user, current_user;
        end;
      end if;
      if not (select rolsuper from pg_roles where rolname = current_user) then
        begin
          execute format('grant hub_reader to %I', current_user);
        exception when others then
          if not pg_has_role(current_user, 'hub_reader', 'member') then
            raise exception 'the account % may not take the role hub_reader; run as an administrator: grant hub_reader to %I;', current_user, current_user;
          end if;
        end;
      end if;
    end $$`.execute(db)
}

/**
 * PostgreSQL lets a condition use an index beside a policy only when its operator cannot tell anything of rows that the
 * policy hides. That holds for equality and order; it is said here for the two by which texts and personal words are found,
 * which nobody can call but through compiled statements. Where the account may not say so, those are found by a scan.
 */
async function keepIndexes(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    begin
      alter function pg_catalog.textlike(text, text) leakproof;
      alter function pg_catalog.arrayoverlap(anyarray, anyarray) leakproof;
    exception when insufficient_privilege then
      raise notice 'the account may not mark operators as leakproof: texts are searched without an index';
    end $$`.execute(db)
}

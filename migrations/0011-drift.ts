import { type Kysely, sql } from 'kysely'

/** What a stream's records look like and how they came to differ; how a run's records stood in order; what a record is by itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // `proposed`: the structure with what waits for a person's word; `learnt_by`: the run that first learnt it.
  await sql`
    create table stream_shape (
      source_id text not null,
      stream_id text not null,
      structure json not null,
      proposed json,
      learnt_by bigint not null,
      primary key (source_id, stream_id)
    )`.execute(db)
  await sql`
    create table drift (
      source_id text not null,
      stream_id text not null,
      kind text not null,
      path text not null,
      found text not null,
      expected text,
      records bigint not null,
      first_seen_at timestamptz not null,
      run_id bigint not null,
      confirmed_at timestamptz,
      primary key (source_id, stream_id, kind, path, found)
    )`.execute(db)
  await sql`alter table run add column disorder integer not null default 0`.execute(db)
  // By what a record is told from another one under its key, and when its source last changed it.
  await sql`alter table record add column identity bytea, add column source_changed_at timestamptz`.execute(db)
}

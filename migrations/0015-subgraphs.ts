import { type Kysely, sql } from 'kysely'

/** Other agencies' subgraphs: the last good SDL of each, how it stands, and the supergraphs that were in use. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table subgraph (
      name text primary key,
      url text not null,
      sdl text,
      accepted_at timestamptz,
      checked_at timestamptz,
      problem text
    )`.execute(db)
  await sql`
    create table supergraph (
      id bigint generated always as identity primary key,
      sdl text not null,
      public_sdl text not null,
      changes json not null,
      made_at timestamptz not null default now()
    )`.execute(db)
}

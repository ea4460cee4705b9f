import { type Kysely, sql } from 'kysely'

/** Tokens and clients that are refused before their tokens end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // expires_at: from then on the entry has no effect; null, it has until it is lifted.
  await sql`
    create table revocation (
      kind text not null check (kind in ('TOKEN', 'CLIENT')),
      value text not null,
      revoked_at timestamptz not null default now(),
      expires_at timestamptz,
      primary key (kind, value)
    )`.execute(db)
  await sql`
    create function revocation_told() returns trigger language plpgsql as $$
    begin
      perform pg_notify('hub_revocation', '');
      return null;
    end $$`.execute(db)
  await sql`
    create trigger revocation_told after insert or update or delete or truncate on revocation
    for each statement execute function revocation_told()`.execute(db)
}

import { type Kysely, sql } from 'kysely'

/** Entries of the access log become a chain: numbered without gaps, each with a MAC over itself and the one before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table access_entry alter column id drop identity`.execute(db)
  await sql`alter table access_entry drop constraint access_entry_pkey`.execute(db)
  await sql`
    update access_entry e set id = n.place
    from (select id, row_number() over (order by id) as place from access_entry) n where n.id = e.id`.execute(db)
  // Entries of before have an empty MAC until the first hub that opens the log takes them into the chain.
  await sql`
    alter table access_entry add primary key (id),
      add column key_id integer not null default 0, add column mac bytea not null default ''`.execute(db)
  await sql`
    alter table access_entry alter column at drop default, alter column key_id drop default,
      alter column mac drop default`.execute(db)
  await sql`create index access_entry_by_time on access_entry (at)`.execute(db)

  // The secrets of the MACs, sealed under the key of encryption at rest, which is not in the database.
  await sql`
    create table audit_key (
      id integer primary key,
      sealed bytea not null,
      made_at timestamptz not null default now()
    )`.execute(db)

  // One row: where the chain ends, and where it begins since older entries have gone. Locked while entries are added.
  await sql`
    create table access_head (
      single boolean primary key default true check (single),
      key_id integer not null,
      seq bigint not null,
      mac bytea not null,
      base_seq bigint not null,
      base_mac bytea not null,
      seal bytea not null
    )`.execute(db)

  // Whoever keeps the log (its retention, a restore) says so in its transaction; by mistake nothing is changed in it.
  await sql`
    create function access_entry_stays() returns trigger language plpgsql as $$
    begin
      if coalesce(current_setting('hub.audit', true), '') <> 'keeping' then
        raise exception 'the access log is only added to' using errcode = 'insufficient_privilege';
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger access_entry_stays before update or delete or truncate on access_entry
    for each statement execute function access_entry_stays()`.execute(db)
}

// The schema of a restore: cleared, and migrated to the backup's version and beyond.
import type { Migration } from 'kysely/migration'
import type pg from 'pg'
import { BackupFailure } from './failure.ts'
import { quoted, tableNames } from './tables.ts'
import { onConnection } from '../on-connection.ts'

/** The migrations to run after the backup's data are loaded. Throws BackupFailure for a backup of newer code. */
export function laterMigrations(migrations: Readonly<Record<string, Migration>>, ran: readonly string[]): string[] {
  const known = Object.keys(migrations)
  const other = [
    ...ran.filter((name) => !known.includes(name)),
    ...known.slice(0, ran.length).filter((name) => !ran.includes(name)),
  ]
  if (other.length > 0) {
    throw new BackupFailure(
      `the backup is of another version (${other.join(', ')}), this code knows ${known[0]} – ${known.at(-1)}: restore it with the version that made it`,
    )
  }
  return known.filter((name) => !ran.includes(name))
}

/** Runs migrations in the transaction of this connection, and records them. */
export async function runMigrations(
  client: pg.ClientBase,
  migrations: Readonly<Record<string, Migration>>,
  names: readonly string[],
): Promise<void> {
  const db = onConnection<Record<string, never>>(client)
  for (const name of names) {
    await migrations[name]!.up(db)
    await client.query('insert into kysely_migration (name, timestamp) values ($1, $2)', [
      name,
      new Date().toISOString(),
    ])
  }
}

/**
 * After this the schema has nothing of the hub but the empty tables in which migrations are recorded. Everything in it that
 * this role owns and that no extension brought counts as the hub's.
 */
export async function clearSchema(client: pg.ClientBase): Promise<void> {
  const tables = await tableNames(client)
  if (tables.length > 0) await client.query(`drop table ${tables.map(quoted).join(', ')} cascade`)
  const { rows } = await client.query<{ statement: string }>(`
    select format('drop routine if exists %s cascade', p.oid::regprocedure) as statement from pg_proc p
    where p.pronamespace = current_schema()::regnamespace and pg_has_role(p.proowner, 'usage')
      and not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    union all
    select format('drop type if exists %s cascade', t.oid::regtype) from pg_type t
    where t.typnamespace = current_schema()::regnamespace and t.typtype in ('e', 'd') and pg_has_role(t.typowner, 'usage')
      and not exists (select 1 from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')`)
  for (const { statement } of rows) await client.query(statement)
  await client.query(`
    create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null);
    create table kysely_migration_lock (id varchar(255) not null primary key, is_locked integer not null default 0);
    insert into kysely_migration_lock values ('migration_lock', 0)`)
}

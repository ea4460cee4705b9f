import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { Migrator } from 'kysely/migration'

/** The database cannot be brought to this code's version. One line: what was found, what is expected. */
export class MigrationFailure extends Error {
  override readonly name = 'MigrationFailure'
}

const ownFolder = new URL('../../migrations/', import.meta.url)

/**
 * Brings the database to the version of this code and returns the names of the migrations that this call ran, in order;
 * all of them or, on an error, none. Only one process at a time does, the others wait and find nothing left. Safe to
 * repeat. Throws MigrationFailure on a PostgreSQL below 15 and on a database that newer code has migrated.
 */
export async function migrate<T>(db: Kysely<T>, folder: URL = ownFolder): Promise<string[]> {
  const untyped = db as unknown as Kysely<Record<string, never>>
  await refuseOldServer(untyped)
  const migrations = await loadMigrations(folder)
  await refuseNewerDatabase(untyped, Object.keys(migrations))
  // The migrator works in one transaction and takes an advisory lock for its length.
  const migrator = new Migrator({ db: untyped, provider: { getMigrations: () => Promise.resolve(migrations) } })
  const { error, results = [] } = await migrator.migrateToLatest()
  const failed = results.find(({ status }) => status === 'Error')?.migrationName
  if (error !== undefined) {
    const reason = error instanceof Error ? error.message : JSON.stringify(error)
    throw new MigrationFailure(`the migration ${failed ?? ''} failed: ${reason}`, { cause: error })
  }
  return results.map(({ migrationName }) => migrationName)
}

/** The migrations of this code by their names, in order. */
export async function loadMigrations(folder: URL = ownFolder): Promise<Record<string, Migration>> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.ts$/.test(name)).toSorted()
  if (names.length === 0) throw new MigrationFailure(`there are no migrations in ${fileURLToPath(folder)}`)
  const migrations: Record<string, Migration> = {}
  for (const name of names) {
    migrations[name.slice(0, -3)] = (await import(/* @vite-ignore */ new URL(name, folder).href)) as Migration
  }
  return migrations
}

async function refuseOldServer(db: Kysely<Record<string, never>>): Promise<void> {
  const { rows } = await sql<{ number: number; text: string }>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as text`.execute(db)
  const { number = 0, text = '' } = rows[0] ?? {}
  if (number < 150_000) throw new MigrationFailure(`DATABASE_URL leads to PostgreSQL ${text}, expected 15 or newer`)
}

async function refuseNewerDatabase(db: Kysely<Record<string, never>>, known: readonly string[]): Promise<void> {
  const exists = await sql`select where to_regclass('kysely_migration') is not null`.execute(db)
  if (exists.rows.length === 0) return
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  const newer = rows.map(({ name }) => name).filter((name) => !known.includes(name))
  if (newer.length > 0) {
    throw new MigrationFailure(
      `the database was migrated by newer code (${newer.join(', ')}), this code knows up to ${known.at(-1)}; update the hub`,
    )
  }
}

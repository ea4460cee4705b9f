// Brings a database to the version of this code, or refuses one that this code has not made.
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { Migrator } from 'kysely/migration'
import { columnsNoAgencyFollows } from './agency-links.ts'
import { tablesNobodySpokeFor } from './row-security.ts'

/** The database cannot be brought to this code's version. One line: what was found, what is expected. */
export class MigrationFailure extends Error {
  override readonly name = 'MigrationFailure'
}

const ownFolder = new URL('../../migrations/', import.meta.url)

/**
 * Brings the database to the version of this code and returns the names of the migrations that this call ran, in order;
 * all of them or, on an error, none. Only one process at a time does, the others wait and find nothing left. Safe to
 * repeat. Throws MigrationFailure on a PostgreSQL below 15, on a database that another version has made, and where a
 * migration leaves unsaid who sees its rows or how they follow agencies.
 */
export async function migrate<T>(db: Kysely<T>, folder: URL = ownFolder): Promise<string[]> {
  const untyped = db as unknown as Kysely<Record<string, never>>
  await refuseOldServer(untyped)
  const migrations = await loadMigrations(folder)
  await refuseOtherVersion(untyped, Object.keys(migrations))
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

/** The migrations of this code by their names, in order; each fails when it leaves something unsaid of the tables it makes. */
export async function loadMigrations(folder: URL = ownFolder): Promise<Record<string, Migration>> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.ts$/.test(name)).toSorted()
  if (names.length === 0) throw new MigrationFailure(`there are no migrations in ${fileURLToPath(folder)}`)
  const migrations: Record<string, Migration> = {}
  for (const name of names) {
    const migration = (await import(/* @vite-ignore */ new URL(name, folder).href)) as Migration
    migrations[name.slice(0, -3)] = { up: (db) => migration.up(db).then(() => refuseUnsaid(db)) }
  }
  return migrations
}

async function refuseOldServer(db: Kysely<Record<string, never>>): Promise<void> {
  const { rows } = await sql<{ number: number; text: string }>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as text`.execute(db)
  const { number = 0, text = '' } = rows[0] ?? {}
  if (number < 150_000) throw new MigrationFailure(`DATABASE_URL leads to PostgreSQL ${text}, expected 15 or newer`)
}

/** Throws an Error that lists what is unsaid, so that a table that was forgotten is neither open nor left behind. */
async function refuseUnsaid(db: Kysely<unknown>): Promise<void> {
  const unsaid = [...(await tablesNobodySpokeFor(db)), ...(await columnsNoAgencyFollows(db))]
  if (unsaid.length > 0) throw new Error(unsaid.join('; '))
}

/**
 * This code goes on only from a database whose migrations are the first of its own. Any other is left as it is, be it newer,
 * older than the oldest version that this code can bring further, or one of which the list of migrations is lost.
 */
async function refuseOtherVersion(db: Kysely<Record<string, never>>, known: readonly string[]): Promise<void> {
  const { rows: tables } = await sql<{ list: boolean; hub: boolean }>`
    select to_regclass('kysely_migration') is not null as list, to_regclass('raw_page') is not null as hub`.execute(db)
  const { list = false, hub = false } = tables[0] ?? {}
  const { rows } = list
    ? await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
    : { rows: [] }
  const ran = rows.map(({ name }) => name)
  const other = ran.filter((name) => !known.includes(name))
  if (other.length > 0) throw otherVersion(other, known)
  const absent = known.slice(0, ran.length).filter((name) => !ran.includes(name))
  if (absent.length > 0)
    throw otherVersion(
      absent.map((name) => `without ${name}`),
      known,
    )
  if (ran.length === 0 && hub) throw otherVersion(['without a list of migrations'], known)
}

function otherVersion(found: readonly string[], known: readonly string[]): MigrationFailure {
  const shown = found.length > 3 ? `${found.slice(0, 3).join(', ')}, …` : found.join(', ')
  const versions = `${shown}; ${known[0]} – ${known.at(-1)}`
  return new MigrationFailure(
    `Cơ sở dữ liệu này do một phiên bản khác của hub tạo ra (${versions}) và được giữ nguyên: hãy sao lưu bằng phiên bản đó, ` +
      'rồi đặt HUB_HOME hoặc DATABASE_URL khác; thư mục HUB_HOME chỉ có dữ liệu chạy thử thì có thể xoá · ' +
      `this database was made by another version of the hub (${versions}) and was left as it is: back it up with that ` +
      'version, then set another HUB_HOME or DATABASE_URL; a HUB_HOME with data of the demonstration alone can be deleted',
  )
}

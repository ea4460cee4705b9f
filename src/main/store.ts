// The database at the version of this code, and the key of encryption at rest.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, ConfigError } from '../config/index.ts'
import { openKeyring, type Keyring } from '../db/encryption/keyring.ts'
import { openKeyringFile } from '../db/encryption/keyring-file.ts'
import { openEmbedded } from '../db/embedded/embedded.ts'
import { loadKey } from '../db/encryption/key.ts'
import { migrate } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/open.ts'

export interface Store {
  readonly url: string
  readonly database: Database
  /** Connections of the read path alone, so that a page's commit never waits behind questions, nor they behind it. */
  readonly reading: Database
  readonly keyring: Keyring
  /** Secret bytes from which other keys of this hub are derived. */
  readonly secret: Uint8Array
  close(): Promise<void>
}

/** The database, at the version of this code, and the key of encryption at rest. The embedded one is started where needed. */
export async function openStore(config: Config, name: string): Promise<Store> {
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  const key = loadKey({ ...config.key, home: config.home })
  if (key.warning !== undefined) console.error(key.warning)
  const embedded = config.databaseUrl === undefined ? await openEmbedded({ home: config.home }) : null
  const url = config.databaseUrl ?? embedded!.url
  const database = openDatabase(url, { max: 8, applicationName: `hub ${name}` })
  const reading = openDatabase(url, {
    max: 8,
    applicationName: `hub ${name} reading`,
    statementTimeoutMs: 2000,
    reads: true,
  })
  const close = async (): Promise<void> => {
    await reading.close()
    await database.close()
    await embedded?.stop()
  }
  try {
    await reach(url, database)
    await migrate(database.db)
  } catch (error) {
    await close()
    throw error
  }
  const { path } = key
  const load = (): readonly Uint8Array[] => loadKey({ ...config.key, home: config.home }).keys
  const keyring = path === null ? openKeyring(key.keys) : openKeyringFile({ path, load })
  return { url, database, reading, keyring, secret: key.keys[0]!, close }
}

/** Throws ConfigError in one line where there is no database to be had, or one that is too old. */
async function reach(url: string, { pool }: Database): Promise<void> {
  const { hostname, port, pathname } = new URL(url)
  const name = `DATABASE_URL (${hostname}:${port || '5432'}${pathname})`
  const expected = 'expected a PostgreSQL ≥ 15'
  let version = 0
  try {
    const { rows } = await pool.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    )
    version = rows[0]?.version ?? 0
  } catch (cause) {
    throw new ConfigError(`${name} cannot be reached: ${reasonOf(cause)}, ${expected}`, { cause })
  }
  if (version < 150_000) throw new ConfigError(`${name} is PostgreSQL ${Math.floor(version / 10_000)}, ${expected}`)
}

/** A host with several addresses gives an error without a message, and one a try. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message.split('\n')[0]! : String(error)
}

export const demonstrationFolder = (config: Config): string => join(config.home, 'demonstration')

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openBox, type Box } from '../db/box.ts'
import { openEmbedded } from '../db/embedded.ts'
import { loadKey } from '../db/key.ts'
import { migrate } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/open.ts'

export interface Store {
  readonly url: string
  readonly database: Database
  /** Connections of the read path alone, so that a page's commit never waits behind questions, nor they behind it. */
  readonly reading: Database
  readonly box: Box
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
  const reading = openDatabase(url, { max: 8, applicationName: `hub ${name} reading` })
  const close = async (): Promise<void> => {
    await reading.close()
    await database.close()
    await embedded?.stop()
  }
  try {
    await migrate(database.db)
  } catch (error) {
    await close()
    throw error
  }
  return { url, database, reading, box: openBox(key.keys), secret: key.keys[0]!, close }
}

export const demonstrationFolder = (config: Config): string => join(config.home, 'demonstration')

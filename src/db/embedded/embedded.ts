// The embedded PostgreSQL of a home: adopted where it runs, started where it does not, stopped by its last user.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

import pg from 'pg'

import { databaseAccount } from './account.ts'
import { findBinaries } from './binaries.ts'
import { openDataDirectory, openHome } from './data-directory.ts'
import { countUses, exclusively, noteUse } from './lock.ts'
import { adoptServer, checkOwner, createData, startServer, stopServer } from './server.ts'
import type { Server } from './server.ts'

export interface EmbeddedOptions {
  /** Folder of the hub; made when missing. A home has one database, which all its processes share. */
  readonly home: string
  /** Listen on this port or fail. Default: the port of last time, or a free one. */
  readonly port?: number
  /** Settings of PostgreSQL that replace ours, for a server that this call starts (`{ fsync: 'off' }` in tests). */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Embedded {
  /** Of the database `hub`, as its owner; contains the password. */
  readonly url: string
  /** The server ran already. */
  readonly adopted: boolean
  /**
   * Ends this use of the server; the last use stops it. Settles when it has stopped, or at once while another living process
   * uses it. Close the pools before. Safe to repeat.
   */
  stop(): Promise<void>
}

/**
 * The home's own PostgreSQL, ready on 127.0.0.1: a running server is adopted, also one whose hub was killed; else it is
 * started, and created first where there is none. Under root it runs as another account. Throws EmbeddedFailure.
 *
 * @example
 * const embedded = await openEmbedded({ home: '.hub' })
 * const database = openDatabase(embedded.url)
 * await database.close()
 * await embedded.stop()
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const account = databaseAccount()
  const home = openHome(resolve(options.home), account)
  const opened = await exclusively(home, async () => {
    const remembered = openDataDirectory(home, account)
    const { outside: directory = home, password } = remembered
    const server: Server = {
      home,
      account,
      data: join(directory, 'postgres'),
      log: join(directory, 'postgres.log'),
      binaries: await findBinaries(directory, account),
    }
    if (!existsSync(join(server.data, 'PG_VERSION'))) await createData(server, password)
    checkOwner(server)
    const living = await adoptServer(server, password)
    const port = living ?? (await startServer(server, remembered, options))
    await makeDatabase(port, password)
    return { server, port, password, adopted: living !== undefined, leave: noteUse(home) }
  })
  let left: Promise<void> | undefined
  const stop = () =>
    exclusively(home, async () => {
      opened.leave()
      if (countUses(home) === 0) await stopServer(opened.server)
    })
  return {
    url: `postgres://hub:${opened.password}@127.0.0.1:${opened.port}/hub`,
    adopted: opened.adopted,
    stop: () => (left ??= stop()),
  }
}

async function makeDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'hub', password, database: 'postgres' })
  await client.connect()
  try {
    const { rowCount } = await client.query(`select from pg_database where datname = 'hub'`)
    if (rowCount === 0) await client.query('create database hub')
  } finally {
    await client.end()
  }
}

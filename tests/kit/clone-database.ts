// Databases cloned from another one of a server, for the long runs and for faults that set a store back.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openDatabase, type Database } from '../../src/db/open.ts'

export interface OwnDatabase {
  readonly url: string
  readonly name: string
  readonly database: Database
  drop(): Promise<void>
}

/** A clone of a database of the server (the migrated template when none is named), with no connection to it left open. */
export async function cloneDatabase(serverUrl: string, from = 'hub_template', max = 8): Promise<OwnDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `create database ${name} template ${from} strategy wal_log`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const database = openDatabase(url.href, { max, applicationName: name, onError: () => undefined })
  return {
    url: url.href,
    name,
    database,
    drop: async () => {
      await database.close()
      await onServer(serverUrl, `drop database if exists ${name} with (force)`)
    },
  }
}

/** A copy of a database that is in use: its connections are ended, and whoever has a pool makes new ones. */
export async function copyDatabase(serverUrl: string, name: string): Promise<OwnDatabase> {
  for (let tries = 1; ; tries += 1) {
    await onServer(serverUrl, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
    try {
      return await cloneDatabase(serverUrl, name)
    } catch (error) {
      // A pool was quicker than the copy.
      if ((error as { code?: string }).code !== '55006' || tries === 100) throw error
    }
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

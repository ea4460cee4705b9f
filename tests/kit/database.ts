import { randomBytes } from 'node:crypto'

import { inject } from 'vitest'

import type { Database } from '../../src/db/open.ts'
import { openDatabase } from '../../src/db/open.ts'

export interface FreshDatabase {
  readonly url: string
  readonly db: Database['db']
  readonly pool: Database['pool']
  /** Closes the connections, also those that a test forgot, and removes the database. Safe to repeat. */
  drop(): Promise<void>
}

/**
 * A database of its own for a test file (or a test): a clone of the migrated template (with the shipped reference
 * tables or without them), or an empty one. Drop it in `afterAll`.
 */
export async function freshDatabase(
  from: 'hub_template' | 'hub_reference' | 'template1' = 'hub_template',
): Promise<FreshDatabase> {
  const server = inject('databaseUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} template ${from} strategy wal_log`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const { db, pool, close } = openDatabase(url.href, { max: 10, applicationName: name })
  const drop = async () => {
    await close()
    await onServer(server, `drop database if exists ${name} with (force)`)
  }
  let dropped: Promise<void> | undefined
  return { url: url.href, db, pool, drop: () => (dropped ??= drop()) }
}

async function onServer(url: string, statement: string): Promise<void> {
  const server = openDatabase(url, { max: 1 })
  try {
    await server.pool.query(statement)
  } finally {
    await server.close()
  }
}

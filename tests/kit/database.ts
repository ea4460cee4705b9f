import { inject } from 'vitest'

import type { Database } from '../../src/db/open.ts'
import { cloneDatabase } from './clone-database.ts'

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
  const { url, database, drop } = await cloneDatabase(inject('databaseUrl'), from, 10)
  let dropped: Promise<void> | undefined
  return { url, db: database.db, pool: database.pool, drop: () => (dropped ??= drop()) }
}

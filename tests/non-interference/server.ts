import { cloneDatabase } from '../kit/clone-database.ts'
import { openServer } from '../kit/server.ts'
import type { Fresh } from './answers.ts'

/** Runs with databases of a PostgreSQL of its own, for whoever is not a test; it is gone when this settles. */
export async function withServer<T>(run: (fresh: Fresh) => Promise<T>): Promise<T> {
  const server = await openServer()
  try {
    return await run(async () => {
      const { url, database, drop } = await cloneDatabase(server.url, 'hub_template', 4)
      return { url, db: database.db, pool: database.pool, drop }
    })
  } finally {
    await server.stop()
  }
}

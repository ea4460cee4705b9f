// The database session of a worker: while it lives, so do the worker's leases.
import pg from 'pg'
import type { Owner } from './claim.ts'

export interface WorkerSession {
  readonly client: pg.Client
  readonly owner: Owner
  /** Aborts when the connection is gone. */
  readonly lost: AbortSignal
}

/** What a session calls: `wake` for each NOTIFY hub_due, `lost` once its connection is gone. */
export interface SessionCalls {
  wake(): void
  lost(client: pg.Client): void
}

/** A session that listens to `hub_due`. Rejects where the database cannot be reached; nothing is left open then. */
export async function openSession(databaseUrl: string, name: string, calls: SessionCalls): Promise<WorkerSession> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `hub worker ${name}`,
    keepAlive: true,
  })
  const lost = new AbortController()
  // Without the session other workers may take the leases: runs under them are given back, not read on for nothing.
  const lose = (): void => {
    calls.lost(client)
    lost.abort()
    calls.wake()
  }
  client.on('error', lose)
  client.on('end', lose)
  client.on('notification', () => calls.wake())
  try {
    await client.connect()
    await client.query('listen hub_due')
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const pid = rows[0]!.pid
    return { client, owner: { id: `${name}/${pid}`, pid }, lost: lost.signal }
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

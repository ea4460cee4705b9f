import pg from 'pg'
import { acknowledgeDue } from './acknowledge.ts'
import { claim, type Owner, type Wanted } from './claim.ts'
import type { Engine } from './engine.ts'
import { executeRun } from './run.ts'

export interface Worker {
  /** Settles when everything that is due has been carried to an end and nothing runs. */
  idle(): Promise<void>
  /** Takes no more work, gives back what runs (its place is kept) and settles when nothing of it is left. */
  stop(): Promise<void>
}

export interface WorkerOptions {
  readonly databaseUrl: string
  readonly name: string
  /** How many streams at once. */
  readonly concurrency?: number
  /** How often the queue is looked at without a call, in milliseconds. */
  readonly pollMs?: number
  readonly only?: readonly Wanted[]
}

/**
 * Works off the streams that are due. Several workers share one database: a stream is one worker's at a time. It holds one
 * session of its own, by which its leases are known to be alive, and is woken by NOTIFY hub_due.
 */
export async function startWorker(engine: Engine, options: WorkerOptions): Promise<Worker> {
  const { concurrency = 3, pollMs = 1000 } = options
  const stopping = new AbortController()
  let session: pg.Client | null = null
  let owner: Owner | null = null
  let wake: () => void = () => undefined
  const running = new Set<Promise<unknown>>()
  const waiters: (() => void)[] = []
  let settled = false

  async function open(): Promise<Owner> {
    const client = new pg.Client({
      connectionString: options.databaseUrl,
      application_name: `hub worker ${options.name}`,
    })
    client.on('error', () => {
      session = null
      owner = null
    })
    client.on('notification', () => wake())
    await client.connect()
    await client.query('listen hub_due')
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    session = client
    return { id: `${options.name}/${rows[0]!.pid}`, pid: rows[0]!.pid }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      let found = false
      try {
        owner ??= await open()
        while (running.size < concurrency && !stopping.signal.aborted) {
          const held = await claim(engine, owner, options.only)
          if (held === null) break
          found = true
          const run: Promise<unknown> = executeRun(engine, held, stopping.signal)
            .then(() => acknowledgeDue(engine, held.source, stopping.signal))
            .catch((error: unknown) => engine.log.error({ err: error, run: held.run }, 'a run ended by a bug'))
            .finally(() => {
              running.delete(run)
              wake()
            })
          running.add(run)
        }
      } catch (error) {
        engine.log.warn({ err: error }, 'the queue could not be looked at; the worker tries again')
        owner = null
        await session?.end().catch(() => undefined)
        session = null
      }
      if (!found && running.size === 0 && owner !== null) for (const waiter of waiters.splice(0)) waiter()
      if (stopping.signal.aborted) break
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    await Promise.allSettled(running)
    await session?.end().catch(() => undefined)
    settled = true
    for (const waiter of waiters.splice(0)) waiter()
  }

  const done = loop()
  return {
    idle: () =>
      settled
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            waiters.push(resolve)
            wake()
          }),
    stop: async () => {
      stopping.abort()
      wake()
      await done
    },
  }
}

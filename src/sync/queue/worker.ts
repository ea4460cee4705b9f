import pg from 'pg'
import { acknowledgeDue } from '../run/acknowledge.ts'
import { type Claim, claimStream, type Owner, type Wanted } from './claim.ts'
import type { Engine } from '../engine.ts'
import { loggable } from '../failure.ts'
import { prune } from './prune.ts'
import { executeRun } from '../run/run.ts'

export interface Worker {
  /** Settles when everything that is due has been carried to an end and nothing runs. */
  idle(): Promise<void>
  /** Takes no more work, gives back what runs (its position is kept) and settles when nothing of it is left. */
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

const pruneEveryMs = 3_600_000

interface Session {
  readonly client: pg.Client
  readonly owner: Owner
  /** Aborts when the connection is gone. */
  readonly lost: AbortSignal
}

/**
 * Works off the streams that are due. Several workers share one database: a stream is one worker's at a time. It holds one
 * session of its own, by which its leases are known to be alive, and is woken by NOTIFY hub_due. Once an hour it removes
 * raw pages that have served and changes that are old.
 */
export async function startWorker(engine: Engine, options: WorkerOptions): Promise<Worker> {
  const { concurrency = 3, pollMs = 1000 } = options
  const stopping = new AbortController()
  let session: Session | null = null
  let woken = false
  let wake: () => void = () => {
    woken = true
  }
  const running = new Set<Promise<unknown>>()
  const waiters: (() => void)[] = []
  /** Streams whose run was given back because of the database: until when they rest, and how often in a row. */
  const resting = new Map<string, { readonly until: number; readonly times: number }>()
  let settled = false
  let pruned = Number.NEGATIVE_INFINITY
  let pruning: Promise<unknown> = Promise.resolve()

  async function open(): Promise<Session> {
    const client = new pg.Client({
      connectionString: options.databaseUrl,
      application_name: `hub worker ${options.name}`,
      keepAlive: true,
    })
    const lost = new AbortController()
    // Without the session the leases are free to others: what runs under them is given back, not read on for nothing.
    const lose = (): void => {
      if (session?.client === client) session = null
      lost.abort()
      wake()
    }
    client.on('error', lose)
    client.on('end', lose)
    client.on('notification', () => wake())
    try {
      await client.connect()
      await client.query('listen hub_due')
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      const pid = rows[0]!.pid
      return { client, owner: { id: `${options.name}/${pid}`, pid }, lost: lost.signal }
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
  }

  function pruneHourly(): void {
    if (options.only !== undefined || performance.now() - pruned < pruneEveryMs) return
    pruned = performance.now()
    pruning = prune(engine, stopping.signal).catch((error: unknown) =>
      engine.log.warn({ err: loggable(error, []) }, 'what is old could not be removed'),
    )
  }

  /** A database in trouble is not asked for the same thing without a pause: a quarter of a second first, ten at most. */
  function rest(claim: Claim, troubled: boolean): void {
    const name = `${claim.source}/${claim.stream}`
    const times = (resting.get(name)?.times ?? 0) + 1
    if (!troubled) resting.delete(name)
    else resting.set(name, { until: performance.now() + Math.min(250 * 2 ** (times - 1), 10_000), times })
  }

  function rested(): readonly Wanted[] | undefined {
    if (resting.size === 0) return options.only
    const now = performance.now()
    const all =
      options.only ??
      [...engine.sources].flatMap(([source, { connector }]) =>
        Object.keys(connector.manifest.streams).map((stream) => ({ source, stream })),
      )
    return all.filter(({ source, stream }) => (resting.get(`${source}/${stream}`)?.until ?? 0) <= now)
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      let found = false
      woken = false
      try {
        const mine = (session ??= await open())
        pruneHourly()
        while (running.size < concurrency && !stopping.signal.aborted && !mine.lost.aborted) {
          const claim = await claimStream(engine, mine.owner, rested())
          if (claim === null) break
          found = true
          const run: Promise<unknown> = executeRun(engine, claim, AbortSignal.any([stopping.signal, mine.lost]))
            .then((end) => {
              rest(claim, end === 'RELEASED' && !mine.lost.aborted)
              return acknowledgeDue(engine, claim.source, stopping.signal)
            })
            .catch((error: unknown) =>
              engine.log.error({ err: loggable(error, []), run: claim.run }, 'a run ended by a bug'),
            )
            .finally(() => {
              running.delete(run)
              wake()
            })
          running.add(run)
        }
      } catch (error) {
        engine.log.warn({ err: loggable(error, []) }, 'the queue could not be looked at; the worker tries again')
        // A claim whose answer was lost goes with the session, and is free to be taken again.
        const broken = session as Session | null
        session = null
        await broken?.client.end().catch(() => undefined)
        // What the broken session had to say is no reason to try again without a pause.
        woken = false
      }
      const rests = [...resting.values()].some((one) => one.until > performance.now())
      // A run that ended while the queue was looked at may have left more to do: it has called, and is looked after first.
      if (!found && !woken && running.size === 0 && !rests && session !== null)
        for (const waiter of waiters.splice(0)) waiter()
      if (stopping.signal.aborted) break
      if (!woken) await sleep()
    }
    await Promise.allSettled([...running, pruning])
    await session?.client.end().catch(() => undefined)
    settled = true
    for (const waiter of waiters.splice(0)) waiter()
  }

  /** Until the next look at the queue, or a call: one that came while the queue was being looked at counts as well. */
  async function sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    wake = () => {
      woken = true
    }
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

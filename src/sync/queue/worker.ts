// Works off the streams that are due, several at a time.
import { acknowledgeDue } from '../run/acknowledge.ts'
import type { Engine } from '../engine.ts'
import { loggable } from '../failure.ts'
import { executeRun } from '../run/run.ts'
import { type Bell, openBell } from './bell.ts'
import { type Claim, claimStream, streamsOf, type Wanted } from './claim.ts'
import { prune } from './prune.ts'
import { openRestingStreams, type RestingStreams } from './resting.ts'
import { openSession, type WorkerSession } from './session.ts'

export interface Worker {
  /** Settles when every due stream has been worked off and nothing runs. */
  idle(): Promise<void>
  /** Takes no more work, gives back what runs (its position is kept) and settles when nothing of it is left. */
  stop(): Promise<void>
}

export interface WorkerOptions {
  readonly databaseUrl: string
  readonly name: string
  /** How many streams at once. Default 3. */
  readonly concurrency?: number
  /** How often the queue is read without a NOTIFY, in milliseconds. Default 1 s. */
  readonly pollMs?: number
  readonly only?: readonly Wanted[]
}

const pruneEveryMs = 3_600_000

/** Everything that a worker remembers. */
interface WorkerState {
  readonly engine: Engine
  readonly options: WorkerOptions
  readonly stopping: AbortController
  readonly bell: Bell
  readonly resting: RestingStreams
  readonly running: Set<Promise<unknown>>
  /** Callers of `idle` that wait for it. */
  readonly waiters: (() => void)[]
  session: WorkerSession | null
  /** By `performance.now()`. */
  prunedAt: number
  pruning: Promise<unknown>
  /** The worker has stopped. */
  settled: boolean
}

/**
 * Works off the streams that are due. Several workers share one database: one worker owns a stream at a time. The worker
 * keeps one session of its own, which shows that its leases are alive, and wakes up by NOTIFY hub_due. Once an hour it
 * removes raw pages that are no longer needed and old changes.
 */
export async function startWorker(engine: Engine, options: WorkerOptions): Promise<Worker> {
  const state: WorkerState = {
    engine,
    options,
    stopping: new AbortController(),
    bell: openBell(),
    resting: openRestingStreams(() => performance.now()),
    running: new Set(),
    waiters: [],
    session: null,
    prunedAt: Number.NEGATIVE_INFINITY,
    pruning: Promise.resolve(),
    settled: false,
  }
  const done = workLoop(state)
  return {
    idle: () =>
      state.settled
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            state.waiters.push(resolve)
            state.bell.ring()
          }),
    stop: async () => {
      state.stopping.abort()
      state.bell.ring()
      await done
    },
  }
}

async function workLoop(state: WorkerState): Promise<void> {
  const { bell, options, running, stopping } = state
  while (!stopping.signal.aborted) {
    bell.silence()
    const found = await startDueRuns(state).catch((error: unknown) => dropSession(state, error))
    // A run that ended while the queue was read may have left more to do: it rang, and goes first.
    if (!found && !bell.rung && running.size === 0 && !state.resting.any() && state.session !== null) {
      answerIdle(state)
    }
    if (stopping.signal.aborted) break
    // A call that came while the queue was read counts as well.
    if (!bell.rung) await bell.wait(options.pollMs ?? 1000)
  }
  await Promise.allSettled([...running, state.pruning])
  await state.session?.client.end().catch(() => undefined)
  state.settled = true
  answerIdle(state)
}

function answerIdle({ waiters }: WorkerState): void {
  for (const waiter of waiters.splice(0)) waiter()
}

/** Starts the runs of due streams until all hands are full or nothing is due; whether it started one. */
async function startDueRuns(state: WorkerState): Promise<boolean> {
  const { engine, options, running, stopping } = state
  const session = (state.session ??= await openSession(options.databaseUrl, options.name, {
    wake: () => state.bell.ring(),
    lost: (client) => {
      if (state.session?.client === client) state.session = null
    },
  }))
  pruneHourly(state)
  let found = false
  while (running.size < (options.concurrency ?? 3) && !stopping.signal.aborted && !session.lost.aborted) {
    const claim = await claimStream(engine, session.owner, state.resting.rested(options.only ?? streamsOf(engine)))
    if (claim === null) break
    found = true
    startRun(state, session, claim)
  }
  return found
}

function startRun(
  { engine, stopping, resting, running, bell }: WorkerState,
  session: WorkerSession,
  claim: Claim,
): void {
  const run: Promise<unknown> = executeRun(engine, claim, AbortSignal.any([stopping.signal, session.lost]))
    .then((end) => {
      resting.ended(claim, end === 'RELEASED' && !session.lost.aborted)
      return acknowledgeDue(engine, claim.source, stopping.signal)
    })
    .catch((error: unknown) =>
      engine.log.error({ err: loggable(error, []), run: claim.run }, 'a run ended by a bug of the hub'),
    )
    .finally(() => {
      running.delete(run)
      bell.ring()
    })
  running.add(run)
}

/** A claim whose answer was lost goes with the session and may be taken again. Answers that no run was started. */
async function dropSession(state: WorkerState, error: unknown): Promise<false> {
  state.engine.log.warn({ err: loggable(error, []) }, 'database unavailable: the queue could not be read, trying again')
  const broken = state.session
  state.session = null
  await broken?.client.end().catch(() => undefined)
  // The end of the broken session rings too: that is no reason to try again without a pause.
  state.bell.silence()
  return false
}

function pruneHourly(state: WorkerState): void {
  const { engine, options, stopping } = state
  if (options.only !== undefined || performance.now() - state.prunedAt < pruneEveryMs) return
  state.prunedAt = performance.now()
  state.pruning = prune(engine, stopping.signal).catch((error: unknown) =>
    engine.log.warn({ err: loggable(error, []) }, 'old pages and changes could not be removed'),
  )
}

// Keeps the supergraph of the hub and the configured remotes, each by its last good SDL.
import { createHash } from 'node:crypto'
import { buildASTSchema, type GraphQLSchema, parse } from 'graphql'
import { type Composed, composeParts, type Part } from './compose.ts'
import { type Difference, differenceOf } from './difference.ts'
import { lintPart } from './lint.ts'

/** A subgraph of another agency, as configured. */
export interface Remote {
  readonly name: string
  readonly url: string
  readonly pollingMs: number
  /** Asks it for its SDL, within its own deadline. */
  fetchSdl(signal: AbortSignal): Promise<string>
}

/** The last good SDL of each remote outlives the process. */
export interface RemoteStore {
  /** By name; only what was accepted once. */
  load(): Promise<ReadonlyMap<string, { readonly sdl: string; readonly acceptedAt: string }>>
  accept(name: string, url: string, sdl: string): Promise<void>
  /** How the last look went. */
  checked(name: string, url: string, problem: string | null): Promise<void>
  /** A generation that has come into use. Safe to repeat: the same supergraph again is no new one. */
  generation(supergraph: string, publicSdl: string, changes: Difference): Promise<void>
  /** The schema that clients saw last. */
  lastPublicSdl(): Promise<string | null>
}

/** SERVING: its current schema is in use. STALE: the last good one is. ABSENT: none was ever taken. */
export type RemoteState = 'SERVING' | 'STALE' | 'ABSENT'

export interface RemoteStatus {
  readonly name: string
  readonly url: string
  readonly state: RemoteState
  /** Why its newest schema is not in use, or cannot be had. */
  readonly problem: string | null
  readonly warnings: readonly string[]
  readonly acceptedAt: string | null
  readonly checkedAt: string | null
}

export interface Supergraph extends Composed {
  /** Subgraphs in it, the hub's own among them. */
  readonly names: readonly string[]
}

export interface RegistryOptions {
  /** The hub's own part. */
  readonly own: Part
  readonly remotes: readonly Remote[]
  readonly store: RemoteStore
  readonly log: Record<'info' | 'warn', (fields: object, message: string) => void>
  /** A new generation; the old one is done with when its last operation has ended. Null: the hub's own schema alone. */
  use(supergraph: Supergraph | null): Promise<void> | void
  now(): Date
}

export interface Registry {
  readonly supergraph: Supergraph | null
  status(): readonly RemoteStatus[]
  /** Asks all remotes now; settles when each has been looked at. Never rejects for what a remote does. */
  refresh(): Promise<void>
  /** From now on every remote is asked at its own pace. */
  poll(): void
  close(): Promise<void>
}

interface Known {
  readonly remote: Remote
  accepted: { readonly sdl: string; readonly at: string } | null
  /** Whether the accepted SDL is in the supergraph: it may not fit the hub's newest version. */
  used: boolean
  problem: string | null
  warnings: readonly string[]
  checkedAt: string | null
}

/** A registry while it is open. */
interface Keeping extends RegistryOptions {
  readonly ownSchema: GraphQLSchema
  readonly known: readonly Known[]
  readonly closing: AbortController
  readonly timers: Set<NodeJS.Timeout>
  current: Supergraph | null
  publicSdl: string | null
  /** Ends with the change of the supergraph that is going. */
  queue: Promise<unknown>
}

/**
 * Keeps the supergraph of the hub and the configured remotes. It opens with the last good SDL of each, whether they answer
 * or not; a new SDL comes into use as a whole new generation, and only when it composes with all the others; one that does
 * not leaves the last good one where it was.
 */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { own, store } = options
  const keeping: Keeping = {
    ...options,
    // Its directives are the composer's to judge.
    ownSchema: buildASTSchema(parse(own.sdl), { assumeValidSDL: true }),
    known: await knownOnes(options),
    closing: new AbortController(),
    timers: new Set(),
    current: null,
    publicSdl: await store.lastPublicSdl(),
    queue: Promise.resolve(),
  }
  const { known } = keeping
  for (const one of known) {
    if (one.accepted !== null) one.problem = await take(keeping, one, one.accepted.sdl)
  }
  await announce(keeping)
  return {
    get supergraph() {
      return keeping.current
    },
    status: () => known.map(statusOf),
    refresh: async () => {
      await Promise.all(known.map((one) => look(keeping, one)))
    },
    poll: () => {
      for (const one of known) void look(keeping, one).finally(() => again(keeping, one))
    },
    close: async () => {
      keeping.closing.abort()
      for (const timer of keeping.timers) clearTimeout(timer)
      await keeping.queue
    },
  }
}

async function knownOnes({ store, remotes }: RegistryOptions): Promise<readonly Known[]> {
  const stored = await store.load()
  return remotes.map((remote) => {
    const found = stored.get(remote.name)
    const accepted = found === undefined ? null : { sdl: found.sdl, at: found.acceptedAt }
    return { remote, accepted, used: false, problem: null, warnings: [], checkedAt: null }
  })
}

const statusOf = (one: Known): RemoteStatus => ({
  name: one.remote.name,
  url: one.remote.url,
  state: !one.used ? 'ABSENT' : one.problem === null ? 'SERVING' : 'STALE',
  problem: one.problem,
  warnings: one.warnings,
  acceptedAt: one.accepted?.at ?? null,
  checkedAt: one.checkedAt,
})

const partOf = ({ remote }: Known, sdl: string): Part => ({ name: remote.name, url: remote.url, sdl })

/** What is wrong with this SDL beside those in use; nothing: it is in use from here on. */
async function take(keeping: Keeping, one: Known, sdl: string): Promise<string | null> {
  const { own, known, ownSchema } = keeping
  const lint = lintOf(one.remote.name, sdl, ownSchema)
  if (lint.refused.length > 0) return lint.refused.join(' · ')
  const others = known.filter((other) => other !== one && other.used)
  const theirs = others.flatMap((other) => (other.accepted === null ? [] : [partOf(other, other.accepted.sdl)]))
  const composition = await composeParts([own, ...theirs, partOf(one, sdl)])
  if ('problems' in composition) return composition.problems.slice(0, 5).join(' · ')
  one.warnings = lint.warnings
  one.used = true
  const names = [own.name, ...others.map((other) => other.remote.name), one.remote.name]
  keeping.current = { ...composition, names }
  return null
}

function lintOf(name: string, sdl: string, ownSchema: GraphQLSchema): ReturnType<typeof lintPart> {
  try {
    return lintPart(name, sdl, ownSchema)
  } catch (error) {
    return { refused: [`its SDL cannot be read: ${lineOf(error)}`], warnings: [] }
  }
}

async function announce(keeping: Keeping): Promise<void> {
  const { current, store } = keeping
  if (current !== null) {
    const changes = differenceOf(keeping.publicSdl ?? (await alone(keeping)), current.publicSdl)
    keeping.publicSdl = current.publicSdl
    await store.generation(current.supergraph, current.publicSdl, changes).catch(notStored(keeping, 'a generation'))
  }
  await keeping.use(current)
}

/** What clients saw before there was any remote. */
async function alone({ own }: Keeping): Promise<string | null> {
  const composition = await composeParts([own])
  return 'problems' in composition ? null : composition.publicSdl
}

const notStored =
  ({ log }: Keeping, what: string) =>
  (error: unknown): void =>
    log.warn({ err: error }, `${what} could not be stored`)

async function look(keeping: Keeping, one: Known): Promise<void> {
  const { closing, log, store, now } = keeping
  const { remote } = one
  let problem: string | null
  try {
    const sdl = await remote.fetchSdl(closing.signal)
    problem = await exclusively(keeping, () => settle(keeping, one, sdl))
  } catch (error) {
    if (closing.signal.aborted) return
    problem = lineOf(error)
  }
  if (problem !== null && problem !== one.problem)
    log.warn({ subgraph: remote.name, problem }, 'a subgraph is not up to date')
  if (problem === null && one.problem !== null) log.info({ subgraph: remote.name }, 'a subgraph is up to date again')
  one.problem = problem
  one.checkedAt = now().toISOString()
  await store.checked(remote.name, remote.url, problem).catch(notStored(keeping, 'the state of a subgraph'))
}

async function settle(keeping: Keeping, one: Known, sdl: string): Promise<string | null> {
  const { store, now } = keeping
  if (one.used && one.accepted !== null && hashOf(one.accepted.sdl) === hashOf(sdl)) return null
  const problem = await take(keeping, one, sdl)
  if (problem !== null) return problem
  one.accepted = { sdl, at: now().toISOString() }
  await store.accept(one.remote.name, one.remote.url, sdl).catch(notStored(keeping, 'the SDL of a subgraph'))
  await announce(keeping)
  return null
}

/** One change of the supergraph at a time. */
function exclusively<T>(keeping: Keeping, task: () => Promise<T>): Promise<T> {
  const done = keeping.queue.then(task, task)
  keeping.queue = done.catch(() => undefined)
  return done
}

function again(keeping: Keeping, one: Known): void {
  const { closing, timers } = keeping
  if (closing.signal.aborted) return
  const timer = setTimeout(() => {
    timers.delete(timer)
    void look(keeping, one).finally(() => again(keeping, one))
  }, one.remote.pollingMs)
  timer.unref()
  timers.add(timer)
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const lineOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

import { createHash } from 'node:crypto'
import { buildASTSchema, parse } from 'graphql'
import type { Log } from '../../gateway/log.ts'
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
  readonly log: Log
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

/**
 * Keeps the supergraph of the hub and the configured remotes. It opens with the last good SDL of each, whether they answer
 * or not; a new SDL comes into use as a whole new generation, and only when it composes with all the others; one that does
 * not leaves the last good one where it was.
 */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { own, remotes, store, log } = options
  // Its directives are the composer's to judge.
  const ownSchema = buildASTSchema(parse(own.sdl), { assumeValidSDL: true })
  const stored = await store.load()
  const known: Known[] = remotes.map((remote) => {
    const found = stored.get(remote.name)
    const accepted = found === undefined ? null : { sdl: found.sdl, at: found.acceptedAt }
    return { remote, accepted, used: false, problem: null, warnings: [], checkedAt: null }
  })
  let current: Supergraph | null = null
  let publicSdl = await store.lastPublicSdl()
  const closing = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  let queue: Promise<unknown> = Promise.resolve()

  const partOf = ({ remote }: Known, sdl: string): Part => ({ name: remote.name, url: remote.url, sdl })
  const partsInUse = (but?: Known): Part[] =>
    known.flatMap((one) => (one.used && one !== but && one.accepted !== null ? [partOf(one, one.accepted.sdl)] : []))

  /** What is wrong with this SDL beside those in use; nothing: it is in use from here on. */
  async function take(one: Known, sdl: string): Promise<string | null> {
    const lint = lintOf(one.remote.name, sdl)
    if (lint.refused.length > 0) return lint.refused.join(' · ')
    const others = known.filter((other) => other !== one && other.used)
    const parts = [own, ...partsInUse(one), partOf(one, sdl)]
    const composition = await composeParts(parts)
    if ('problems' in composition) return composition.problems.slice(0, 5).join(' · ')
    one.warnings = lint.warnings
    one.used = true
    current = { ...composition, names: [own.name, ...others.map((other) => other.remote.name), one.remote.name] }
    return null
  }

  function lintOf(name: string, sdl: string): ReturnType<typeof lintPart> {
    try {
      return lintPart(name, sdl, ownSchema)
    } catch (error) {
      return { refused: [`its SDL cannot be read: ${lineOf(error)}`], warnings: [] }
    }
  }

  async function announce(): Promise<void> {
    if (current !== null) {
      const changes = differenceOf(publicSdl ?? (await alone()), current.publicSdl)
      publicSdl = current.publicSdl
      await store.generation(current.supergraph, current.publicSdl, changes).catch(logged('a generation'))
    }
    await options.use(current)
  }

  /** What clients saw before there was any remote. */
  async function alone(): Promise<string | null> {
    const composition = await composeParts([own])
    return 'problems' in composition ? null : composition.publicSdl
  }

  const logged =
    (what: string) =>
    (error: unknown): void =>
      log.warn({ err: error }, `${what} could not be stored`)

  async function look(one: Known): Promise<void> {
    const { remote } = one
    let problem: string | null
    try {
      const sdl = await remote.fetchSdl(closing.signal)
      problem = await exclusively(() => settle(one, sdl))
    } catch (error) {
      if (closing.signal.aborted) return
      problem = lineOf(error)
    }
    if (problem !== null && problem !== one.problem)
      log.warn({ subgraph: remote.name, problem }, 'a subgraph is not up to date')
    if (problem === null && one.problem !== null) log.info({ subgraph: remote.name }, 'a subgraph is up to date again')
    one.problem = problem
    one.checkedAt = options.now().toISOString()
    await store.checked(remote.name, remote.url, problem).catch(logged('how a subgraph stands'))
  }

  async function settle(one: Known, sdl: string): Promise<string | null> {
    if (one.used && one.accepted !== null && hashOf(one.accepted.sdl) === hashOf(sdl)) return null
    const problem = await take(one, sdl)
    if (problem !== null) return problem
    one.accepted = { sdl, at: options.now().toISOString() }
    await store.accept(one.remote.name, one.remote.url, sdl).catch(logged('the SDL of a subgraph'))
    await announce()
    return null
  }

  /** One change of the supergraph at a time. */
  function exclusively<T>(task: () => Promise<T>): Promise<T> {
    const done = queue.then(task, task)
    queue = done.catch(() => undefined)
    return done
  }

  function again(one: Known): void {
    if (closing.signal.aborted) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      void look(one).finally(() => again(one))
    }, one.remote.pollingMs)
    timer.unref()
    timers.add(timer)
  }

  for (const one of known) {
    if (one.accepted !== null) one.problem = await take(one, one.accepted.sdl)
  }
  await announce()

  return {
    get supergraph() {
      return current
    },
    status: () =>
      known.map((one) => ({
        name: one.remote.name,
        url: one.remote.url,
        state: !one.used ? 'ABSENT' : one.problem === null ? 'SERVING' : 'STALE',
        problem: one.problem,
        warnings: one.warnings,
        acceptedAt: one.accepted?.at ?? null,
        checkedAt: one.checkedAt,
      })),
    refresh: async () => {
      await Promise.all(known.map(look))
    },
    poll: () => {
      for (const one of known) void look(one).finally(() => again(one))
    },
    close: async () => {
      closing.abort()
      for (const timer of timers) clearTimeout(timer)
      await queue
    },
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const lineOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { feedEnd, FeedGone, readFeed } from '../../db/feed.ts'
import type { Tables } from '../../db/tables.ts'

/** An object has changed or gone: its type and the key that follows the type in its global id. */
export interface SourceEvent {
  readonly type: string
  readonly key: string
}

export interface EventListener {
  /** Never throws, never waits. */
  take(event: SourceEvent): void
  /** Events may have been lost: what is known must be read anew. Nothing is taken after this. */
  gone(): void
}

export interface SourceEvents {
  /** After this resolves, every change that commits reaches the listener, until what it gave back is called. */
  listen(type: string, listener: EventListener): Promise<() => void>
  /** Safe to repeat. */
  close(): Promise<void>
}

export interface SourceEventsOptions {
  readonly url: string
  readonly db: Kysely<Tables>
  readonly onError: (error: unknown) => void
  /** How often the store is asked although it has told nothing: milliseconds. */
  readonly pollMs?: number
}

const atOnce = 1_000

/**
 * What changes in the store, read once a process and handed to everyone who listens: entities from the change feed, runs from
 * their table. Nothing is read while nobody listens. A database that is away is asked again; the feed goes on where it was.
 */
export function openSourceEvents({ url, db, onError, pollMs = 500 }: SourceEventsOptions): SourceEvents {
  const listeners = new Map<string, Set<EventListener>>()
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let pumping: Promise<void> | null = null
  let again = false
  let cursor: string | null = null
  let runs: { last: number; readonly open: Map<number, string> } | null = null

  const heard = (type: string): boolean => (listeners.get(type)?.size ?? 0) > 0
  const anyone = (): boolean => [...listeners.values()].some((all) => all.size > 0)
  const tell = (event: SourceEvent): void => listeners.get(event.type)?.forEach((one) => one.take(event))

  function lost(): void {
    const all = [...listeners.values()].flatMap((some) => [...some])
    listeners.clear()
    cursor = null
    runs = null
    for (const one of all) one.gone()
  }

  async function pumpChanges(): Promise<void> {
    while (cursor !== null && !closed) {
      const { changes, next } = await readFeed(db, cursor, atOnce)
      if (cursor === null) return
      cursor = next
      for (const { entity, source, key } of changes) tell({ type: entity, key: `${source}:${key}` })
      if (changes.length < atOnce) return
    }
  }

  async function pumpRuns(): Promise<void> {
    if (runs === null) return
    const { last, open } = runs
    const { rows } = await sql<{ id: number; state: string }>`
      select id, state from run
      where state in ('WAITING', 'RUNNING') or id > ${last} or id = any(${[...open.keys()]}::bigint[]) order by id
    `.execute(db)
    for (const { id, state } of rows) {
      if (open.get(id) === state) continue
      if (state === 'WAITING' || state === 'RUNNING') open.set(id, state)
      else open.delete(id)
      runs.last = Math.max(runs.last, id)
      tell({ type: 'Run', key: String(id) })
    }
  }

  /** One reading at a time; what is told meanwhile leads to another. */
  function pump(): Promise<void> {
    again = true
    pumping ??= (async () => {
      try {
        while (again && !closed) {
          again = false
          await pumpChanges()
          await pumpRuns()
        }
      } catch (error) {
        if (error instanceof FeedGone) lost()
        else onError(error)
      } finally {
        pumping = null
      }
    })()
    return pumping
  }

  async function connect(): Promise<void> {
    const opened = new pg.Client({ connectionString: url, application_name: 'hub events' })
    client = opened
    opened.on('error', (error) => {
      onError(error)
      if (client === opened) client = null
    })
    opened.on('notification', () => void pump())
    try {
      await opened.connect()
      for (const channel of ['hub_change', 'hub_run', 'hub_due']) await opened.query(`listen ${channel}`)
    } catch (error) {
      if (client === opened) client = null
      await opened.end().catch(() => undefined)
      throw error
    }
  }

  /** Asks now and then: a change is read only when the transactions before it have ended, which nothing tells of. */
  function tick(): void {
    if (closed) return
    if (!anyone()) {
      cursor = null
      runs = null
      return
    }
    if (client === null) connect().catch(onError)
    void pump()
  }

  async function begin(type: string): Promise<void> {
    if (client === null) await connect()
    timer ??= setInterval(tick, pollMs).unref()
    if (type !== 'Run') cursor ??= await feedEnd(db)
    else if (runs === null) {
      const { rows } = await sql<{ id: number; state: string; last: number }>`
        select l.last, r.id, r.state from (select coalesce(max(id), 0) as last from run) l
        left join run r on r.state in ('WAITING', 'RUNNING')
      `.execute(db)
      const open = new Map(rows.flatMap(({ id, state }) => (id === null ? [] : [[id, state] as const])))
      runs ??= { last: rows[0]?.last ?? 0, open }
    }
  }

  return {
    async listen(type, listener) {
      if (closed) throw new Error('the events are closed')
      const own = listeners.get(type) ?? new Set<EventListener>()
      listeners.set(type, own.add(listener))
      const leave = (): void => {
        listeners.get(type)?.delete(listener)
        if (!heard('Run')) runs = null
      }
      try {
        await begin(type)
      } catch (error) {
        leave()
        throw error
      }
      return leave
    },
    async close() {
      if (closed) return
      closed = true
      clearInterval(timer)
      await pumping?.catch(() => undefined)
      lost()
      await client?.end().catch(() => undefined)
    },
  }
}

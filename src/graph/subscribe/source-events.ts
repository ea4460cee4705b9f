// Reads what changes in the store, once a process, and hands it to the subscriptions that follow it.
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
  /** Events may have been lost: what is known must be read again. Nothing is taken after this. */
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
  /** How often the store is asked although it has notified nothing: milliseconds. */
  readonly pollMs?: number
}

const atOnce = 1_000

/** The runs that are known: the newest, and the state of each that has not ended. */
interface KnownRuns {
  last: number
  readonly open: Map<number, string>
}

/** The readings of one process; none is under way while nobody listens. */
interface Reader extends Required<SourceEventsOptions> {
  readonly listeners: Map<string, Set<EventListener>>
  client: pg.Client | null
  timer: NodeJS.Timeout | undefined
  closed: boolean
  /** The reading that is under way. */
  reading: Promise<void> | null
  /** Whether another reading follows the present one. */
  again: boolean
  /** Where the change feed was read up to; null while no entity is listened to. */
  cursor: string | null
  /** Null while no run is listened to. */
  runs: KnownRuns | null
}

/**
 * What changes in the store, read once a process and handed to everyone who listens: entities from the change feed, runs from
 * their table. Nothing is read while nobody listens. A database that is away is asked again; the feed goes on where it was.
 */
export function openSourceEvents({ url, db, onError, pollMs = 500 }: SourceEventsOptions): SourceEvents {
  const reader: Reader = {
    url,
    db,
    onError,
    pollMs,
    listeners: new Map(),
    client: null,
    timer: undefined,
    closed: false,
    reading: null,
    again: false,
    cursor: null,
    runs: null,
  }
  return { listen: (type, listener) => listen(reader, type, listener), close: () => close(reader) }
}

async function listen(reader: Reader, type: string, listener: EventListener): Promise<() => void> {
  if (reader.closed) throw new Error('the events are closed')
  const own = reader.listeners.get(type) ?? new Set<EventListener>()
  reader.listeners.set(type, own.add(listener))
  const leave = (): void => {
    reader.listeners.get(type)?.delete(listener)
    if ((reader.listeners.get('Run')?.size ?? 0) === 0) reader.runs = null
  }
  try {
    await begin(reader, type)
  } catch (error) {
    leave()
    throw error
  }
  return leave
}

async function close(reader: Reader): Promise<void> {
  if (reader.closed) return
  reader.closed = true
  clearInterval(reader.timer)
  await reader.reading?.catch(() => undefined)
  lose(reader)
  await reader.client?.end().catch(() => undefined)
}

async function begin(reader: Reader, type: string): Promise<void> {
  if (reader.client === null) await connect(reader)
  reader.timer ??= setInterval(() => tick(reader), reader.pollMs).unref()
  if (type !== 'Run') reader.cursor ??= await feedEnd(reader.db)
  else if (reader.runs === null) {
    const known = await knownRuns(reader.db)
    reader.runs ??= known
  }
}

async function connect(reader: Reader): Promise<void> {
  const opened = new pg.Client({ connectionString: reader.url, application_name: 'hub events' })
  reader.client = opened
  opened.on('error', (error) => {
    reader.onError(error)
    if (reader.client === opened) reader.client = null
  })
  opened.on('notification', () => void read(reader))
  try {
    await opened.connect()
    for (const channel of ['hub_change', 'hub_run', 'hub_due']) await opened.query(`listen ${channel}`)
  } catch (error) {
    if (reader.client === opened) reader.client = null
    await opened.end().catch(() => undefined)
    throw error
  }
}

/** Reads now and then: a change is readable only when the transactions before it have ended, and nothing notifies of that. */
function tick(reader: Reader): void {
  if (reader.closed) return
  if ([...reader.listeners.values()].every((all) => all.size === 0)) {
    reader.cursor = null
    reader.runs = null
    return
  }
  if (reader.client === null) connect(reader).catch(reader.onError)
  void read(reader)
}

/** One reading at a time; a notification that arrives meanwhile leads to another. */
function read(reader: Reader): Promise<void> {
  reader.again = true
  reader.reading ??= readUntilQuiet(reader)
  return reader.reading
}

async function readUntilQuiet(reader: Reader): Promise<void> {
  try {
    while (reader.again && !reader.closed) {
      reader.again = false
      await readChanges(reader)
      await readRuns(reader)
    }
  } catch (error) {
    if (error instanceof FeedGone) lose(reader)
    else reader.onError(error)
  } finally {
    reader.reading = null
  }
}

async function readChanges(reader: Reader): Promise<void> {
  while (reader.cursor !== null && !reader.closed) {
    const { changes, next } = await readFeed(reader.db, reader.cursor, atOnce)
    if (reader.cursor === null) return
    reader.cursor = next
    for (const { entity, source, key } of changes) emit(reader, { type: entity, key: `${source}:${key}` })
    if (changes.length < atOnce) return
  }
}

async function readRuns(reader: Reader): Promise<void> {
  const { runs, db } = reader
  if (runs === null) return
  const { rows } = await sql<{ id: number; state: string }>`
    select id, state from run
    where state in ('WAITING', 'RUNNING') or id > ${runs.last} or id = any(${[...runs.open.keys()]}::bigint[]) order by id
  `.execute(db)
  for (const { id, state } of rows) {
    if (runs.open.get(id) === state) continue
    if (state === 'WAITING' || state === 'RUNNING') runs.open.set(id, state)
    else runs.open.delete(id)
    runs.last = Math.max(runs.last, id)
    emit(reader, { type: 'Run', key: String(id) })
  }
}

async function knownRuns(db: Kysely<Tables>): Promise<KnownRuns> {
  const { rows } = await sql<{ id: number; state: string; last: number }>`
    select l.last, r.id, r.state from (select coalesce(max(id), 0) as last from run) l
    left join run r on r.state in ('WAITING', 'RUNNING')
  `.execute(db)
  const open = new Map(rows.flatMap(({ id, state }) => (id === null ? [] : [[id, state] as const])))
  return { last: rows[0]?.last ?? 0, open }
}

const emit = (reader: Reader, event: SourceEvent): void =>
  reader.listeners.get(event.type)?.forEach((listener) => listener.take(event))

/** Ends every listener: events may have been lost. */
function lose(reader: Reader): void {
  const all = [...reader.listeners.values()].flatMap((some) => [...some])
  reader.listeners.clear()
  reader.cursor = null
  reader.runs = null
  for (const listener of all) listener.gone()
}

// The pages of a Frigate server's events, newest first.
import { createHash } from 'node:crypto'
import { ConnectorFailure, isObject, isTooLarge, pageSizeOf } from '#connector'
import type { Context, Json, Page, Range, SourceRecord } from '#connector'
import { frigateSession } from './frigate.ts'
import type { manifest } from './manifest.ts'
import { positionIn } from './cursor.ts'

const eventsAsked = 100
const eventsAtMost = 400
/** Re-read behind the newest event, in microseconds: what was written late, and changed once it ended. */
const overlap = 3_600_000_000n
/** How far the server's clock may be ahead of ours before its times no longer carry the checkpoint away. */
const skew = 60_000_000n
/** An event that never ends extends the overlap no further than this. */
const longestEvent = 24n * 3_600_000_000n

// Times of the server are Unix seconds with up to six decimals; here they are counted in whole microseconds.

/** How far a read has come: newest first, from `before` down to `after`, both exclusive. */
interface Position {
  readonly after: bigint | null
  /** null: the next read begins at the newest. */
  readonly before: bigint | null
  /** Ids already handed out that a page before `before` shows again: events that share one start. */
  readonly shown: readonly string[]
  /** Newest start of this read, and the earliest start of one that had not ended. */
  readonly newest: bigint | null
  readonly open: bigint | null
}

/** The pages of the event stream, newest first. An event is read again until an hour has passed and it has ended. */
export async function* eventPages(context: Context<typeof manifest>, range: Range): AsyncGenerator<Page> {
  let position = positionOf(range)
  let size = pageSizeOf(eventsAsked, context)
  const ask = frigateSession(context)
  if (ask === null) {
    yield { records: [], next: '{}' }
    return
  }
  for (;;) {
    context.signal.throwIfAborted()
    const limit = size + position.shown.length
    let listed: Awaited<ReturnType<typeof eventsBefore>>
    try {
      listed = await eventsBefore(ask, position, limit)
    } catch (error) {
      // The server names no position behind an event whose start it does not show: one that is too large alone ends the read.
      if (!isTooLarge(error) || size === 1) throw error
      size = Math.floor(size / 2)
      continue
    }
    const starts = listed.map((event) => microseconds(event['start_time']))
    const records = listed.filter((event) => !position.shown.includes(idOf(event))).map(eventRecord)
    const oldest = smallest(starts)
    const newest = largest([position.newest, ...starts])
    const open = smallest([
      position.open,
      ...starts.filter((_, index) => (listed[index]!['end_time'] ?? null) === null),
    ])
    const whole = listed.length < limit
    if (!whole && oldest === null) throw changed('events without a start time')
    if (whole) {
      const latest = BigInt(context.now().getTime()) * 1000n + skew
      yield { records, next: checkpoint(position, newest === null ? null : smallest([newest, latest]), open) }
      return
    }
    // The same start may go on in the next page, so it is asked for again and what was seen of it left out.
    const shown = listed.filter((_, index) => starts[index] === oldest).map((event) => idOf(event))
    position = { ...position, before: oldest! + 1n, shown, newest, open }
    yield { records, next: written(position) }
  }
}

async function eventsBefore(
  ask: (path: string) => Promise<unknown>,
  position: Position,
  /** Events that share one start are asked for in one page: as many more as are known of it. */
  limit: number,
): Promise<readonly { readonly [member: string]: Json }[]> {
  if (limit > eventsAtMost) throw changed(`more than ${eventsAtMost - eventsAsked} events of one start`)
  const query = new URLSearchParams({ limit: String(limit), include_thumbnails: '0' })
  if (position.after !== null) query.set('after', seconds(position.after))
  if (position.before !== null) query.set('before', seconds(position.before))
  const answer = await ask(`events?${query}`)
  if (!Array.isArray(answer) || !answer.every(isObject<Json>)) throw changed('no list of events')
  const starts = answer.map((event) => microseconds(event['start_time']))
  if (starts.some((start, index) => index > 0 && start !== null && start > (starts[index - 1] ?? start))) {
    throw changed('events that are not sorted by their start, newest first')
  }
  return answer
}

const changed = (found: string): ConnectorFailure =>
  new ConnectorFailure('SOURCE_CHANGED', `/api/events of the Frigate server answers with ${found}`)

/** The only members kept: a sub-label may be a face or a number plate that was recognised. */
function eventRecord(event: { readonly [member: string]: Json }): SourceRecord {
  const { id, camera = null, label = null, start_time = null, end_time = null } = event
  const kept = { camera, label, start_time, end_time }
  if (typeof id === 'string' && id !== '') return { id, ...kept }
  // It has to bear a key to be rejected under.
  return {
    id: `?${createHash('sha256').update(JSON.stringify(kept)).digest('hex').slice(0, 24)}`,
    given: id ?? null,
    ...kept,
  }
}

/** From here the next read goes on: an hour behind the newest, or at the start of what has not ended. */
function checkpoint(position: Position, newest: bigint | null, open: bigint | null): string {
  if (newest === null) return written({ ...fresh, after: position.after })
  const bound = newest - longestEvent
  const from = open === null ? newest - overlap : smallest([newest - overlap, open - 1n])!
  return written({ ...fresh, after: from < bound ? bound : from })
}

const fresh: Position = { after: null, before: null, shown: [], newest: null, open: null }

function positionOf(range: Range): Position {
  if ('since' in range) return positionIn(range.since, eventPosition) ?? fresh
  if ('all' in range) return fresh
  const midnight = (date: string): bigint => BigInt(Date.parse(`${date}T00:00:00+07:00`)) * 1000n
  return { ...fresh, after: midnight(range.from) - 1n, before: midnight(range.to) }
}

const times = ['after', 'before', 'newest', 'open'] as const

function written(position: Position): string {
  const filled = times.flatMap((name) => (position[name] === null ? [] : [[name, String(position[name])] as const]))
  return JSON.stringify({ ...Object.fromEntries(filled), ...(position.shown.length > 0 && { shown: position.shown }) })
}

function eventPosition(value: { readonly [member: string]: unknown }): Position | undefined {
  const found: { [name in (typeof times)[number]]: bigint | null } = {
    after: null,
    before: null,
    newest: null,
    open: null,
  }
  for (const name of times) {
    const text = value[name]
    if (text === undefined) continue
    if (typeof text !== 'string' || !/^-?\d{1,20}$/.test(text)) return undefined
    found[name] = BigInt(text)
  }
  const shown: unknown = value['shown'] ?? []
  const ids = Array.isArray(shown) ? shown.filter((id): id is string => typeof id === 'string') : null
  return ids === null || Object.keys(value).some((name) => name !== 'shown' && !times.some((time) => time === name))
    ? undefined
    : { ...found, shown: ids }
}

/** Whole microseconds of a number or text of seconds; null for what is neither. */
function microseconds(value: Json | undefined): bigint | null {
  const text = typeof value === 'number' ? String(value) : value
  const match = typeof text === 'string' ? /^(\d{1,11})(?:\.(\d{1,20}))?$/.exec(text) : null
  return match === null ? null : BigInt(match[1]! + (match[2] ?? '').padEnd(6, '0').slice(0, 6))
}

const seconds = (count: bigint): string => `${count / 1_000_000n}.${String(count % 1_000_000n).padStart(6, '0')}`

const largest = (values: readonly (bigint | null)[]): bigint | null =>
  values.reduce((most, value) => (value === null || (most !== null && most >= value) ? most : value), null)
const smallest = (values: readonly (bigint | null)[]): bigint | null =>
  values.reduce((least, value) => (value === null || (least !== null && least <= value) ? least : value), null)

const idOf = (event: SourceRecord): string =>
  typeof event['id'] === 'string' ? event['id'] : JSON.stringify(event['id'])

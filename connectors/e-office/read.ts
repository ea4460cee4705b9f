// Checks the axis and reads its streams.
import { addDays, ConnectorFailure, dateOf, instant, isTooLarge } from '#connector'
import type { Page, Range, SourceRecord } from '#connector'
import { textMember } from './axis-answer.ts'
import { axisInstant, slashedDate } from './axis-time.ts'
import { fetchMessage } from './fetch-message.ts'
import type { ListedItem } from './fetch-message.ts'
import { checkpointOf, itemDigest, packed, readCursor, unpacked, windowsOf } from './cursor.ts'
import type { Position } from './cursor.ts'
import { address, listOf, openSession } from './session.ts'
import type { AxisContext, Session } from './session.ts'

/** Electronic exchange under QĐ 28/2018/QĐ-TTg begins in this year: nothing on an axis is older. */
const earliest = '2018-01-01'
const atOnce = 6
const maxMessages = 200
const maxAgencies = 500
const maxBytes = 900_000

/** Settles when every unit is let in and its list of today's documents can be had. */
export async function check(context: AxisContext): Promise<void> {
  needUnits(context)
  const today = dateOf(instant(context.now().getTime()) ?? '')
  for (const unit of context.settings.units) await listItems(context, openSession(context, unit), 'edoc', today, today)
}

/**
 * Yields the agencies whole, or the messages of all units: unit by unit, window by window, each message that the checkpoint
 * does not know in its present state. The last page has the checkpoint; it is empty when nothing is new.
 */
export async function* read(
  context: AxisContext,
  stream: 'agencies' | 'documents' | 'statuses',
  range: Range,
): AsyncGenerator<Page> {
  needUnits(context)
  if (stream === 'agencies') return yield* agencies(context, range)
  yield* messages(context, stream === 'documents' ? 'edoc' : 'status', startOf(context, range))
}

function needUnits(context: AxisContext): void {
  const names = context.settings.units.map(({ username }) => username)
  if (names.length === 0) throw new ConnectorFailure('CONFIG_INVALID', 'The setting units names no unit.')
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) throw new ConnectorFailure('CONFIG_INVALID', `The setting units[${twice}].username is there twice.`)
}

function startOf(context: AxisContext, range: Range): Position {
  const today = dateOf(instant(context.now().getTime()) ?? '')
  const lookback = addDays(today, -context.settings.lookbackDays)
  // The axis's own clock may be ahead of ours: the list is asked for up to tomorrow.
  const position = {
    from: earliest,
    to: addDays(today, 1),
    lookback,
    until: null,
    unit: 0,
    window: 0,
    known: '',
    listed: '',
    recent: '',
  }
  if ('all' in range) return position
  if ('from' in range) return { ...position, from: range.from, to: range.to, until: range.to }
  const cursor = readCursor(range.since)
  if ('from' in cursor) return cursor
  // After a pause longer than the look-back, from where the last whole read ended.
  const paused = addDays(cursor.on, -2)
  return { ...position, from: paused < lookback ? paused : lookback, known: cursor.known }
}

interface PositionedPage {
  readonly records: readonly SourceRecord[]
  readonly position: Position
}

async function* messages(context: AxisContext, type: 'edoc' | 'status', start: Position): AsyncGenerator<Page> {
  const listed = new Set(unpacked(start.listed))
  // A page waits until it is known whether it is the last one, which has the checkpoint.
  let waiting: PositionedPage | null = null
  try {
    for await (const page of positionedPages(context, type, start, listed)) {
      if (waiting !== null) yield { records: waiting.records, next: JSON.stringify(waiting.position) }
      waiting = page
    }
  } catch (error) {
    if (waiting !== null && !context.signal.aborted)
      yield { records: waiting.records, next: JSON.stringify(waiting.position) }
    throw error
  }
  yield { records: waiting?.records ?? [], next: checkpointOf(start.to, listed) }
}

/** The pages of a read with the position after each; `listed` grows by what the look-back lists. */
async function* positionedPages(
  context: AxisContext,
  type: 'edoc' | 'status',
  start: Position,
  listed: Set<string>,
): AsyncGenerator<PositionedPage> {
  const windows = windowsOf(start.from, start.to)
  const known = new Set(unpacked(start.known))
  let recent = new Set(unpacked(start.recent))
  for (let unit = start.unit; unit < context.settings.units.length; unit += 1) {
    const session = openSession(context, context.settings.units[unit]!)
    for (let window = unit === start.unit ? start.window : 0; window < windows.length; window += 1) {
      context.signal.throwIfAborted()
      const { from, to } = windows[window]!
      const inLookback = to >= start.lookback
      const items = (await listItems(context, session, type, from, to)).filter(
        ({ arose }) => start.until === null || arose === null || arose < start.until,
      )
      const met = inLookback ? listed : recent
      const fresh = new Map<string, ListedItem>()
      for (const item of items) {
        const { digest } = item
        if (!known.has(digest) && !listed.has(digest) && !recent.has(digest))
          fresh.set(item.key, fresh.get(item.key) ?? item)
      }
      for await (const { records, items: fetched } of pagesOf(context, session, [...fresh.values()])) {
        for (const { digest } of fetched) met.add(digest)
        const { from: first, to: last, lookback, until } = start
        const sets = { known: start.known, listed: packed(listed), recent: packed(recent) }
        yield { records, position: { from: first, to: last, lookback, until, unit, window, ...sets } }
      }
      if (inLookback) for (const { digest } of items) listed.add(digest)
      recent = new Set(inLookback ? [] : items.map(({ digest }) => digest))
    }
  }
}

/** The messages of list items in their order, fetched some at once; where a page ends depends only on where it begins. */
async function* pagesOf(
  context: AxisContext,
  session: Session,
  items: readonly ListedItem[],
): AsyncGenerator<{ readonly records: readonly SourceRecord[]; readonly items: readonly ListedItem[] }> {
  const underway: Promise<SourceRecord>[] = []
  let begun = 0
  let page: { records: SourceRecord[]; items: ListedItem[] } = { records: [], items: [] }
  let bytes = 0
  for (const item of items) {
    context.signal.throwIfAborted()
    for (; begun < items.length && underway.length < atOnce; begun += 1) {
      const fetching = fetchMessage(context, session, items[begun]!)
      fetching.catch(() => undefined) // Thrown where it is awaited, in order.
      underway.push(fetching)
    }
    const record = await underway.shift()!
    const size = JSON.stringify(record).length
    if (page.records.length > 0 && (page.records.length >= maxMessages || bytes + size > maxBytes)) {
      yield page
      page = { records: [], items: [] }
      bytes = 0
    }
    page.records.push(record)
    page.items.push(item)
    bytes += size
  }
  if (page.records.length > 0) yield page
}

/** The messages that arose from one day to another, both inclusive; a list over the size limit is asked for in two halves. */
async function listItems(
  context: AxisContext,
  session: Session,
  type: 'edoc' | 'status',
  from: string,
  to: string,
): Promise<readonly ListedItem[]> {
  try {
    return await listOnce(context, session, type, from, to)
  } catch (error) {
    if (!isTooLarge(error) || from >= to) throw error
    const days = Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000)
    const middle = addDays(from, Math.floor(days / 2))
    const early = await listItems(context, session, type, from, middle)
    return [...early, ...(await listItems(context, session, type, addDays(middle, 1), to))]
  }
}

async function listOnce(
  context: AxisContext,
  session: Session,
  type: 'edoc' | 'status',
  from: string,
  to: string,
): Promise<readonly ListedItem[]> {
  const query = `messageType=${type}&fromDate=${slashedDate(from)}&toDate=${slashedDate(to)}`
  const answer = await session.exchange({ url: address(context, `/v1/syncReceivedEdocList?${query}`), expect: 'json' })
  return listOf('The list of received messages', answer.json()).map((sent) => {
    const { username } = session.unit
    const given = textMember(sent, 'docId')
    // One that cannot be part of an address cannot be asked for: the message is rejected as one without.
    const docId = given !== null && given.isWellFormed() && !given.includes('\u0000') ? given : null
    const createdTime = textMember(sent, 'createdTime')
    const created = createdTime === null ? null : axisInstant(createdTime)
    const arose = created === null ? null : dateOf(created)
    const digest = itemDigest(username, docId ?? JSON.stringify(sent), textMember(sent, 'updatedTime') ?? '')
    return { key: `${username}|${docId ?? `?${digest}`}`, docId, createdTime, arose, digest }
  })
}

async function* agencies(context: AxisContext, range: Range): AsyncGenerator<Page> {
  const session = openSession(context, context.settings.units[0]!)
  const answer = await session.exchange({ url: address(context, '/v1/getAgenciesList'), expect: 'json' })
  const body = answer.json()
  const rows = Array.isArray(body) ? (body as readonly unknown[]) : listOf('The list of agencies', body)
  const records = new Map<string, SourceRecord>()
  for (const row of rows) {
    const found = Object.fromEntries(['orgCode', 'orgName', 'parentCode'].map((name) => [name, textMember(row, name)]))
    const code = found['orgCode'] ?? `?${itemDigest(JSON.stringify(row))}`
    if (!records.has(code)) records.set(code, { ...found, orgCode: code })
  }
  const all = [...records.values()]
  let at = 'since' in range ? offsetOf(range.since) : 0
  do {
    context.signal.throwIfAborted()
    const next = at + maxAgencies
    yield { records: all.slice(at, next), next: JSON.stringify({ agencies: next < all.length ? next : 0 }) }
    at = next
  } while (at < all.length)
}

function offsetOf(cursor: string): number {
  const [, offset] = /^\{"agencies":(\d{1,9})\}$/.exec(cursor) ?? []
  if (offset !== undefined) return Number(offset)
  throw new ConnectorFailure(
    'CONFIG_INVALID',
    'The cursor is none of the list of agencies: restart the stream from its beginning.',
  )
}

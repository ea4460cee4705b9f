// Checks an SDMX service and reads its dataflows one after the other.
import { ConnectorFailure, isTooLarge, maxTooLarge, pageSizeOf } from '#connector'
import type { Context, Page, Range, Settings, TransportAnswer } from '#connector'
import { readCsvMessage } from './csv-message.ts'
import { readJsonMessage } from './json-message.ts'
import type { Message } from './json-message.ts'
import { manifest } from './manifest.ts'
import { cursorOf, positionOf } from './cursor.ts'
import type { Position, Reading } from './cursor.ts'

type Sdmx = Context<typeof manifest>
type Dataflow = Settings<typeof manifest>['dataflows'][number]

/** Observations asked for in one message. */
const pageSize = 500
/** How far the source's clock may be ahead of ours before it is no longer believed. */
const skewMs = 60_000
const overlapSeconds = manifest.streams.observations.latenessSeconds

// Version 2.0.0 is what SDMX 3.0 services speak; 2.1.0 messages of 3.1 services are read too.
const mediaTypes = {
  json: 'application/vnd.sdmx.data+json;version=2.0.0, application/vnd.sdmx.data+json;version=2.1.0;q=0.9',
  csv: 'application/vnd.sdmx.data+csv;version=2.0.0;labels=both, application/vnd.sdmx.data+csv;version=2.1.0;labels=both;q=0.9',
}

/** Settles when each dataflow answers a question for one observation. */
export async function check(context: Sdmx): Promise<void> {
  for (const flow of flowsOf(context.settings).values()) await ask(context, flow, { limit: '1', offset: '0' })
}

/**
 * The messages of the dataflows in the order of the settings, a message a page, so that its data sets apply together. Each
 * dataflow is asked with `offset` until it has no more; the run ends with an empty page that has the checkpoint.
 */
export async function* read(context: Sdmx, _stream: 'observations', range: Range): AsyncGenerator<Page> {
  let position = positionOf(range)
  const full = pageSizeOf(pageSize, context)
  let limit = full
  let asked = full
  let alone = 0
  for (const [name, flow] of flowsOf(context.settings)) {
    if (position.at?.done[name] !== undefined) continue
    for (;;) {
      if (context.signal.aborted) return
      const reading = position.at?.flow?.name === name ? position.at.flow : null
      const answer = await ask(context, flow, questionOf(position, name, reading, limit)).catch((error: unknown) => {
        if (!isTooLarge(error) || alone === maxTooLarge) throw error
        return null
      })
      if (answer === null && limit > 1) {
        limit = Math.floor(limit / 2)
        continue
      }
      if (answer === null) {
        alone += 1
        // One observation alone: it is passed over, and what follows it is asked for again.
        const offset = reading?.offset ?? 0
        const started = reading?.started ?? before(context.now().getTime())
        position = {
          ...position,
          at: { done: position.at?.done ?? {}, flow: { name, offset: offset + 1, started, head: '', count: 0 } },
        }
        yield { records: [], tooLarge: [`${name}: observation ${offset + 1}`], next: cursorOf(position) }
        continue
      }
      alone = 0
      const { message, clock } = answer
      const started = reading?.started ?? clock
      if (message === null || message.records.length === 0 || repeated(message, reading, asked)) {
        position = { ...position, at: { done: { ...position.at?.done, [name]: started } } }
        break
      }
      const { records } = message
      const next: Reading = {
        name,
        offset: (reading?.offset ?? 0) + records.length,
        started,
        head: headOf(message),
        count: records.length,
      }
      position = { ...position, at: { done: position.at?.done ?? {}, flow: next } }
      yield { records, next: cursorOf(position) }
      asked = limit
      limit = Math.min(full, limit * 2)
    }
  }
  if (context.signal.aborted) return
  yield { records: [], next: cursorOf({ since: position.at?.done ?? {} }) }
}

/** The dataflows by a name of their own: what a cursor calls them. */
function flowsOf({ dataflows }: Settings<typeof manifest>): ReadonlyMap<string, Dataflow> {
  if (dataflows.length === 0)
    throw new ConnectorFailure('CONFIG_INVALID', 'settings.dataflows: at least one is expected')
  return new Map(
    dataflows.map((flow) => [`${flow.context}/${flow.agency}/${flow.id}/${flow.version}/${flow.key}`, flow]),
  )
}

function questionOf(position: Position, name: string, reading: Reading | null, limit: number): Record<string, string> {
  const since = position.since[name]
  const { window } = position
  return {
    ...(since === undefined ? {} : { updatedAfter: since }),
    ...(window === undefined ? {} : { 'c[TIME_PERIOD]': `ge:${window.from}+lt:${window.to}` }),
    offset: String(reading?.offset ?? 0),
    limit: String(limit),
  }
}

const headOf = (message: Message): string => JSON.stringify(message.records[0]?.['key'] ?? '')

/** A source that knows no `offset` answers the same again: all of it was had, unless it stopped at our limit. */
function repeated(message: Message, reading: Reading | null, limit: number): boolean {
  if (reading === null || headOf(message) !== reading.head || message.records.length !== reading.count) return false
  if (reading.count === limit) {
    throw new ConnectorFailure(
      'SOURCE_CHANGED',
      `dataflow ${reading.name}: offset is ignored, and the limit cuts the data off`,
    )
  }
  return true
}

/** One message, null where there are no data; `clock`: the source's clock at that time, less the overlap. */
async function ask(
  context: Sdmx,
  flow: Dataflow,
  question: Record<string, string>,
): Promise<{ message: Message | null; clock: string }> {
  const path = [flow.context, flow.agency, flow.id, flow.version, flow.key].map(encodeURIComponent).join('/')
  const url = `${context.settings.url.replace(/\/+$/, '')}/data/${path}?${new URLSearchParams(question)}`
  const answer = await context.transport.exchange(
    {
      url,
      headers: { accept: mediaTypes[flow.format] },
      expect: flow.format,
      accept: Object.keys(refusals).map(Number),
    },
    context.signal,
  )
  if (answer.status === 413 && question['limit'] !== '1') {
    throw new ConnectorFailure('SOURCE_CHANGED', `dataflow ${flow.agency}:${flow.id}: the answer is too large`, {
      status: answer.status,
      reason: 'TOO_LARGE',
    })
  }
  const refusal = refusals[answer.status]
  if (refusal !== undefined) {
    throw new ConnectorFailure(refusal[0], `dataflow ${flow.agency}:${flow.id}: ${refusal[1]}`, {
      status: answer.status,
    })
  }
  if (answer.status === 204) return { message: null, clock: clockOf(answer, null, context) }
  const id = /[*,+]/.test(flow.id) ? null : flow.id
  const message = flow.format === 'json' ? readJsonMessage(answer.json(), id) : readCsvMessage(answer.text(), id)
  return { message, clock: clockOf(answer, message.prepared, context) }
}

const refusals: Readonly<Record<number, readonly ['CONFIG_INVALID' | 'SOURCE_CHANGED', string]>> = {
  400: ['SOURCE_CHANGED', 'the service refuses the question as malformed'],
  404: ['CONFIG_INVALID', 'the service does not know settings.dataflows agency, id or version'],
  406: ['CONFIG_INVALID', 'the service does not offer settings.dataflows format'],
  413: ['CONFIG_INVALID', 'the answer is too large for the service: narrow settings.dataflows key'],
  422: ['SOURCE_CHANGED', 'the service refuses the question as without meaning'],
  501: ['SOURCE_CHANGED', 'the service does not implement the question'],
}

/** The earlier of the clocks that the source shows, and only without one the hub's own; a time without a zone shows none. */
function clockOf(answer: TransportAnswer, prepared: string | null, context: Sdmx): string {
  const zoned = prepared !== null && /(?:Z|[+-]\d{2}:?\d{2})$/.test(prepared) ? Date.parse(prepared) : Number.NaN
  const shown = [zoned, Date.parse(answer.headers['date'] ?? '')].filter((time) => !Number.isNaN(time))
  // One answer that has a time of tomorrow must not carry the next question past what happens until then.
  const latest = context.now().getTime() + skewMs
  const clock = shown.length > 0 ? Math.min(...shown, latest) : context.now().getTime()
  return before(clock)
}

/** A time of the source's clock, less the overlap. */
const before = (clock: number): string => new Date(clock - overlapSeconds * 1000).toISOString()

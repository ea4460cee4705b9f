import {
  ConnectorFailure,
  decimal,
  defineConnector,
  isoInstant,
  millisecondsOf,
  normalising,
  reader,
  reject,
} from '#connector'
import type { Context, Json, Manifest, Normalised, Page, Range, SourceRecord } from '#connector'

const title = { vi: 'Nguồn thử lỗi', en: 'Source of faults' }

/** How late a change may appear, in seconds; a later one is found by a census. */
export const latenessSeconds = 60
/** How far ahead of the hub's clock a source's time still moves the mark. */
const skewMs = 5_000

export const manifest = {
  name: 'fault-source',
  title,
  config: {
    url: { kind: 'url', title },
    key: { kind: 'secret', title },
    pageSize: { kind: 'number', default: 20, min: 1, max: 5000, title },
  },
  streams: {
    changes: {
      entity: 'Procedure',
      key: 'id',
      title,
      kind: 'change-time',
      order: { by: 'at', direction: 'asc' },
      latenessSeconds,
      identity: ['born'],
      changed: 'at',
    },
    feed: { entity: 'Procedure', key: 'id', title, kind: 'token', identity: ['born'], changed: 'at' },
    list: { entity: 'Procedure', key: 'id', title, kind: 'snapshot', identity: ['born'], changed: 'at' },
  },
} as const satisfies Manifest

type Source = Context<typeof manifest>

export const faultConnector = defineConnector(manifest, {
  check: async (context) => void (await ask(context, 'list', { limit: '1' })),
  async *read(context, stream, range) {
    if (stream === 'changes') yield* changes(context, range)
    else if (stream === 'feed') yield* feed(context, range)
    else yield* list(context, range)
  },
  normalise: { changes: normalise, feed: normalise, list: normalise },
})

/** Where a read of the changes stands: the window's beginning, the page, the newest time that is believed. */
export interface ChangesPlace {
  readonly since: number | null
  readonly token: string | null
  readonly top: number | null
  /** How often the window was begun anew because its tokens had expired. */
  readonly turn: number
}

async function* changes(context: Source, range: Range): AsyncGenerator<Page> {
  let place: ChangesPlace = { since: null, token: null, top: null, turn: 0 }
  if ('since' in range) {
    const found = JSON.parse(range.since) as { mark?: number | null } & ChangesPlace
    const { mark } = found
    place =
      mark === undefined
        ? found
        : { since: mark === null ? null : mark - latenessSeconds * 1000, token: null, top: mark, turn: 0 }
  }
  for (;;) {
    context.signal.throwIfAborted()
    const since = place.since === null ? null : String(place.since)
    const asked = { since, token: place.token, limit: String(pageOf(context)) }
    const { items, next } = await ask(context, 'changes', asked, place.token === null ? [] : [410])
    if (items === null) {
      // The page is gone with its token: the window is read again, not the whole source.
      if (place.turn >= 3)
        throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'the tokens of the pages expire again and again')
      place = { ...place, token: null, turn: place.turn + 1 }
      continue
    }
    if (next !== null && typeof next !== 'string') throw changed('next')
    const believed = items.flatMap((item) => {
      const at = timeOf(item['at'])
      return at === null || at > context.now().getTime() + skewMs ? [] : [at]
    })
    const top = believed.reduce<number | null>((most, at) => (most === null || at > most ? at : most), place.top)
    if (next === null) return yield { records: items, next: JSON.stringify({ mark: top }) }
    place = { ...place, token: next, top }
    yield { records: items, next: JSON.stringify(place) }
  }
}

async function* feed(context: Source, range: Range): AsyncGenerator<Page> {
  let after = 'since' in range ? range.since : '0'
  for (;;) {
    context.signal.throwIfAborted()
    const { items, token, more, latest } = await ask(context, 'feed', { after, limit: String(pageOf(context)) })
    if (items === null || typeof token !== 'string' || typeof more !== 'boolean' || typeof latest !== 'number') {
      throw changed('token, more and latest')
    }
    if (latest < Number(after)) {
      const message = `the feed ends at ${latest}, and ${after} was read of it`
      throw new ConnectorFailure('SOURCE_CHANGED', message, { reason: 'SOURCE_RESET' })
    }
    yield { records: items, next: token }
    if (!more) return
    after = token
  }
}

/** The list by offsets, each page with the last row of the one before: where that row is another, the rows have moved. */
async function* list(context: Source, range: Range): AsyncGenerator<Page> {
  let { offset, last, total } = { offset: 0, last: null as Json | undefined, total: null as number | null }
  if ('since' in range && range.since !== 'whole')
    ({ offset, last, total } = JSON.parse(range.since) as { offset: number; last: string | null; total: number })
  let size = pageOf(context)
  let tooLargeAtOnce = 0
  for (;;) {
    context.signal.throwIfAborted()
    const overlap = last === null ? 0 : 1
    const asked = { offset: String(offset - overlap), limit: String(size + overlap) }
    const answer = await ask(context, 'list', asked).catch((error: unknown) => {
      if ((error as { reason?: unknown }).reason !== 'TOO_LARGE') throw error
      return null
    })
    if (answer === null && size > 1) {
      size = Math.max(1, Math.floor(size / 2))
      continue
    }
    if (answer === null) {
      // Nothing of the list was seen, or it is too large again and again: that is no single record.
      if (total === null || (tooLargeAtOnce += 1) > 3) throw changed('pages within the limit')
      // Even alone it is too large: known by its place, it waits without bytes and the list goes on behind it.
      const tooLarge = [`list ${offset}`]
      offset += 1
      last = null
      const ended = total !== null && offset >= total
      yield { records: [], tooLarge, next: ended ? 'whole' : JSON.stringify({ offset, last, total }) }
      if (ended) return
      size = pageOf(context)
      continue
    }
    tooLargeAtOnce = 0
    const { items, total: all } = answer
    if (items === null || typeof all !== 'number') throw changed('total')
    const moved = (overlap === 1 && items[0]?.['id'] !== last) || (total !== null && all !== total)
    if (moved) throw new ConnectorFailure('SOURCE_UNAVAILABLE', 'the list moved while it was read')
    const rows = items.slice(overlap)
    if (rows.length === 0 && offset < all)
      throw new ConnectorFailure('SOURCE_UNAVAILABLE', `the list ends at ${offset} of ${all}`)
    offset += rows.length
    total = all
    last = rows.at(-1)?.['id'] ?? last
    if (offset >= all) return yield { records: rows, next: 'whole' }
    yield { records: rows, next: JSON.stringify({ offset, last, total }) }
  }
}

interface Answer {
  /** null where the page is gone. */
  readonly items: readonly SourceRecord[] | null
  readonly [member: string]: unknown
}

async function ask(
  context: Source,
  stream: string,
  query: Readonly<Record<string, string | null>>,
  accept: readonly number[] = [],
): Promise<Answer> {
  const url = new URL(`/${stream}`, context.settings.url)
  for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value)
  const answer = await context.transport.exchange(
    { url: url.href, headers: { 'x-api-key': context.settings.key }, accept },
    context.signal,
  )
  if (answer.status !== 200) return { items: null }
  const body = answer.json() as Record<string, unknown> | null
  if (typeof body !== 'object' || body === null || !Array.isArray(body['items'])) throw changed('items')
  return body as unknown as Answer
}

/** Rows of a page: fewer after a page has ended the process. */
const pageOf = (context: Source): number =>
  Math.max(1, Math.floor(context.settings.pageSize * (context.pageShare ?? 1)))

const changed = (what: string): ConnectorFailure =>
  new ConnectorFailure('SOURCE_CHANGED', `the source answers in another shape; expected ${what}`)

/** The source's clocks stand in Vietnam: a time without a zone is meant so. */
function timeOf(value: unknown): number | null {
  const at = typeof value === 'string' ? isoInstant(value, 'vietnam') : null
  return at === null ? null : millisecondsOf(at)
}

/** A row as a record of the store: its name bears its version, its field every figure that may be spoilt on the way. */
function normalise(record: SourceRecord): Normalised<'Procedure'> {
  return normalising(() => {
    const row = reader(record)
    if (record['gone'] === true) return { remove: row.text('id'), evidence: 'the source says that it is gone' }
    const at = row.maybeText('at')
    if (at !== null && isoInstant(at, 'vietnam') === null) reject('BAD_DATE', 'at')
    const amount = decimal(row.text('amount'), 'vietnamese') ?? reject('BAD_NUMBER', 'amount')
    const ref = row.maybeScalar('ref') ?? reject('MISSING', 'ref')
    if (!/^\d{1,30}$/.test(ref)) reject('BAD_NUMBER', 'ref')
    const kind = row.maybeText('kind')
    if (kind !== null && kind !== 'A') reject('UNKNOWN_VALUE', 'kind')
    return { code: row.text('id'), name: row.text('name'), field: `${ref} ${amount}`, agency: null, audience: null }
  })
}

import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { seededRandom } from '#connector'
import { openJournal, type Journal, type Row } from './journal.ts'

export const streamNames = ['changes', 'feed', 'list'] as const
export type StreamName = (typeof streamNames)[number]

/** How the source misbehaves on its own account, beyond what any HTTP server may do. All false: as it should. */
export interface Quirks {
  /** Called before each data page is answered, with its number in the read: the source's rows may move meanwhile. */
  between: ((stream: StreamName, page: number) => Promise<void> | void) | null
  /** Pages of half the rows that were asked for. */
  halfPages: boolean
  /** Every page is served twice under different tokens. */
  twice: boolean
  /** The rows of a window in no order, although the source claims one. */
  unsorted: boolean
  /** The token of the next page is that of this page: for ever, or with another in between. */
  circle: 'none' | 'same' | 'alternating'
  /** Tokens of pages are forgotten once: the next page that is asked for is gone. */
  expire: number
  /** The listing is empty, or a tenth of itself. */
  listing: 'whole' | 'empty' | 'tenth'
  /** Added to the times that the source claims. */
  skewMs: number
  /** Times without a zone, as they stand on the clocks of Vietnam. */
  zoneless: boolean
  /** Times in whole seconds. */
  wholeSeconds: boolean
  /** A row as it is written, where the source writes it in another way from now on. */
  written: ((row: Row, plain: Record<string, unknown>) => string | null) | null
}

const asItShould: Quirks = {
  between: null,
  halfPages: false,
  twice: false,
  unsorted: false,
  circle: 'none',
  expire: 0,
  listing: 'whole',
  skewMs: 0,
  zoneless: false,
  wholeSeconds: false,
  written: null,
}

export interface FaultSource {
  /** host:port */
  readonly host: string
  readonly journals: Readonly<Record<StreamName, Journal>>
  readonly quirks: Quirks
  /** Data pages answered so far. */
  readonly served: number
  now(): number
  advance(milliseconds: number): void
  /** Back to how it should behave. */
  behave(): void
  close(): Promise<void>
}

export const secret = 'CANARY-secret-of-the-source'

/** A source of three streams over HTTP, each with a journal of its truth: changes since a time, a feed of tokens, a whole list. */
export async function openFaultSource(seed: number, size: number, startsAt: number): Promise<FaultSource> {
  let clock = startsAt
  let served = 0
  const now = (): number => clock
  const journals = Object.fromEntries(
    streamNames.map((stream) => [stream, openJournal({ seed, stream, size, now })]),
  ) as Record<StreamName, Journal>
  const quirks: Quirks = { ...asItShould }
  const orders = new Map<string, Row[]>()

  const written = (row: Row): string => {
    if (row.written !== null) return row.written
    const at = row.at === null ? null : timeOf(row.at + quirks.skewMs)
    const plain = { id: row.id, v: row.version, at, born: row.born, name: row.name, amount: row.amount }
    const other = quirks.written?.(row, plain) ?? null
    // Written by hand: JSON.stringify would not write an integer beyond 2^53.
    return other ?? `${JSON.stringify(plain).slice(0, -1)},"ref":${row.ref}}`
  }
  const timeOf = (ms: number): string => {
    const whole = quirks.wholeSeconds ? Math.floor(ms / 1000) * 1000 : ms
    if (!quirks.zoneless) return new Date(whole).toISOString()
    return new Date(whole + 7 * 3_600_000).toISOString().slice(0, -1)
  }
  const claimed = (row: Row): number => (quirks.wholeSeconds ? Math.floor((row.at ?? 0) / 1000) * 1000 : (row.at ?? 0))

  /** Rows changed at or after a time, in order of time and id; a page goes on after the last row's place in that order. */
  const changes = (url: URL): string => {
    const since = url.searchParams.get('since')
    const from = since === null ? null : Number(since) - quirks.skewMs
    const limit = limitOf(url)
    const token = url.searchParams.get('token')
    const [turn = '', at = '', id = ''] = (token ?? '').split('~')
    const all = journals.changes
      .present()
      .filter((row) => from === null || (row.at !== null && claimed(row) >= from))
      .toSorted((a, b) => claimed(a) - claimed(b) || (a.id < b.id ? -1 : 1))
    if (quirks.unsorted) return shuffled(`${since}`, all, token, limit)
    const rest =
      token === null
        ? all
        : all.filter((row) => claimed(row) > Number(at) || (claimed(row) === Number(at) && row.id > id))
    const rows = rest.slice(0, limit)
    const last = rows.at(-1)
    const again = turn === 'again'
    const here = last === undefined ? null : `${claimed(last)}~${last.id}`
    let next: string | null = rest.length > limit ? `on~${here}` : null
    // The second time around, the page that was just served is served again before the next one.
    if (quirks.twice && token !== null && !again && last !== undefined) next = `again~${at}~${id}`
    if (quirks.circle === 'same' && token !== null) next = token
    if (quirks.circle === 'alternating' && token !== null) next = `${turn === 'on' ? 'off' : 'on'}~${at}~${id}`
    return pageOf(rows, next)
  }
  /** One order for a whole read, made when it begins. */
  const shuffled = (of: string, all: readonly Row[], token: string | null, limit: number): string => {
    const random = seededRandom('order', seed, of)
    const order = token === null ? all.toSorted(() => random() - 0.5) : (orders.get(of) ?? [])
    orders.set(of, order)
    const offset = Number((token ?? 'on~0').split('~')[1])
    return pageOf(order.slice(offset, offset + limit), offset + limit < order.length ? `on~${offset + limit}` : null)
  }
  const feed = (url: URL): string => {
    const after = Number(url.searchParams.get('after') ?? 0)
    const limit = limitOf(url)
    const rest = journals.feed.entries.filter((row) => row.seq > after && journals.feed.row(row.id)?.seq === row.seq)
    const rows = rest.slice(0, limit)
    const token = rows.at(-1)?.seq ?? after
    const items = rows.map((row) => (row.gone ? JSON.stringify({ id: row.id, gone: true }) : written(row)))
    return `{"items":[${items.join(',')}],"token":"${quirks.circle === 'none' ? token : after}","more":${rest.length > limit},"latest":${journals.feed.entries.length}}`
  }
  const list = (url: URL): string => {
    const all = journals.list.present().toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const shown = quirks.listing === 'empty' ? [] : quirks.listing === 'tenth' ? all.slice(0, all.length / 11) : all
    const offset = Number(url.searchParams.get('offset') ?? 0)
    const rows = shown.slice(offset, offset + limitOf(url))
    return `{"items":[${rows.map(written).join(',')}],"total":${shown.length},"offset":${offset}}`
  }
  const pageOf = (rows: readonly Row[], next: string | null): string =>
    `{"items":[${rows.map(written).join(',')}],"next":${JSON.stringify(next)}}`
  const limitOf = (url: URL): number => {
    const asked = Number(url.searchParams.get('limit') ?? 50)
    return quirks.halfPages ? Math.max(1, Math.floor(asked / 2)) : asked
  }

  const pages: Record<StreamName, (url: URL) => string> = { changes, feed, list }
  const numbers: Record<StreamName, number> = { changes: 0, feed: 0, list: 0 }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://source')
    const stream = streamNames.find((name) => url.pathname === `/${name}`)
    if (request.headers['x-api-key'] !== secret) return send(response, 401, '{"error":"no"}')
    if (stream === undefined) return send(response, 404, '{"error":"there is no such stream"}')
    const first = !url.searchParams.has('token') && Number(url.searchParams.get('offset') ?? 0) === 0
    numbers[stream] = first ? 0 : numbers[stream] + 1
    await quirks.between?.(stream, numbers[stream])
    if (stream === 'changes' && !first && quirks.expire > 0) {
      quirks.expire -= 1
      return send(response, 410, '{"error":"the token has expired"}')
    }
    served += 1
    send(response, 200, pages[stream](url))
  }
  const server = createServer((request, response) => {
    request.resume()
    answer(request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    journals,
    quirks,
    get served() {
      return served
    },
    now,
    advance: (milliseconds) => void (clock += milliseconds),
    behave: () => void Object.assign(quirks, asItShould),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, status: number, body: string): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length })
  response.end(bytes)
}

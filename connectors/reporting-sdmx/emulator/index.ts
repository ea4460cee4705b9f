// A provincial SDMX 3.0 service of one town, over HTTP.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '#connector'
import { csvMessage, jsonMessage } from './message.ts'
import type { CellChange } from './message.ts'
import { monthlyFlow } from './monthly.ts'
import type { Monthly, Span } from './monthly.ts'
import { yearlyFlow } from './yearly.ts'
import type { Yearly } from './yearly.ts'

const monthlyId = 'KTXH_THANG'
const yearlyId = 'KTXH_NAM'
const actions = { new: 'Merge', revised: 'Replace', withdrawn: 'Delete' } as const

interface Service {
  readonly monthly: Monthly
  readonly yearly: Yearly
  now(): Date
}
interface Question {
  readonly time: number
  readonly since: number | null
  readonly span: Span | null
  readonly offset: number
  readonly limit: number
  readonly accept: string
}

/** A provincial SDMX 3.0 REST service with a monthly dataflow in JSON, which it revises, and a yearly one in CSV. */
export default (async (options) => {
  const { town, size, now } = options
  const yearly = yearlyFlow(town)
  const yearlyCount = yearly.rows(town.foundedAt.getTime(), -Infinity).length
  const monthly = monthlyFlow(town, size > 3 * yearlyCount ? size - yearlyCount : size)
  let behaviour: Parameters<Awaited<ReturnType<Emulator>>['behave']>[0] = 'normal'

  const server = createServer((request, response) => {
    response.sendDate = false
    response.setHeader('date', now().toUTCString())
    if (behaviour !== 'normal') return misbehave(response, behaviour)
    answer({ monthly, yearly, now }, request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const flow = { context: 'dataflow', agency: 'TAYNINH', version: '1.0', key: '*' }
  return {
    settings: {
      url: `http://127.0.0.1:${port}/sdmx/v3`,
      dataflows: [
        { ...flow, id: monthlyId, format: 'json' },
        { ...flow, id: yearlyId, format: 'csv' },
      ],
    },
    hosts: [`127.0.0.1:${port}`],
    truth(stream) {
      const time = now().getTime()
      return stream === 'observations' ? [...monthly.truth(time, monthlyId), ...yearly.truth(time, yearlyId)] : []
    },
    dirt(stream) {
      const time = now().getTime()
      return stream === 'observations' ? monthly.dirt(time) + yearly.dirt(time) : 0
    },
    behave(next) {
      behaviour = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}) satisfies Emulator

/** The data of one dataflow, as SDMX 3.0 asks for it. */
function answer(service: Service, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const [, context, agency, id, , key] =
    /^\/sdmx\/v3\/data\/(\w+|\*)\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(url.pathname) ?? []
  if (context === undefined || agency !== 'TAYNINH') return send(response, 404, 'text/plain', 'not found')
  if (key !== '*') return send(response, 501, 'text/plain', 'only the key * is implemented')
  const time = service.now().getTime()
  const number = (name: string, otherwise: number): number => Number(url.searchParams.get(name) ?? otherwise)
  const [offset, limit] = [number('offset', 0), Math.min(number('limit', 500), 1000)]
  const after = url.searchParams.get('updatedAfter')
  const since = after === null ? null : Date.parse(after)
  const span = spanOf(url.searchParams.get('c[TIME_PERIOD]'))
  if (Number.isNaN(since) || Number.isNaN(offset) || Number.isNaN(limit) || span === 'unreadable') {
    return send(response, 400, 'text/plain', 'malformed question')
  }
  const accept = request.headers.accept ?? '*/*'
  const question = { time, since, span, offset, limit, accept }
  if (id === monthlyId) return sendMonthly(service, response, question)
  if (id === yearlyId) return sendYearly(service, response, question)
  send(response, 404, 'text/plain', 'not found')
}

function sendMonthly({ monthly, now }: Service, response: ServerResponse, question: Question): void {
  const { time, since, span, offset, limit, accept } = question
  if (!/data\+json|\*\/\*/.test(accept)) return send(response, 406, 'text/plain', 'only JSON')
  const changes: CellChange[] =
    since === null
      ? monthly
          .present(time, span, offset, limit)
          .map((index) => ({ cell: monthly.cellAt(index), action: 'Information' }))
      : monthly
          .changes(time, since, span)
          .slice(offset, offset + limit)
          .map(({ index, kind }) => ({ cell: monthly.cellAt(index), action: actions[kind] }))
  if (changes.length === 0) return send(response, 204)
  const message = jsonMessage(monthlyId, 'Báo cáo kinh tế - xã hội tháng', changes, now())
  send(response, 200, 'application/vnd.sdmx.data+json;version=2.0.0', JSON.stringify(message))
}

function sendYearly({ yearly }: Service, response: ServerResponse, question: Question): void {
  const { time, since, span, offset, limit, accept } = question
  if (!/data\+csv|\*\/\*/.test(accept)) return send(response, 406, 'text/plain', 'only CSV')
  const rows = yearly.rows(time, since ?? -Infinity).filter(({ year }) => span === null || within(year, span))
  const page = rows.slice(offset, offset + limit)
  if (page.length === 0) return send(response, 204)
  const text = csvMessage(yearlyId, page, accept.includes('labels=both'))
  send(response, 200, 'application/vnd.sdmx.data+csv;version=2.0.0;charset=utf-8', text)
}

function misbehave(response: ServerResponse, behaviour: string): void {
  if (behaviour === 'unauthorised') return send(response, 401, 'text/plain', 'unauthorised')
  if (behaviour === 'forbidden') return send(response, 403, 'text/plain', 'forbidden')
  if (behaviour === 'unavailable') return send(response, 503, 'text/plain', 'unavailable')
  if (behaviour === 'html')
    return send(response, 200, 'text/html', '<!DOCTYPE html><html><title>Đăng nhập</title></html>')
  if (behaviour === 'unknown-structure') return send(response, 200, 'application/json', '{"result":{"items":[]}}')
  response.setHeader('retry-after', '7')
  send(response, 429, 'text/plain', 'too many requests')
}

function send(response: ServerResponse, status: number, type?: string, body = ''): void {
  response.writeHead(status, {
    ...(type === undefined ? {} : { 'content-type': type }),
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

/** `ge:2026-01-01+lt:2026-02-01`, dates of Vietnam; null without a filter. */
function spanOf(filter: string | null): Span | null | 'unreadable' {
  if (filter === null) return null
  const match = /^ge:(\d{4}-\d{2}-\d{2})\+lt:(\d{4}-\d{2}-\d{2})$/.exec(filter)
  const [from, to] = [1, 2].map((group) => Date.parse(`${match?.[group]}T00:00:00+07:00`))
  return Number.isNaN(from) || Number.isNaN(to) ? 'unreadable' : { from: from!, to: to! }
}

function within(year: number, span: Span): boolean {
  const begins = Date.parse(`${year}-01-01T00:00:00+07:00`)
  return begins >= span.from && begins < span.to
}

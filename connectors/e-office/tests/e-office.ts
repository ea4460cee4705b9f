// What the tests of e-office share: an emulated axis, a scripted one, and edXML messages.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context, Page, Range, SourceRecord } from '#connector'
import connector from '../index.ts'
import emulator from '../emulator/index.ts'
import { contextFor } from '../../../tests/kit/conformance/context.ts'
import { smallTown } from '../../../tests/kit/world/small-town.ts'

type AxisContext = Context<typeof connector.manifest>

export type Stream = keyof typeof connector.manifest.streams

const closers: (() => Promise<void>)[] = []

/** Closes what the test opened, the last one first. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0)) await close()
}

export const founded = smallTown.foundedAt

export function contextOf(settings: Readonly<Record<string, unknown>>, now: () => Date = () => founded): AxisContext {
  const hosts = [new URL(String(settings['url'])).host]
  const context = contextFor(connector as never, { settings, hosts }, { now })
  closers.unshift(() => context.transport.close())
  return context as unknown as AxisContext
}

export async function emulated(size: number, now: () => Date = () => founded) {
  const running = await emulator({ town: smallTown, size, now })
  closers.push(() => running.close())
  return running
}

export async function pagesOf(context: AxisContext, stream: Stream, range: Range = { all: true }): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of connector.read(context, stream, range)) pages.push(page)
  return pages
}

export const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => [...records])

export const keysOf = (pages: readonly Page[]): unknown[] => recordsOf(pages).map((record) => record['key'])

interface Item {
  readonly docId: string
  readonly createdTime: string
  readonly updatedTime?: string
  /** What getEdoc answers. */
  readonly answer: unknown
}

interface Axis {
  items: Item[]
  agencies: readonly object[]
  readonly requests: string[]
  readonly acknowledged: unknown[]
  /** How many data requests are refused with 401 from now on. */
  refuse: number
  readonly settings: Readonly<Record<string, unknown>>
}

export const unit = { username: 'vt', password: 'p', applicationCode: 'HUB', systemId: 'S', secretKey: 'k' }

/** An axis with given items and answers, for one unit. */
export async function axis(items: Item[], units: readonly object[] = [unit]): Promise<Axis> {
  const served: { -readonly [M in keyof Axis]: Axis[M] } = {
    items,
    agencies: [],
    requests: [],
    acknowledged: [],
    refuse: 0,
    settings: {},
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const url = new URL(request.url!, 'http://axis')
      const body = Buffer.concat(chunks).toString()
      served.requests.push(url.pathname + url.search)
      const json = (value: unknown, status = 200): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      }
      if (url.pathname === '/v1/auth/login')
        return json({ success: true, data: { token: `t-${(JSON.parse(body) as typeof unit).username}` } })
      if (served.refuse > 0) {
        served.refuse -= 1
        return json({ success: false }, 401)
      }
      if (url.pathname === '/v1/getAgenciesList') return json({ success: true, data: served.agencies })
      if (url.pathname === '/v1/updateStatus') {
        served.acknowledged.push({ by: request.headers.authorization, ...(JSON.parse(body) as object) })
        return json({ success: true })
      }
      if (url.pathname === '/v1/getEdoc') {
        const { answer } = served.items.find(({ docId }) => docId === url.searchParams.get('docId'))!
        if (answer === 'refuse') return json({ success: false }, 401)
        if (typeof answer !== 'string') return json(answer)
        response.writeHead(200, { 'content-type': 'application/xml' }).end(answer)
        return
      }
      const day = (text: string): string => text.slice(0, 10)
      const [from, to] = [url.searchParams.get('fromDate')!, url.searchParams.get('toDate')!]
      const data = served.items
        .filter(({ createdTime }) => day(createdTime) >= from && day(createdTime) <= to)
        .map(({ answer: _answer, ...item }) => ({ updatedTime: item.createdTime, ...item }))
      json({ success: true, message: '', count: data.length, data })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  served.settings = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, units }
  return served
}

export const header = (subject = 'Về việc họp', more = ''): string =>
  `<MessageHeader><From><OrganId>H53.01</OrganId></From><To><OrganId>H53</OrganId></To>
   <Code><CodeNumber>1</CodeNumber><CodeNotation>QĐ-UBND</CodeNotation></Code><Subject>${subject}</Subject>${more}</MessageHeader>`

export const edxml = (inside = header(), after = ''): string =>
  `<?xml version="1.0"?><edXML><edXMLEnvelope><edXMLHeader>${inside}</edXMLHeader></edXMLEnvelope>${after}</edXML>`

export const item = (
  docId: string,
  answer: unknown = { success: true, data: edxml() },
  createdTime = '2026/06/10 08:00:00',
): Item => ({
  docId,
  createdTime,
  answer,
})

export const one = async (answer: unknown): Promise<SourceRecord> => {
  const { settings } = await axis([item('a', answer)])
  return recordsOf(await pagesOf(contextOf(settings), 'documents'))[0]!
}

export const outcome = (record: SourceRecord): unknown => connector.normalise.documents(record, {} as never)

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { addDays } from '#connector'
import type { Context, Page, Range, SourceRecord } from '#connector'
import connector from './index.ts'
import emulator from './emulator/index.ts'
import { windowsOf } from './cursor.ts'
import { contextFor } from '../../tests/kit/conformance/context.ts'
import { smallTown } from '../../tests/kit/small-town.ts'

type AxisContext = Context<typeof connector.manifest>
type Stream = keyof typeof connector.manifest.streams
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const founded = smallTown.foundedAt
function contextOf(settings: Readonly<Record<string, unknown>>, now: () => Date = () => founded): AxisContext {
  const hosts = [new URL(String(settings['url'])).host]
  const context = contextFor(connector as never, { settings, hosts }, { now })
  closers.unshift(() => context.transport.close())
  return context as unknown as AxisContext
}
async function emulated(size: number, now: () => Date = () => founded) {
  const running = await emulator({ town: smallTown, size, now })
  closers.push(() => running.close())
  return running
}
async function pagesOf(context: AxisContext, stream: Stream, range: Range = { all: true }): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of connector.read(context, stream, range)) pages.push(page)
  return pages
}
const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => [...records])
const keysOf = (pages: readonly Page[]): unknown[] => recordsOf(pages).map((record) => record['key'])

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
const unit = { username: 'vt', password: 'p', applicationCode: 'HUB', systemId: 'S', secretKey: 'k' }

/** An axis that holds given items and answers, for one unit. */
async function axis(items: Item[], units: readonly object[] = [unit]): Promise<Axis> {
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

const header = (subject = 'Về việc họp', more = ''): string =>
  `<MessageHeader><From><OrganId>H53.01</OrganId></From><To><OrganId>H53</OrganId></To>
   <Code><CodeNumber>1</CodeNumber><CodeNotation>QĐ-UBND</CodeNotation></Code><Subject>${subject}</Subject>${more}</MessageHeader>`
const edxml = (inside = header(), after = ''): string =>
  `<?xml version="1.0"?><edXML><edXMLEnvelope><edXMLHeader>${inside}</edXMLHeader></edXMLEnvelope>${after}</edXML>`
const item = (
  docId: string,
  answer: unknown = { success: true, data: edxml() },
  createdTime = '2026/06/10 08:00:00',
): Item => ({
  docId,
  createdTime,
  answer,
})
const one = async (answer: unknown): Promise<SourceRecord> => {
  const { settings } = await axis([item('a', answer)])
  return recordsOf(await pagesOf(contextOf(settings), 'documents'))[0]!
}
const outcome = (record: SourceRecord): unknown => connector.normalise.documents(record, {} as never)

describe('the document axis', () => {
  it('reads the emulated axis as its senders mean it', async () => {
    const later = new Date(founded.getTime() + 2 * 3_600_000)
    const running = await emulated(400, () => later)
    const context = contextOf(running.settings, () => later)
    await connector.check(context)
    for (const stream of Object.keys(connector.manifest.streams) as Stream[]) {
      const records = recordsOf(await pagesOf(context, stream))
      const made: [string, unknown][] = []
      for (const record of records) {
        const result = connector.normalise[stream](record, context.settings)
        if ('record' in result) made.push([record[connector.manifest.streams[stream].key] as string, result.record])
      }
      const truth = running.truth(stream).map(({ key, record }) => [key, record])
      expect(Object.fromEntries(made)).toEqual(Object.fromEntries(truth))
      expect(made).toHaveLength(truth.length)
      expect(records.length - made.length).toBe(running.dirt(stream))
    }
    expect(running.dirt('documents')).toBeGreaterThanOrEqual(5)
    expect(running.dirt('statuses')).toBe(1)
  })

  it('goes on from any page with exactly the pages after it, and from the last one with nothing', async () => {
    const running = await emulated(900)
    const context = contextOf(running.settings)
    const pages = await pagesOf(context, 'documents')
    expect(pages.length).toBeGreaterThan(20)
    for (const index of [0, 7, pages.length - 2]) {
      expect(await pagesOf(context, 'documents', { since: pages[index]!.next })).toEqual(pages.slice(index + 1))
    }
    expect(recordsOf(await pagesOf(context, 'documents', { since: pages.at(-1)!.next }))).toEqual([])
  })

  it('goes on inside a window whose messages need several pages', async () => {
    const { settings } = await axis(Array.from({ length: 450 }, (_, index) => item(`d${index}`)))
    const context = contextOf(settings)
    const pages = await pagesOf(context, 'documents')
    expect(pages.map(({ records }) => records.length)).toEqual([200, 200, 50])
    expect(await pagesOf(context, 'documents', { since: pages[0]!.next })).toEqual(pages.slice(1))
    expect(new Set(keysOf(pages)).size).toBe(450)
  })

  it('finds what arose since the checkpoint as the town lives on', async () => {
    let now = founded
    const running = await emulated(60, () => now)
    const context = contextOf(running.settings, () => now)
    const first = await pagesOf(context, 'documents')
    now = new Date(founded.getTime() + 10 * 60_000)
    const news = await pagesOf(context, 'documents', { since: first.at(-1)!.next })
    const keys = new Set([...keysOf(first), ...keysOf(news)])
    expect(recordsOf(news).length).toBeGreaterThanOrEqual(10)
    expect(running.truth('documents').filter(({ key }) => !keys.has(key))).toEqual([])
  })

  it('fetches a message again only when the axis says that it changed, and one that appears late in any case', async () => {
    const served = await axis([item('a'), item('b')])
    const context = contextOf(served.settings)
    const checkpoint = (await pagesOf(context, 'documents')).at(-1)!.next
    served.items = [
      item('a'),
      { ...item('b'), updatedTime: '2026/06/11 09:00:00' },
      item('late', undefined, '2026/05/02 07:00:00'),
    ]
    const before = served.requests.length
    const pages = await pagesOf(context, 'documents', { since: checkpoint })
    expect(keysOf(pages).toSorted()).toEqual(['vt|b', 'vt|late'])
    expect(served.requests.slice(before).filter((path) => path.startsWith('/v1/getEdoc'))).toHaveLength(2)
  })

  it('reads a long list of agencies in pages, a repeated one once', async () => {
    const served = await axis([])
    served.agencies = Array.from({ length: 1_101 }, (_, index) => ({
      orgcode: `H53.${index % 1_100}`,
      orgName: 'Cơ quan',
      parentCode: 'H53',
    }))
    const context = contextOf(served.settings)
    const pages = await pagesOf(context, 'agencies')
    expect(pages.map(({ records }) => records.length)).toEqual([500, 500, 100])
    expect(await pagesOf(context, 'agencies', { since: pages[0]!.next })).toEqual(pages.slice(1))
    expect(await pagesOf(context, 'agencies', { since: pages[2]!.next })).toEqual(pages)
  })

  it('asks for windows of at most a month with slashed dates, and yields a message of two windows once', async () => {
    const served = await axis([item('edge', undefined, '2026/06/01 00:00:00')])
    const pages = await pagesOf(contextOf(served.settings), 'documents', { from: '2026-05-20', to: '2026-06-15' })
    expect(served.requests.filter((path) => path.includes('fromDate'))).toEqual([
      '/v1/syncReceivedEdocList?messageType=edoc&fromDate=2026/05/20&toDate=2026/06/01',
      '/v1/syncReceivedEdocList?messageType=edoc&fromDate=2026/06/01&toDate=2026/06/15',
    ])
    expect(keysOf(pages)).toEqual(['vt|edge'])
  })

  it('starts at the end of the last whole read when the pause was longer than the look-back', async () => {
    const served = await axis([item('in-the-gap', undefined, '2026/07/05 08:00:00')])
    const checkpoint = (
      await pagesOf(contextOf(served.settings), 'documents', { from: '2026-06-01', to: '2026-07-01' })
    ).at(-1)!.next
    const later = contextOf({ ...served.settings, lookbackDays: 5 }, () => new Date('2026-08-01T08:00:00+07:00'))
    expect(keysOf(await pagesOf(later, 'documents', { since: checkpoint }))).toEqual(['vt|in-the-gap'])
  })

  it('logs in once more when the token is refused, then gives up', async () => {
    const served = await axis([item('a')])
    const logins = (): number => served.requests.filter((path) => path.includes('login')).length
    served.refuse = 1
    expect(
      keysOf(await pagesOf(contextOf(served.settings), 'documents', { from: '2026-06-01', to: '2026-07-01' })),
    ).toEqual(['vt|a'])
    expect(logins()).toBe(2)
    served.refuse = 1_000
    await expect(pagesOf(contextOf(served.settings), 'documents')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(logins()).toBe(4)
    const before = logins()
    served.refuse = 1
    served.items = [item('a'), item('refused', 'refuse')]
    await expect(pagesOf(contextOf(served.settings), 'documents')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(logins()).toBe(before + 2)
  })

  it.each([
    ['unauthorised', 'CONFIG_INVALID', undefined],
    ['forbidden', 'CONFIG_INVALID', undefined],
    ['throttled', 'SOURCE_UNAVAILABLE', 7],
    ['unavailable', 'SOURCE_UNAVAILABLE', undefined],
    ['html', 'SOURCE_CHANGED', undefined],
    ['unknown-structure', 'SOURCE_CHANGED', undefined],
  ] as const)('names who acts when the axis is %s', async (behaviour, code, retryAfterSeconds) => {
    const running = await emulated(10)
    running.behave(behaviour)
    const context = contextOf(running.settings)
    await expect(connector.check(context)).rejects.toMatchObject({ code, retryAfterSeconds })
    for (const stream of ['agencies', 'documents', 'statuses'] as const) {
      await expect(pagesOf(context, stream)).rejects.toMatchObject({ code })
    }
  })

  it('reads the wrong secret key of a unit as a wrong setting, without naming it', async () => {
    const running = await emulated(10)
    const units = (running.settings['units'] as object[]).map((account) => ({ ...account, secretKey: 'not-the-key' }))
    const failure = await connector.check(contextOf({ ...running.settings, units })).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(String(failure)).not.toContain('not-the-key')
  })

  it.each([
    [15, 'CONFIG_INVALID'],
    [20, 'SOURCE_UNAVAILABLE'],
    [99, 'SOURCE_CHANGED'],
  ])('ends the run on the error code %i', async (errorCode, code) => {
    const { settings } = await axis([item('a', { success: false, data: { errorCode } })])
    await expect(pagesOf(contextOf(settings), 'documents')).rejects.toMatchObject({ code })
  })

  it.each([10, 21, 22])('rejects the one message that the axis answers with the error code %i', async (errorCode) => {
    const { settings } = await axis([item('bad', { success: false, data: { errorCode } }), item('good')])
    const records = recordsOf(await pagesOf(contextOf(settings), 'documents'))
    expect(records.map(outcome)).toMatchObject([{ reject: 'MALFORMED' }, { record: { kind: 'NEW' } }])
  })

  it('tells the axis what was taken only where it may, each message as the unit that got it', async () => {
    const other = { ...unit, username: 'other' }
    const served = await axis([], [unit, other])
    await connector.acknowledge!(contextOf(served.settings), 'documents', ['vt|a', 'other|b'])
    expect(served.acknowledged).toEqual([])
    await connector.acknowledge!(contextOf({ ...served.settings, acknowledge: true }), 'documents', [
      'vt|a',
      'other|b',
      'gone|c',
    ])
    expect(served.acknowledged).toEqual([
      { by: 'Bearer t-vt', docId: 'a', status: 'done' },
      { by: 'Bearer t-other', docId: 'b', status: 'done' },
    ])
  })

  it('names a cursor that is not its own', async () => {
    const { settings } = await axis([])
    for (const since of ['{}', 'x', '{"known":"short"}', '{"on":"2026-01-01","known":"abc"}']) {
      await expect(pagesOf(contextOf(settings), 'documents', { since })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    }
  })
})

describe('the windows of a read', () => {
  it('cover every day, share their edges and are no longer than a month', () => {
    const day = fc.integer({ min: 0, max: 4_000 }).map((days) => addDays('2018-01-01', days))
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 1_500 }), (from, days) => {
        const to = addDays(from, days)
        const windows = windowsOf(from, to)
        expect([windows[0]!.from, windows.at(-1)!.to]).toEqual([from, to])
        for (const [index, window] of windows.entries()) {
          expect(window.to <= addDays(window.from, 31)).toBe(true)
          if (index > 0) expect(window.from).toBe(windows[index - 1]!.to)
        }
      }),
    )
  })
})

describe('one edXML', () => {
  const prefixed = edxml().replaceAll(/<(\/?)(?=[A-Za-z])/g, '<$1any:')
  it.each([
    ['as XML in data', { success: true, data: edxml() }],
    ['as base64 in data', { success: true, data: Buffer.from(edxml()).toString('base64') }],
    ['in the member edxml', { success: true, data: { edxml: edxml() } }],
    [
      'as base64 in the member edxml',
      { success: true, data: { edxml: Buffer.from(`\uFEFF${edxml()}`).toString('base64') } },
    ],
    ['as the body itself', edxml()],
    ['with another prefix', prefixed],
    ['with its root spelt otherwise', edxml().replaceAll('edXMLHeader', 'EdXMLHeader')],
  ])('is read %s', async (_how, answer) => {
    expect(outcome(await one(answer))).toMatchObject({
      record: {
        kind: 'NEW',
        about: { sender: 'H53.01', code: '1/QĐ-UBND' },
        content: { type: 'Quyết định', subject: 'Về việc họp' },
      },
    })
  })

  it('leaves of an attachment its name, type, size and digest, and nothing of its content', async () => {
    const content = Buffer.from('nội dung của tệp đính kèm'.repeat(50))
    const attached = `<AttachmentEncoded><Attachment><ContentId>x</ContentId><ContentType>text/plain</ContentType>
      <ContentTransferEncoded>${content.toString('base64').replace(/(.{76})/g, '$1\n')}</ContentTransferEncoded>
      <AttachmentName>a.txt</AttachmentName></Attachment></AttachmentEncoded>`
    const record = await one({ success: true, data: edxml(header(), attached) })
    expect(record['attachments']).toEqual([
      {
        name: 'a.txt',
        contentType: 'text/plain',
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      },
    ])
    expect(JSON.stringify(record)).not.toContain(content.toString('base64').slice(0, 40))
    const cut = await one({ success: true, data: edxml(header(), attached).slice(0, -200) })
    expect(outcome(cut)).toMatchObject({ reject: 'MALFORMED' })
    expect(cut['text']).toContain('Về việc họp')
    expect(JSON.stringify(cut)).not.toContain(content.toString('base64').slice(0, 40))
  })

  it('leaves out the contacts of persons', async () => {
    const staff =
      '<TraceHeaderList><TraceHeader><OrganId>H53.01</OrganId></TraceHeader><Bussiness><StaffInfo><Mobile>0900000001</Mobile></StaffInfo></Bussiness></TraceHeaderList>'
    expect(JSON.stringify(await one({ success: true, data: edxml(header() + staff) }))).not.toContain('0900000001')
  })

  it.each([
    ['a DOCTYPE', `<!DOCTYPE edXML [<!ENTITY x "y">]>${edxml().replace(/<\?.*?\?>/, '')}`],
    ['an entity of its own', edxml(header('&secret;'))],
    ['no closed root', edxml().slice(0, -5)],
    ['too deep a nesting', edxml(header() + '<a>'.repeat(60) + '</a>'.repeat(60))],
    ['neither header', edxml('<Other/>')],
    ['no XML at all', 'văn bản'],
  ])('is rejected by itself when it has %s', async (_what, data) => {
    expect(outcome(await one({ success: true, data }))).toMatchObject({ reject: 'MALFORMED', at: '' })
  })

  const mark = (element: string, text: string): string =>
    edxml(header('Về việc họp', `<OtherInfo><${element}>${text}</${element}></OtherInfo>`))
  it.each([
    mark('SphereOfPromulgation', 'Mật'),
    mark('x:SecurityLevel', 'TỐI MẬT'),
    mark('Confidentiality', 'Tuyệt mật'.normalize('NFD')),
    edxml(header('Về việc họp', '<Security level="Mật"/>')),
    edxml(header('Về việc họp', '<SecurityInfo><Level>Độ mật: Mật</Level></SecurityInfo>')),
    edxml(header('(Mật) Về việc họp')),
    edxml(header('[TỐI MẬT] Về việc họp')),
    edxml(header('MẬT - Về việc họp')),
    edxml(header('<![CDATA[(Tuyệt mật) Về việc họp]]>')),
    edxml(header('(Mật) Về việc họp')).slice(0, -5),
    mark('SphereOfPromulgation', 'M&#7853;t').slice(0, -5),
  ])('is refused as a state secret, with nothing kept of it: %#', async (xml) => {
    const record = await one({ success: true, data: xml })
    expect(record).toEqual({ key: 'vt|a', docId: 'a', classified: true })
    expect(outcome(record)).toEqual({ reject: 'CLASSIFIED', at: '', withoutBytes: true })
  })

  it.each([
    edxml(header('Về việc bảo mật thông tin')),
    edxml(header('Mật ong rừng: kết quả kiểm nghiệm')),
    edxml(header('Về việc nuôi ong lấy mật')),
    mark('SphereOfPromulgation', 'Mật mã dân sự'),
    mark('SecurityLevel', 'Không mật'),
    mark('SecurityLevel', 'Thường'),
  ])('is taken when its words only look like a mark: %#', async (xml) => {
    expect(outcome(await one({ success: true, data: xml }))).toHaveProperty('record')
  })
})

describe('the fixtures of the document axis', () => {
  it.each(['agencies', 'documents', 'statuses'] as const)('of %s are met', (stream) => {
    const file = new URL(`../../connectors/e-office/fixtures/${stream}.json`, import.meta.url)
    const fixture = JSON.parse(readFileSync(file, 'utf8')) as { records: SourceRecord[]; expected: unknown[] }
    expect(fixture.records.map((record) => connector.normalise[stream](record, {} as never))).toEqual(fixture.expected)
  })
})

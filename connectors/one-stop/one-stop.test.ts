import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectorFailure, TransportFailure } from '#connector'
import type { Json, Page, Range, RunningEmulator, SourceRecord, Truth } from '#connector'
import emulator from './emulator/index.ts'
import { createOrder } from './emulator/order.ts'
import connector from './index.ts'
import { contextFor } from '../../tests/kit/conformance/context.ts'
import type { ClosableTransport } from '../../tests/kit/conformance/context.ts'
import { smallTown } from '../../tests/kit/small-town.ts'

type Settings = Parameters<typeof connector.check>[0]['settings']
const founded = smallTown.foundedAt.getTime()
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** An emulator whose clock, and that of the hub, stand where the test puts them. */
async function town(size = 120, at = founded) {
  const clock = { source: at, hub: at }
  const running = await emulator({ town: smallTown, size, now: () => new Date(clock.source) })
  const settings = { ...running.settings, pageSize: 20 }
  const context = contextFor(connector, running, { now: () => new Date(clock.hub), settings })
  const asked: string[] = []
  const counting: ClosableTransport = {
    close: () => context.transport.close(),
    exchange: (request, signal) => {
      asked.push(new URL(request.url).pathname.endsWith('/token') ? 'login' : 'data')
      return context.transport.exchange(request, signal)
    },
  }
  closers.push(
    () => counting.close(),
    () => running.close(),
  )
  return {
    running,
    clock,
    asked,
    context: { ...context, settings: settings as unknown as Settings, transport: counting },
    move: (milliseconds: number) => {
      clock.source += milliseconds
      clock.hub += milliseconds
    },
  }
}
type Context = Awaited<ReturnType<typeof town>>['context']

async function pagesOf(context: Context, range: Range): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of connector.read(context, 'dossiers', range)) pages.push(page)
  return pages
}
const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => records)
const keysOf = (pages: readonly Page[]): unknown[] => recordsOf(pages).map(({ id }) => id)
const normalised = (record: SourceRecord, settings = {} as Settings) => connector.normalise.dossiers(record, settings)

/** What a hub holds that has taken in these pages one after the other. */
function taken(records: Map<string, unknown>, pages: readonly Page[]): Map<string, unknown> {
  for (const record of recordsOf(pages)) {
    const outcome = normalised(record)
    if ('record' in outcome) records.set(String(record['id']), outcome.record)
  }
  return records
}
const truthByKey = (truths: readonly Truth[]) => new Map(truths.map(({ key, record }) => [key, record]))

/** A source that answers each search by a function of its query. */
function scripted(answer: (query: URLSearchParams) => Json, at = founded): Context {
  const context = contextFor(connector, { settings: {}, hosts: [] }, { now: () => new Date(at) })
  closers.push(() => context.transport.close())
  return {
    ...context,
    settings: { url: 'http://source', tokenUrl: 'http://source/token', clientId: 'a', clientSecret: 'b', pageSize: 2 },
    transport: {
      close: () => Promise.resolve(),
      exchange: ({ url }) => {
        const { pathname, searchParams } = new URL(url)
        const said =
          pathname === '/token' ? { access_token: 't', expires_in: 300, token_type: 'Bearer' } : answer(searchParams)
        const text = JSON.stringify(said)
        return Promise.resolve({
          status: 200,
          headers: {},
          body: Buffer.from(text),
          text: () => text,
          json: () => JSON.parse(text) as unknown,
        })
      },
    },
  }
}
const row = (id: string, ago: number | null): Record<string, Json> => ({
  id,
  updatedDate: ago === null ? null : new Date(founded - ago).toISOString().replace('Z', '+0000'),
})
const paged = (rows: readonly SourceRecord[]) => (query: URLSearchParams) => {
  const [page, size] = [Number(query.get('page')), Number(query.get('size'))]
  return { content: rows.slice(page * size, (page + 1) * size), last: (page + 1) * size >= rows.length }
}
const checkpointAt = (ago: number) => JSON.stringify({ mark: new Date(founded - ago).toISOString() })

describe('reading a whole one-stop-shop', () => {
  it('gives every dossier of the town as its truth says, and rejects the dirt alone', async () => {
    for (const later of [0, 3 * day]) {
      const { running, context } = await town(300, founded + later)
      const pages = await pagesOf(context, { all: true })
      const records = taken(new Map(), pages)
      expect(records).toEqual(truthByKey(running.truth('dossiers')))
      expect(records.size).toBeGreaterThan(250)
      const rejected = recordsOf(pages)
        .map((record) => normalised(record))
        .filter((outcome) => 'reject' in outcome)
      expect(rejected).toHaveLength(running.dirt('dossiers'))
      expect(rejected.length).toBeGreaterThan(0)
      for (const outcome of rejected) {
        expect(outcome).toEqual({ reject: 'UNKNOWN_VALUE', at: 'dossierStatus.name', found: 'Chờ liên thông thuế' })
      }
      expect(new Set(keysOf(pages)).size).toBe(recordsOf(pages).length)
    }
  })

  it('goes on from the position after any page with exactly the pages after it', async () => {
    const { context } = await town(90)
    const pages = await pagesOf(context, { all: true })
    expect(pages.length).toBeGreaterThan(4)
    for (const [index, page] of pages.slice(0, -1).entries()) {
      expect(await pagesOf(context, { since: page.next })).toEqual(pages.slice(index + 1))
    }
  })

  it('meets what moved to the top meanwhile by a second look there', async () => {
    const rows = [row('a', minute), row('b', 2 * minute), row('c', hour), row('d', 2 * hour), row('e', 3 * hour)]
    const reading = connector.read(
      scripted((query) => paged(rows)(query)),
      'dossiers',
      { all: true },
    )
    const keys: unknown[] = []
    for await (const page of reading) {
      keys.push(...page.records.map(({ id }) => id))
      // `e` changes once the first page is read: it leaves the end of the list before the run comes there.
      if (rows.at(-1)?.['id'] === 'e') rows.unshift({ ...rows.pop()!, ...row('e', 0) })
    }
    expect(new Set(keys)).toEqual(new Set(['a', 'b', 'c', 'd', 'e']))
  })

  it('keeps of the untyped form only what it uses', async () => {
    const { context } = await town(60)
    const text = JSON.stringify(recordsOf(await pagesOf(context, { all: true })))
    for (const member of ['userId', 'eformId', 'gender', 'dossierTaskStatus', 'processingTime', 'procedureLevel']) {
      expect(text).not.toContain(`"${member}"`)
    }
    const answer = {
      content: [{ id: 'x', applicant: { data: { fullname: { secret: 1 }, identityDate: 'x', note: 'y' } } }],
      last: true,
    }
    expect(
      recordsOf(
        await pagesOf(
          scripted(() => answer),
          { all: true },
        ),
      ),
    ).toEqual([{ id: 'x', applicant: { data: { fullname: {} } } }])
  })
})

describe('reading what has changed', () => {
  it('keeps a hub equal to the source over any sequence of runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1000, max: 5 * hour }), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          const { running, context, move } = await town(200)
          let pages = await pagesOf(context, { all: true })
          const records = taken(new Map(), pages)
          for (const step of steps) {
            move(step)
            pages = await pagesOf(context, { since: pages.at(-1)!.next })
            taken(records, pages)
          }
          expect(records).toEqual(truthByKey(running.truth('dossiers')))
        },
      ),
      { numRuns: 8 },
    )
  })

  it('reads no further than the mark and its overlap', async () => {
    const { context, asked } = await town(400)
    const pages = await pagesOf(context, { all: true })
    asked.length = 0
    const news = await pagesOf(context, { since: pages.at(-1)!.next })
    expect(news).toHaveLength(1)
    expect(asked).toEqual(['login', 'data'])
  })

  it('finds a change that appears late behind the newest one', async () => {
    const rows = [
      row('a', 0),
      row('b', 9 * minute),
      row('c', hour),
      row('d', 2 * hour),
      row('e', 3 * hour),
      row('f', 4 * hour),
    ]
    const context = scripted((query) => paged(rows)(query))
    const checkpoint = (await pagesOf(context, { all: true })).at(-1)!.next
    rows.splice(1, 0, row('x', minute), row('y', 2 * minute), row('late', 8 * minute))
    expect(keysOf(await pagesOf(context, { since: checkpoint }))).toContain('late')
  })

  it('meets a dossier without a time of change only in a whole read, and does not end there', async () => {
    const rows = [row('a', 0), row('n', null), row('b', minute), row('c', hour), row('d', 2 * hour), row('m', null)]
    const context = scripted(paged(rows))
    expect(keysOf(await pagesOf(context, { all: true }))).toEqual(['a', 'n', 'b', 'c', 'd', 'm'])
    expect(keysOf(await pagesOf(context, { since: checkpointAt(0) }))).toEqual(['a', 'n', 'b', 'c'])
  })

  it('never carries its mark ahead of the clock', async () => {
    const rows = [row('future', -day), row('a', minute)]
    const [page] = (await pagesOf(scripted(paged(rows)), { since: checkpointAt(hour) })).slice(-1)
    expect(Date.parse((JSON.parse(page!.next) as { mark: string }).mark)).toBe(founded - minute)
    const [all] = (await pagesOf(scripted(paged([rows[0]!])), { since: checkpointAt(hour) })).slice(-1)
    expect(Date.parse((JSON.parse(all!.next) as { mark: string }).mark)).toBeLessThanOrEqual(founded + minute)
  })

  it('keeps its mark when the source has nothing dated', async () => {
    for (const rows of [[], [row('a', null)]]) {
      const pages = await pagesOf(scripted(paged(rows)), { since: checkpointAt(hour) })
      expect(JSON.parse(pages.at(-1)!.next)).toEqual({ mark: '2026-06-30T23:00:00.000+07:00' })
    }
  })

  it('reads to the end where the source breaks the order that it claims', async () => {
    const rows = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const shuffled = [row('a', 2 * hour), row('b', 0), ...rows.slice(2).map((id, index) => row(id, (index + 3) * hour))]
    const read = await pagesOf(scripted(paged(shuffled)), { since: checkpointAt(0) })
    expect(keysOf(read)).toEqual(rows)
    // A disorder within the overlap is none.
    const nearly = [row('a', minute), row('b', 0), ...shuffled.slice(2)]
    expect(keysOf(await pagesOf(scripted(paged(nearly)), { since: checkpointAt(0) }))).toEqual(['a', 'b', 'c', 'd'])
  })

  it('does not take rows that were pushed down for a broken order', async () => {
    const rows = [row('a', 0), ...Array.from({ length: 9 }, (_, index) => row(`r${index}`, (index + 1) * hour))]
    let inserted = 0
    const pages = await pagesOf(
      scripted((query) => {
        const answer = paged(rows)(query)
        while (inserted < 2) rows.unshift(row(`new${inserted++}`, -1))
        return answer
      }),
      { since: checkpointAt(3 * hour) },
    )
    expect(keysOf(pages)).toEqual(['a', 'r0', 'a', 'r0', 'r1', 'r2', 'r3', 'r4'])
  })

  it('reads a window of acceptance dates and leaves no mark behind it', async () => {
    const { running, context } = await town(300)
    const pages = await pagesOf(context, { from: '2025-03-01', to: '2025-06-01' })
    const wanted = [...truthByKey(running.truth('dossiers'))].flatMap(([key, record]) => {
      const { receivedAt, status } = record as { receivedAt: string; status: string }
      const accepted =
        !['REGISTERED', 'REFUSED'].includes(status) && receivedAt >= '2025-03-01' && receivedAt < '2025-06-01'
      return accepted ? [key] : []
    })
    const records = taken(new Map(), pages)
    expect(wanted.length).toBeGreaterThan(5)
    for (const key of wanted) expect(records.has(key)).toBe(true)
    expect(records.size).toBeLessThan(60)
    expect(JSON.parse(pages.at(-1)!.next)).toEqual({ mark: null })
    for (const [index, page] of pages.slice(0, -1).entries()) {
      expect(await pagesOf(context, { since: page.next })).toEqual(pages.slice(index + 1))
    }
  })
})

describe('the login', () => {
  it('is made again once when the source ends the token in the middle of a run', async () => {
    const { context, clock, asked } = await town(120)
    const keys: unknown[] = []
    for await (const page of connector.read(context, 'dossiers', { all: true })) {
      keys.push(...page.records.map(({ id }) => id))
      if (keys.length === 40) clock.source += 301_000
    }
    expect(new Set(keys).size).toBeGreaterThanOrEqual(120)
    expect(asked.filter((what) => what === 'login')).toHaveLength(2)
  })

  it('is made again before the token ends', async () => {
    const { context, asked, move } = await town(120)
    let pages = 0
    for await (const _page of connector.read(context, 'dossiers', { all: true })) {
      pages += 1
      move(100_000)
    }
    expect(pages).toBeGreaterThan(5)
    expect(asked.filter((what) => what === 'login').length).toBeGreaterThanOrEqual(pages / 3)
    // Not one was refused and asked again.
    expect(asked.filter((what) => what === 'data')).toHaveLength(pages)
  })

  it('ends the run with CONFIG_INVALID when a fresh token is refused too, without a third try', async () => {
    let refused = 0
    const context = scripted(() => ({ content: [], last: true }))
    const refusing: Context = {
      ...context,
      transport: {
        ...context.transport,
        exchange: (request, signal) => {
          if (request.url.endsWith('/token')) return context.transport.exchange(request, signal)
          refused += 1
          return Promise.reject(new TransportFailure('CONFIG_INVALID', 'HTTP 401', { status: 401 }))
        },
      },
    }
    await expect(pagesOf(refusing, { all: true })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(refused).toBe(2)
  })

  it('with a wrong secret is CONFIG_INVALID at once, and the message holds no secret', async () => {
    const { context, asked } = await town(30)
    const wrong = { ...context, settings: { ...context.settings, clientSecret: 'canary-secret' } }
    const failure = await connector.check(wrong).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', status: 401 })
    expect(String(failure)).toContain('clientSecret')
    expect(String(failure) + String((failure as Error).cause)).not.toContain('canary-secret')
    expect(asked).toEqual(['login'])
  })
})

describe('the token endpoint', () => {
  const logsIn = (status: number, body: Json): Context => {
    const context = scripted(() => ({ content: [], last: true }))
    const text = JSON.stringify(body)
    const exchange: Context['transport']['exchange'] = () =>
      Promise.resolve({
        status,
        headers: {},
        body: Buffer.from(text),
        text: () => text,
        json: () => JSON.parse(text) as unknown,
      })
    return { ...context, transport: { ...context.transport, exchange } }
  }
  it('that answers 400 with a code of OAuth is CONFIG_INVALID, and no other text of it is repeated', async () => {
    await expect(connector.check(logsIn(400, { error: 'invalid_client' }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('(invalid_client)') as string,
    })
    const failure = await connector.check(logsIn(400, { error: 'Secret abc!' })).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(String(failure)).not.toContain('abc')
  })
  it('that gives no bearer token is SOURCE_CHANGED', async () => {
    for (const body of [{}, null, [], { access_token: '' }, { access_token: 'x', token_type: 'mac' }]) {
      await expect(connector.check(logsIn(200, body))).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
    }
  })
})

describe('failures of a page', () => {
  it.each([
    ['unauthorised', 'CONFIG_INVALID'],
    ['forbidden', 'CONFIG_INVALID'],
    ['html', 'SOURCE_CHANGED'],
    ['unknown-structure', 'SOURCE_CHANGED'],
    ['throttled', 'SOURCE_UNAVAILABLE'],
    ['unavailable', 'SOURCE_UNAVAILABLE'],
  ] as const)('%s is %s, in check and in read', async (behaviour, code) => {
    const { running, context } = await town(30)
    await connector.check(context)
    running.behave(behaviour)
    await expect(connector.check(context)).rejects.toMatchObject({ code })
    await expect(pagesOf(context, { all: true })).rejects.toMatchObject({ code })
    running.behave('normal')
    await connector.check(context)
  })

  it('an error body, a list of other things and endless paging are SOURCE_CHANGED', async () => {
    const shapes: Json[] = [
      { error: 'x' },
      [],
      'text',
      { content: 'x', last: true },
      { content: ['x'], last: true },
      { content: [{ name: 'no id' }], last: true },
      { content: [], last: 'yes' },
      { content: [row('a', 0), row('b', 0)], last: false },
    ]
    for (const shape of shapes) {
      const failure = await pagesOf(
        scripted(() => shape),
        { all: true },
      ).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(ConnectorFailure)
      expect(failure).toMatchObject({ code: 'SOURCE_CHANGED' })
    }
  })

  it('a short page is not the end; an empty one is, also where `last` is missing', async () => {
    const rows = ['a', 'b', 'c'].map((id, index) => row(id, index * hour))
    const context = scripted((query) => ({
      content: rows.slice(Number(query.get('page')), Number(query.get('page')) + 1),
    }))
    expect(keysOf(await pagesOf(context, { all: true }))).toEqual(['a', 'b', 'c'])
  })

  it('a cursor of another hand is CONFIG_INVALID', async () => {
    const { context } = await town(30)
    for (const since of [
      '',
      'x',
      '{}',
      '[]',
      'null',
      '{"mark":"x"}',
      '{"mark":null,"page":-1}',
      '{"mark":5}',
      '{"mark":null,"top":"x"}',
      '{"mark":null,"window":{"from":1}}',
    ]) {
      await expect(pagesOf(context, { since })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
  })

  it('an abort ends the run within a page', async () => {
    // The transport is one that does not look at the signal itself.
    const context = scripted(paged(Array.from({ length: 9 }, (_, index) => row(`r${index}`, index * hour))))
    const abort = new AbortController()
    let pages = 0
    const reading = async (): Promise<void> => {
      for await (const _page of connector.read({ ...context, signal: abort.signal }, 'dossiers', { all: true })) {
        pages += 1
        abort.abort()
      }
    }
    await expect(reading()).rejects.toThrow()
    expect(pages).toBe(1)
  })
})

describe('a dossier', () => {
  const folder = new URL('./fixtures/', import.meta.url)
  const files = readdirSync(folder)
  it.each(files)('is normalised as the fixture %s says', (file) => {
    const { records, expected, settings } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as {
      records: SourceRecord[]
      expected: unknown[]
      settings?: Settings
    }
    expect(records.map((record) => normalised(record, settings))).toEqual(expected)
  })

  it('of a status that only the setting statusNames knows is taken with it and rejected without it', () => {
    const record = {
      id: 'a',
      code: 'A',
      dossierStatus: { name: [{ languageId: 228, name: 'chờ bổ sung'.normalize('NFD') }] },
    }
    const settings = {
      statusNames: { 'Chờ bổ sung': 'SUPPLEMENT_REQUIRED', 'Đang xử lý': 'ACCEPTED' },
    } as unknown as Settings
    expect(normalised(record)).toMatchObject({ reject: 'UNKNOWN_VALUE', at: 'dossierStatus.name' })
    expect(normalised(record, settings)).toMatchObject({ record: { status: 'SUPPLEMENT_REQUIRED' } })
    const ordinary = { ...record, dossierStatus: { name: 'Đang xử lý' } }
    expect(normalised(ordinary, settings)).toMatchObject({ record: { status: 'ACCEPTED' } })
    expect(normalised(ordinary)).toMatchObject({ record: { status: 'PROCESSING' } })
  })

  it.each([
    ['1960', 1960],
    [1960, 1960],
    ['0/0/1960', 1960],
    ['05/1960', 1960],
    ['31-12-1960', 1960],
    ['1960-12-31', 1960],
    ['2000-12-31T17:00:00.000Z', 2001],
    ['2000-12-31T16:59:59.999+0000', 2000],
    ['1950-12-31T17:00:00.000+0000', 1951],
    ['1951-01-01T00:00:00', 1951],
    ['1950-12-31T15:30:00.000+0000', 'AMBIGUOUS'],
    ['12/31/1960', 'BAD_DATE'],
    ['30/02/1960', 'BAD_DATE'],
    ['1960-02-30', 'BAD_DATE'],
    ['0060', 'BAD_DATE'],
    ['60', 'BAD_DATE'],
    [-312_345_678_000, 'BAD_DATE'],
    [{}, 'WRONG_TYPE'],
  ] as const)('with the birthday %j gives %j', (birthday, wanted) => {
    const outcome = normalised({
      id: 'a',
      code: 'A',
      dossierStatus: { name: 'Đang xử lý' },
      applicant: { data: { fullname: 'Lê Thị Hòa', birthday } },
    })
    if (typeof wanted === 'number') expect(outcome).toMatchObject({ record: { applicant: { birthYear: wanted } } })
    else expect(outcome).toMatchObject({ reject: wanted, at: 'applicant.data.birthday' })
  })
})

describe('the emulator, seen by a public client', () => {
  async function client(running: RunningEmulator) {
    const { url, tokenUrl, clientId, clientSecret } = running.settings as unknown as Record<string, string>
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId!,
      client_secret: clientSecret!,
    })
    const answer = await fetch(tokenUrl!, { method: 'POST', body })
    const token = (await answer.json()) as { access_token: string; expires_in: number; token_type: string }
    return {
      token,
      get: async (query: string, bearer = token.access_token) => {
        const headers = { authorization: `Bearer ${bearer}` }
        const found = await fetch(`${url}/pa/dossier/search?${query}`, { headers })
        // oxlint-disable-next-line typescript/no-explicit-any
        return { status: found.status, body: (await found.json()) as any }
      },
    }
  }

  it('gives a bearer token, refuses others, and ends it in its time', async () => {
    const { running, clock } = await town(30)
    const { token, get } = await client(running)
    expect(token).toMatchObject({ expires_in: 300, token_type: 'Bearer' })
    expect((await get('page=0')).status).toBe(200)
    expect((await get('page=0', 'forged')).status).toBe(401)
    clock.source += 300_000
    expect((await get('page=0')).status).toBe(401)
    const { tokenUrl } = running.settings as unknown as Record<string, string>
    expect((await fetch(tokenUrl!, { method: 'POST', body: new URLSearchParams({ client_id: 'x' }) })).status).toBe(401)
  })

  it('pages newest first, with totals for pages and none for slices', async () => {
    const { running } = await town(130)
    const { get } = await client(running)
    const page = (await get('page=2&size=50&spec=page&sort=updatedDate,desc')).body
    expect(page).toMatchObject({ last: true, totalPages: 3, totalElements: 130 })
    expect(page.content).toHaveLength(30)
    const slices = await Promise.all(
      [0, 1, 2].map((number) => get(`page=${number}&size=50&spec=slice&sort=updatedDate,desc`)),
    )
    expect(Object.keys(slices[0]!.body)).toEqual(['content', 'last'])
    const items = slices.flatMap(({ body }) => body.content as { id: string; updatedDate?: string }[])
    expect(new Set(items.map(({ id }) => id)).size).toBe(130)
    const dates = items.map(({ updatedDate }) => updatedDate ?? '')
    expect(dates).toEqual(dates.toSorted().toReversed())
    expect(dates).toContain('')
    expect(items.every(({ id }) => /^[0-9a-f]{24}$/.test(id))).toBe(true)
    expect((await get('page=0&size=500&spec=slice')).body.content).toHaveLength(50)
    expect((await get('page=x')).status).toBe(400)
  })

  it('filters as the service does, and keeps a filtered list up to date', async () => {
    const { running, move } = await town(300)
    const { get } = await client(running)
    const all = (await get('page=0&size=50&spec=page')).body
    const one = all.content.find((item: { code: string | null }) => item.code !== null)
    expect((await get(`code=${one.code}`)).body.content).toEqual([one])
    for (const [query, holds] of [
      [`procedure-id=${one.procedure.id}`, (item: typeof one) => item.procedure.id === one.procedure.id],
      [
        `sector-id=${one.procedure.sector.id}`,
        (item: typeof one) => item.procedure.sector.id === one.procedure.sector.id,
      ],
      [`identity-number=${one.applicant.data.identityNumber}`, (item: typeof one) => item.id === one.id],
      [`dossier-status=4,5`, (item: typeof one) => [4, 5].includes(item.dossierStatus.id)],
      [
        `task-status-id=${one.dossierTaskStatus.id}`,
        (item: typeof one) => item.dossierTaskStatus.id === one.dossierTaskStatus.id,
      ],
      [`ancestor-agency-id=${one.agency.id}`, () => true],
      ['applicant-name=hòa', (item: typeof one) => /hòa/i.test(JSON.stringify(item.applicant.data).normalize('NFC'))],
      ['appointment-from=2026-06-01T00:00:00.000Z', (item: typeof one) => item.appointmentDate >= '2026-06-01'],
      ['result-returned-to=2026-06-01T00:00:00.000Z', (item: typeof one) => item.dossierStatus.id === 10],
    ] as const) {
      const { body } = await get(`${query}&spec=page&size=50`)
      expect(body.totalElements, query).toBeGreaterThan(0)
      expect(body.totalElements, query).toBeLessThan(300)
      expect(body.content.every(holds), query).toBe(true)
    }
    const states = ['REGISTERED', 'ACCEPTED', 'PROCESSING', 'SUPPLEMENT_REQUIRED', 'PAYMENT_REQUIRED']
    let before = ''
    for (const later of [0, 6 * hour, day]) {
      move(later)
      const { get: ask } = await client(running)
      const [first, second] = await Promise.all(
        [0, 1].map((page) => ask(`dossier-status=1,2,4,5,6&size=50&page=${page}`)),
      )
      const open = [...first!.body.content, ...second!.body.content].map(({ id }: { id: string }) => id)
      const wanted = running
        .truth('dossiers')
        .filter(({ record }) => states.includes((record as { status: string }).status))
      expect(open.toSorted()).toEqual(wanted.map(({ key }) => key).toSorted())
      expect(open.join()).not.toBe(before)
      before = open.join()
    }
  })

  it('shows the same town after a restart, wherever its clock was in between', async () => {
    const later = founded + 2 * day
    const { running: lived, move } = await town(200)
    const before = lived.truth('dossiers').length
    for (let step = 0; step < 48; step += 1) {
      move(hour)
      lived.truth('dossiers')
    }
    const { running: restarted } = await town(200, later)
    expect(lived.truth('dossiers')).toEqual(restarted.truth('dossiers'))
    expect(before).toBeLessThan(lived.truth('dossiers').length)
    move(-2 * day)
    expect(lived.truth('dossiers')).toHaveLength(before)
  })

  it('shows deadlines that move, states that change and the dirt of the real service', async () => {
    const { running, move } = await town(4000)
    const before = truthByKey(running.truth('dossiers')) as Map<string, { dueAt: string | null; status: string }>
    move(hour)
    const after = truthByKey(running.truth('dossiers')) as typeof before
    const both = [...before].map(([key, one]) => [one, after.get(key)!] as const)
    expect(both.some(([one, other]) => one.dueAt !== null && other.dueAt !== null && one.dueAt < other.dueAt)).toBe(
      true,
    )
    expect(both.filter(([one, other]) => one.status !== other.status).length).toBeGreaterThan(5)
    expect(new Set([...after.values()].map(({ status }) => status)).size).toBeGreaterThanOrEqual(9)

    const { get } = await client(running)
    const pages = await Promise.all(Array.from({ length: 40 }, (_, page) => get(`page=${page * 2}&size=50&spec=slice`)))
    const items = pages.flatMap(({ body }) => body.content as SourceRecord[])
    const text = JSON.stringify(items)
    expect(text).not.toBe(text.normalize('NFC'))
    expect(text).toMatch(/"appointmentDate":"\d{4}-\d\d-\d\dT17:00:00.000\+0000"/)
    expect(text).toMatch(/"code":"\d\.\d{6}\.000\.00\.00\.H53"/)
    expect(text).toMatch(/"code":null,"nationCode":"/)
    expect(text).toMatch(/"birthday":"\d{4}"/)
    expect(text).toMatch(/"identityNumber":"0\d{8}"/)
    expect(text).toMatch(/"identityNumber":"0\d{11}"/)
    const agencies = new Map<string, Set<string>>()
    for (const { agency } of items as unknown as { agency: { id: string; code: string } }[]) {
      agencies.set(agency.id, (agencies.get(agency.id) ?? new Set()).add(agency.code))
    }
    expect([...agencies.values()].some((codes) => codes.size === 2)).toBe(true)
  })

  it('keeps its order like a plain list does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 3000 }), (moves) => {
        const order = createOrder([3, 1, 2])
        let plain = [3, 1, 2]
        for (const [touches, thing] of moves) {
          plain = plain.filter((other) => other !== thing)
          if (touches) {
            plain.push(thing)
            order.touch(thing)
          } else order.remove(thing)
        }
        expect(order.count).toBe(plain.length)
        expect(order.slice(0, 100, true)).toEqual(plain)
        expect(order.slice(2, 5)).toEqual(plain.toReversed().slice(2, 7))
      }),
      { numRuns: 30 },
    )
  })
})

describe('a registry that was set back', () => {
  const rows = (ages: readonly number[]) => ages.map((age, index) => row(`d${index}-${age}`, age))
  const registry = (ages: readonly number[]): Context => {
    const context = scripted(paged(rows(ages)))
    return { ...context, settings: { ...context.settings, pageSize: 10 } }
  }
  const after = async (ages: readonly number[]): Promise<string> =>
    (await pagesOf(registry(ages), { all: true })).at(-1)!.next

  it('stops the read before anything of it is given, also when it has nothing any more', async () => {
    const since = await after([hour, 2 * hour, 3 * hour, 30 * day])
    for (const left of [[30 * day, 31 * day], []]) {
      const read = pagesOf(registry(left), { since })
      await expect(read).rejects.toMatchObject({ code: 'SOURCE_CHANGED', reason: 'SOURCE_RESET' })
    }
  })

  it('is not seen where one or two of the newest were deleted, nor in a whole read', async () => {
    const since = await after([hour, 2 * hour, 3 * hour, 30 * day])
    expect(recordsOf(await pagesOf(registry([3 * hour, 30 * day]), { since }))).not.toEqual([])
    expect(recordsOf(await pagesOf(registry([30 * day]), { all: true }))).toHaveLength(1)
  })

  it('is not seen in the town as it lives on, whatever is mistyped in it', async () => {
    const { context, move } = await town(120)
    let { next } = (await pagesOf(context, { all: true })).at(-1)!
    for (let n = 0; n < 12; n += 1) {
      move(7 * hour)
      next = (await pagesOf(context, { since: next })).at(-1)!.next
    }
    expect(JSON.parse(next)).toMatchObject({ floor: expect.any(String) as string })
  })
})

// Reading the procedure catalogue, and what the hub makes of it.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Context, Normalised, Page, Range, RunningEmulator, Town } from '#connector'
import connector from './index.ts'
import emulator from './emulator/index.ts'
import { contextFor } from '../../tests/kit/conformance/context.ts'
import { smallTown } from '../../tests/kit/world/small-town.ts'

type Stream = keyof typeof connector.manifest.streams
type Row = Record<string, string>
const samples = join(process.env['HUB_SAMPLES'] ?? '', 'one-stop-shop')
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function emulated(size: number, town: Town = smallTown, now = town.foundedAt): Promise<RunningEmulator> {
  const running = await emulator({ town, size, now: () => now })
  closers.push(() => running.close())
  return running
}

function contextOf(settings: Readonly<Record<string, unknown>>): Context<typeof connector.manifest> {
  const hosts = [new URL(String(settings['url'])).host]
  const context = contextFor(connector as never, { settings, hosts }, { now: () => smallTown.foundedAt })
  closers.unshift(() => context.transport.close())
  return context as unknown as Context<typeof connector.manifest>
}

interface Read {
  readonly pages: readonly Page[]
  readonly failure: unknown
}
async function readAll(
  settings: Readonly<Record<string, unknown>>,
  stream: Stream,
  range: Range = { all: true },
): Promise<Read> {
  const pages: Page[] = []
  try {
    for await (const page of connector.read(contextOf(settings), stream, range)) pages.push(page)
    return { pages, failure: null }
  } catch (failure) {
    return { pages, failure }
  }
}
const recordsOf = (read: Read) => read.pages.flatMap(({ records }) => records)
const outcomes = (stream: Stream, read: Read): Normalised<'Procedure' | 'Agency'>[] =>
  recordsOf(read).map((record) => connector.normalise[stream](record, { url: '', pageSize: 500 }))

/** A gateway that holds given rows, their totals included, and hands out at most `cap` and at least `least` of them. */
async function gateway(rows: Readonly<Record<string, readonly Row[]>>, cap = 1_000, least = 1): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const params = JSON.parse(new URLSearchParams(Buffer.concat(chunks).toString()).get('params')!) as Record<
        string,
        unknown
      >
      const list = params['service'] === 'get_list_agency_service_v2' ? 'agencies' : String(params['pObjectType'])
      const size = Math.max(Math.min(Number(params['p_Page_Size'] ?? 1_000), cap), least)
      const page = Number(params['p_Page_Index'] ?? 1)
      response.setHeader('content-type', 'application/json;charset=UTF-8')
      response.end(JSON.stringify(rows[list]!.slice((page - 1) * size, page * size)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jsp/rest.jsp`
}
const row = (index: number, total: number): Row => ({
  TTHC_MA: `1.${String(index).padStart(6, '0')}`,
  TYPE: '1',
  NAME: `Thủ tục số ${index}`,
  ISNGANHDOC: '0',
  WEIGHT: String(total - index),
  TOTAL_RECORDS: String(total),
})
const rows = (count: number, total = count): Row[] => Array.from({ length: count }, (_, index) => row(index, total))

describe('the catalogue of procedures', () => {
  it('reads every list of the emulated portal as the portal means it', async () => {
    const later = new Date(smallTown.foundedAt.getTime() + 5 * 3_600_000)
    const running = await emulated(700, smallTown, later)
    for (const stream of Object.keys(connector.manifest.streams) as Stream[]) {
      const read = await readAll(running.settings, stream)
      expect(read.failure).toBeNull()
      const key = connector.manifest.streams[stream].key
      const made = new Map<string, unknown>()
      let rejected = 0
      for (const record of recordsOf(read)) {
        const outcome = connector.normalise[stream](record, { url: '', pageSize: 500 })
        if ('record' in outcome) made.set(record[key] as string, outcome.record)
        else rejected += 1
      }
      expect(rejected).toBe(running.dirt(stream))
      expect(Object.fromEntries(made)).toEqual(
        Object.fromEntries(running.truth(stream).map((one) => [one.key, one.record])),
      )
    }
  })

  it('goes on from any page with exactly the pages after it', async () => {
    const running = await emulated(300)
    const settings = { ...running.settings, pageSize: 40 }
    const whole = await readAll(settings, 'procedure-details')
    expect(whole.pages.length).toBeGreaterThan(5)
    for (const [index, page] of whole.pages.slice(0, -1).entries()) {
      expect((await readAll(settings, 'procedure-details', { since: page.next })).pages).toEqual(
        whole.pages.slice(index + 1),
      )
    }
    expect((await readAll(settings, 'procedure-details', { since: whole.pages.at(-1)!.next })).pages).toEqual(
      whole.pages,
    )
  })

  it('keeps the total and the usage count out of the records, so that one new procedure changes one record', async () => {
    const before = await readAll({ url: await gateway({ 1: rows(30) }), pageSize: 500 }, 'citizen-procedures')
    const after = await readAll({ url: await gateway({ 1: rows(31) }), pageSize: 500 }, 'citizen-procedures')
    expect(recordsOf(after).slice(0, 30)).toEqual(recordsOf(before))
  })

  it('ends by the total where the gateway hands out smaller pages than it was asked for', async () => {
    const read = await readAll({ url: await gateway({ 1: rows(250) }, 100), pageSize: 500 }, 'citizen-procedures')
    expect(read.failure).toBeNull()
    expect(read.pages.map(({ records }) => records.length)).toEqual([100, 100, 50])
  })

  it('cuts an answer that is larger than was asked for, and goes on inside it', async () => {
    const settings = { url: await gateway({ 1: rows(1_200) }, 2_000, 2_000), pageSize: 500 }
    const { pages, failure } = await readAll(settings, 'citizen-procedures')
    expect(failure).toBeNull()
    expect(pages.map(({ records }) => records.length)).toEqual([500, 500, 200])
    expect((await readAll(settings, 'citizen-procedures', { since: pages[0]!.next })).pages).toEqual(pages.slice(1))
  })

  it('lands the rows served and fails when the pages end before the total', async () => {
    const read = await readAll({ url: await gateway({ 1: rows(250, 300) }, 100), pageSize: 500 }, 'citizen-procedures')
    expect(recordsOf(read)).toHaveLength(250)
    expect(read.failure).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(/citizen-procedures.*300.*250.*50/),
    })
  })

  it('fails when a row that was served twice takes the slot of a missing one', async () => {
    const moved = [...rows(100, 200), ...rows(200).slice(99, 199)]
    const read = await readAll({ url: await gateway({ 1: moved }, 100), pageSize: 500 }, 'citizen-procedures')
    expect(new Set(recordsOf(read).map((record) => record['TTHC_MA'])).size).toBe(recordsOf(read).length)
    expect(read.failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it('rejects a row without a code by itself and lands the rest', async () => {
    const broken = rows(3).map((one, index) => (index === 1 ? { ...one, TTHC_MA: '' } : one))
    const read = await readAll({ url: await gateway({ 1: broken }), pageSize: 500 }, 'citizen-procedures')
    expect(read.failure).toBeNull()
    expect(recordsOf(read)[1]!['TTHC_MA']).toMatch(/^\?[0-9a-f]{16}$/)
    expect(outcomes('citizen-procedures', read)).toMatchObject([
      { record: {} },
      { reject: 'MISSING', at: 'TTHC_MA' },
      { record: {} },
    ])
  })

  it.each([
    ['forbidden', 'CONFIG_INVALID', undefined],
    ['throttled', 'SOURCE_UNAVAILABLE', 7],
    ['unavailable', 'SOURCE_UNAVAILABLE', undefined],
    ['html', 'SOURCE_CHANGED', undefined],
    ['unknown-structure', 'SOURCE_CHANGED', undefined],
  ] as const)('names who acts when the gateway is %s', async (behaviour, code, retryAfterSeconds) => {
    const running = await emulated(10)
    running.behave(behaviour)
    const read = await readAll(running.settings, 'citizen-procedures')
    expect(read.failure).toMatchObject({ code, retryAfterSeconds })
    await expect(connector.check(contextOf(running.settings))).rejects.toMatchObject({ code })
  })

  it('names a cursor that is not its own', async () => {
    const { failure } = await readAll({ url: 'http://127.0.0.1:9', pageSize: 500 }, 'agencies', { since: 'page 3' })
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it.each(['citizen-procedures', 'business-procedures', 'procedure-details', 'agencies'])(
    'matches the fixtures of %s',
    (stream) => {
      const file = new URL(`./fixtures/${stream}.json`, import.meta.url)
      const fixture = JSON.parse(readFileSync(file, 'utf8')) as { records: Row[]; expected: unknown[] }
      expect(
        fixture.records.map((record) => connector.normalise[stream as Stream](record, { url: '', pageSize: 500 })),
      ).toEqual(fixture.expected)
    },
  )
})

describe.skipIf(!existsSync(samples))('the captured catalogue', () => {
  const captured = (name: string): Row[] =>
    JSON.parse(readFileSync(join(samples, `portal-${name}.json`), 'utf8')) as Row[]
  const lists = () => ({
    1: captured('procedures-citizen'),
    5: captured('procedures-business'),
    agencies: captured('agencies'),
  })

  it('lands 3,000 rows of 2,395 codes and fails, naming the totals, because the capture is partial', async () => {
    const settings = { url: await gateway(lists()), pageSize: 500 }
    const citizen = await readAll(settings, 'citizen-procedures')
    const business = await readAll(settings, 'business-procedures')
    expect([recordsOf(citizen).length, recordsOf(business).length]).toEqual([1_000, 2_000])
    expect(citizen.failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringMatching(/2507.*1000/) })
    expect(business.failure).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringMatching(/2467.*2000/) })
    const sent = [...recordsOf(citizen), ...recordsOf(business)]
    const made = [...outcomes('citizen-procedures', citizen), ...outcomes('business-procedures', business)].map(
      (outcome) => ('record' in outcome ? outcome.record : null),
    )
    expect(made).not.toContain(null)
    expect(new Set(made.map((record) => record!.code)).size).toBe(2_395)
    const repaired = made.filter((record, index) => record!.name !== sent[index]!['NAME'])
    expect(repaired).toHaveLength(45)
    expect(repaired.filter((record) => record!.name !== record!.name.normalize('NFC'))).toEqual([])
    expect(made.filter((record) => record!.name.includes('\uFFFD'))).toHaveLength(12)
  })

  it('completes when the total is the rows served, and a second read yields the same records', async () => {
    const all = lists()
    const served = Object.fromEntries(
      Object.entries(all).map(([list, of]) => [list, of.map((one) => ({ ...one, TOTAL_RECORDS: String(of.length) }))]),
    )
    const settings = { url: await gateway(served), pageSize: 300 }
    for (const stream of ['citizen-procedures', 'business-procedures', 'agencies'] as const) {
      const first = await readAll(settings, stream)
      expect(first.failure).toBeNull()
      const again = await readAll(settings, stream, { since: first.pages.at(-1)!.next })
      expect(recordsOf(again)).toEqual(recordsOf(first))
    }
  })

  it('makes an agency of each of the listed ones, whatever the shape of its code', async () => {
    const read = await readAll({ url: await gateway(lists()), pageSize: 500 }, 'agencies')
    const made = outcomes('agencies', read)
    expect(made).toHaveLength(57)
    expect(made.every((outcome) => 'record' in outcome)).toBe(true)
    expect(made).toContainEqual({ record: expect.objectContaining({ code: 'H53', externalId: '369810' }) })
  })
})

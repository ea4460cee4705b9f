// Every connector reads on when a page is too large.
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type {
  Connector,
  Context,
  Emulator,
  Manifest,
  Page,
  Range,
  RunningEmulator,
  SourceRecord,
  Transport,
} from '#connector'
import { pageAfter, pageFrom, smallerPage, TransportFailure } from '#connector'
import { contextFor } from '../kit/conformance/context.ts'
import { absent, found } from '../kit/found.ts'
import { smallTown } from '../kit/world/small-town.ts'

const [oneStop, catalogue, camera, eOffice, sdmx] = await Promise.all(
  ['one-stop', 'procedure-catalogue', 'camera', 'e-office', 'reporting-sdmx'].map(found),
)
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

interface Case {
  readonly connector: Connector<Manifest>
  readonly emulator: Emulator
  readonly stream: string
  readonly size: number
  /** A text of one record's answer that is in no other one's. */
  mark(record: SourceRecord): string
  readonly alone: 'passed over' | 'ends the read'
}
const member = (name: string) => (record: SourceRecord) => String(record[name])
const cases: Readonly<Record<string, Case>> = {
  'one-stop': {
    connector: oneStop!.connector,
    emulator: oneStop!.emulator,
    stream: 'dossiers',
    size: 130,
    mark: member('id'),
    alone: 'passed over',
  },
  'procedure-catalogue': {
    connector: catalogue!.connector,
    emulator: catalogue!.emulator,
    stream: 'citizen-procedures',
    size: 60,
    mark: member('TTHC_MA'),
    alone: 'passed over',
  },
  camera: {
    connector: camera!.connector,
    emulator: camera!.emulator,
    stream: 'frigate-events',
    size: 20,
    mark: member('id'),
    alone: 'ends the read',
  },
}

/** The transport with a limit on what an answer may be. */
function limited(transport: Transport, refuses: (text: string, url: string) => boolean): Transport {
  return {
    async exchange(request, signal) {
      const answer = await transport.exchange(request, signal)
      if (!refuses(Buffer.from(answer.body).toString(), request.url)) return answer
      throw new TransportFailure('SOURCE_CHANGED', 'the answer is over the limit', { reason: 'TOO_LARGE' })
    },
  }
}

async function opened({ connector, emulator, size }: Case) {
  const running: RunningEmulator = await emulator({ town: smallTown, size, now: () => smallTown.foundedAt })
  closers.push(() => running.close())
  const base = contextFor(connector, running, { now: () => smallTown.foundedAt })
  closers.push(() => base.transport.close())
  return (refuses: (text: string, url: string) => boolean, more: Partial<Context> = {}): Context => ({
    ...base,
    transport: limited(base.transport, refuses),
    ...more,
  })
}

async function pagesOf({ connector, stream }: Case, context: Context, range: Range = { all: true }): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of connector.read(context, stream, range)) pages.push(page)
  return pages
}
const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => records)

describe.each(Object.entries(cases).filter(([id]) => absent(id).length === 0))(
  'a page of %s over the size limit',
  (_name, one) => {
    it('is asked for again in smaller pages, and nothing of it is lost or given twice', async () => {
      const open = await opened(one)
      const whole = recordsOf(
        await pagesOf(
          one,
          open(() => false),
        ),
      )
      expect(whole.length).toBeGreaterThan(20)
      const largest = Math.max(...whole.map((record) => JSON.stringify(record).length))
      const pages = await pagesOf(
        one,
        open((text) => text.length > largest * 12),
      )
      expect(recordsOf(pages)).toEqual(whole)
      expect(pages.flatMap(({ tooLarge = [] }) => tooLarge)).toEqual([])
      const from = pages[1]!
      const rest = await pagesOf(
        one,
        open((text) => text.length > largest * 12),
        { since: from.next },
      )
      expect(recordsOf(rest)).toEqual(recordsOf(pages.slice(2)))
    })

    it('that holds one record over the limit by itself gives all the others', async () => {
      const open = await opened(one)
      const whole = recordsOf(
        await pagesOf(
          one,
          open(() => false),
        ),
      )
      const fat = whole[Math.floor(whole.length / 3)]!
      const read = pagesOf(
        one,
        open((text) => text.includes(one.mark(fat))),
      )
      if (one.alone === 'ends the read') return expect(read).rejects.toMatchObject({ reason: 'TOO_LARGE' })
      const pages = await read
      expect(recordsOf(pages)).toEqual(whole.filter((record) => record !== fat))
      expect(new Set(pages.flatMap(({ tooLarge = [] }) => tooLarge)).size).toBe(1)
      return undefined
    })

    it('ends the read when the source takes no heed of how much is asked for', async () => {
      const open = await opened(one)
      const asked: string[] = []
      const context = open((text) => /^(?:\{"content"|\[)/.test(text))
      const counting: Transport = {
        exchange: (request, signal) => {
          asked.push(request.url)
          return context.transport.exchange(request, signal)
        },
      }
      await expect(pagesOf(one, { ...context, transport: counting })).rejects.toMatchObject({ reason: 'TOO_LARGE' })
      expect(asked.length).toBeLessThan(30)
    })

    it('is smaller after it has ended the process', async () => {
      const open = await opened(one)
      const whole = await pagesOf(
        one,
        open(() => false),
      )
      const halved = await pagesOf(
        one,
        open(() => false, { pageShare: 1 / 32 }),
      )
      expect(recordsOf(halved)).toEqual(recordsOf(whole))
      const largest = (pages: readonly Page[]) => Math.max(...pages.map(({ records }) => records.length))
      expect(largest(halved)).toBeLessThanOrEqual(Math.ceil(largest(whole) / 2))
    })
  },
)

it.skipIf(absent('e-office').length > 0)(
  'messages of an office: a message over the limit waits by itself, a list over it is asked for in halves',
  async () => {
    const one: Case = {
      connector: eOffice!.connector,
      emulator: eOffice!.emulator,
      stream: 'documents',
      size: 40,
      mark: member('docId'),
      alone: 'passed over',
    }
    const open = await opened(one)
    const whole = recordsOf(
      await pagesOf(
        one,
        open(() => false),
      ),
    )
    const fat = whole[5]!
    const pages = await pagesOf(
      one,
      open((text, url) =>
        url.includes('syncReceivedEdocList')
          ? text.split('"docId"').length > 4
          : url.endsWith(`=${String(fat['docId'])}`),
      ),
    )
    const records = recordsOf(pages)
    expect(records.map((record) => record['key']).toSorted()).toEqual(whole.map((record) => record['key']).toSorted())
    const stubs = records.filter((record) => record['tooLarge'] === true)
    expect(stubs).toMatchObject([{ key: fat['key'] }])
    expect(one.connector.normalise['documents']!(stubs[0]!, {} as never)).toEqual({ reject: 'TOO_LARGE', at: '' })
  },
)

it.skipIf(absent('reporting-sdmx').length > 0)(
  'observations of a service: a page over the limit comes in smaller ones, one observation over it is passed over',
  async () => {
    const one: Case = {
      connector: sdmx!.connector,
      emulator: sdmx!.emulator,
      stream: 'observations',
      size: 700,
      mark: member('key'),
      alone: 'passed over',
    }
    const open = await opened(one)
    const whole = recordsOf(
      await pagesOf(
        one,
        open(() => false),
      ),
    )
    expect(
      recordsOf(
        await pagesOf(
          one,
          open((text) => text.length > 20_000),
        ),
      ),
    ).toEqual(whole)
    const pages = await pagesOf(
      one,
      open((_text, url) => {
        const { searchParams } = new URL(url)
        const [offset, limit] = [Number(searchParams.get('offset')), Number(searchParams.get('limit'))]
        return url.includes('/data/') && offset <= 37 && 37 < offset + limit
      }),
    )
    const passed = new Set(pages.flatMap(({ tooLarge = [] }) => tooLarge))
    const keys = (records: readonly SourceRecord[]) => records.map((record) => String(record['key']))
    expect(passed.size).toBeGreaterThan(0)
    expect(whole.length - recordsOf(pages).length).toBe(passed.size)
    expect(keys(whole)).toEqual(expect.arrayContaining(keys(recordsOf(pages))))
  },
)

describe('pages by number', () => {
  const page = fc.record({ page: fc.nat(1000), size: fc.integer({ min: 1, max: 500 }) })
  it('begin at the same record when they become smaller, and behind their last one when they go on', () => {
    fc.assert(
      fc.property(page, fc.integer({ min: 1, max: 500 }), (one, full) => {
        const smaller = smallerPage(one)
        if (one.size === 1) expect(smaller).toBeNull()
        else {
          expect(smaller!.page * smaller!.size).toBe(one.page * one.size)
          expect(smaller!.size).toBeLessThan(one.size)
        }
        const next = pageAfter(one, full)
        expect(next.page * next.size).toBe((one.page + 1) * one.size)
        expect(next.size).toBeLessThanOrEqual(full)
        expect(pageFrom(one.page * one.size, full).size).toBeLessThanOrEqual(full)
      }),
    )
  })
})

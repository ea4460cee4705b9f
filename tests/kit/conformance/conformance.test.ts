import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ConnectorFailure, defineConnector, normalising, reader, reject } from '#connector'
import type { Connector, Context, Emulator, Manifest, Page, Range, SourceRecord } from '#connector'
import { conformance, rules } from './conformance.ts'
import { malformed } from './malformed.ts'
import { smallTown } from '../small-town.ts'
import { matches } from '../store.ts'
import type { Subject } from './subject.ts'

// The smallest source: agencies by pages of three, a key in a header, one record in disorder. `sound` keeps every rule;
// each test below breaks it in one place and expects that rule, and no other thing, to find it.

const key = 'invented-key-7'
const manifest = {
  name: 'agencies',
  title: { vi: 'Cơ quan', en: 'Agencies' },
  streams: { agencies: { entity: 'Agency', key: 'id', kind: 'snapshot', title: { vi: 'Cơ quan', en: 'Agencies' } } },
  config: {
    url: { kind: 'url', title: { vi: 'Địa chỉ', en: 'Address' } },
    key: { kind: 'secret', title: { vi: 'Khóa', en: 'Key' } },
  },
} as const satisfies Manifest
type Own = typeof manifest

interface Row {
  readonly id: string
  readonly name: string
}
const rowsAt = (now: Date): Row[] => {
  const count = 8 + Math.floor((now.getTime() - smallTown.foundedAt.getTime()) / 3_600_000)
  return Array.from({ length: count }, (_, at) => ({ id: `H53.${at}`, name: at === 4 ? '' : `Sở số ${at}` }))
}

const emulator: Emulator = async (options) => {
  let behaviour = 'normal'
  const server = createServer((request, response) => {
    const send = (status: number, body: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body)
    }
    if (request.headers['x-key'] !== key || behaviour === 'unauthorised') return send(401, '{}')
    if (behaviour === 'forbidden') return send(403, '{}')
    if (behaviour === 'throttled') return send(429, '{}', { 'retry-after': '7' })
    if (behaviour === 'unavailable') return send(503, '{}')
    if (behaviour === 'html') return send(200, '<html></html>', { 'content-type': 'text/html' })
    if (behaviour === 'unknown-structure') return send(200, '{"data":{"total":0}}')
    const from = Number(new URL(request.url!, 'http://x').searchParams.get('from'))
    return send(200, JSON.stringify({ rows: rowsAt(options.now()).slice(from, from + 3) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    settings: { url: `http://${host}/`, key },
    hosts: [host],
    truth: () =>
      rowsAt(options.now())
        .filter(({ name }) => name !== '')
        .map(({ id, name }) => ({
          entity: 'Agency',
          key: id,
          record: { code: id, otherCodes: [], name, parentCode: null, externalId: null },
        })),
    dirt: () => 1,
    behave: (next) => (behaviour = next),
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  }
}

async function rowsFrom({ settings, transport, signal }: Context<Own>, from: number): Promise<SourceRecord[]> {
  const answer = await transport.exchange(
    { url: `${settings.url}?from=${from}`, headers: { 'x-key': settings.key } },
    signal,
  )
  const { rows } = answer.json() as { rows?: SourceRecord[] }
  if (!Array.isArray(rows)) throw new ConnectorFailure('SOURCE_CHANGED', 'expected rows')
  return rows
}

async function* pagesFrom(context: Context<Own>, range: Range): AsyncGenerator<Page> {
  let from = 'since' in range ? Number(range.since) : 0
  for (;;) {
    const records = await rowsFrom(context, from)
    from += records.length
    yield { records, next: String(from) }
    if (records.length < 3) return
  }
}

const normalise = (record: SourceRecord): ReturnType<typeof normalising<'Agency'>> =>
  normalising<'Agency'>(() => {
    const read = reader(record)
    return { code: read.text('id'), otherCodes: [], name: read.text('name'), parentCode: null, externalId: null }
  })

const functions: Omit<Connector<Own>, 'manifest'> = {
  check: async (context) => void (await rowsFrom(context, 0)),
  read: (context, _stream, range) => pagesFrom(context, range),
  normalise: { agencies: normalise },
}

function subject(broken: Partial<Omit<Connector<Own>, 'manifest'>> = {}, more: Partial<Subject> = {}): Subject {
  return {
    name: 'agencies',
    connector: defineConnector(manifest, { ...functions, ...broken }) as unknown as Connector,
    emulator,
    fixtures: [
      {
        file: 'ordinary.json',
        stream: 'agencies',
        records: [{ id: 'H53.1', name: 'Sở' }, { id: 'H53.2' }],
        expected: [
          { record: { code: 'H53.1', otherCodes: [], name: 'Sở', parentCode: null, externalId: null } },
          { reject: 'MISSING', at: 'name' },
        ],
      },
    ],
    town: smallTown,
    ...more,
  }
}

/** A read whose every page goes through `change`. */
const reading = (
  change: (page: Page, at: number, context: Context<Own>, range: Range) => Page,
): Connector<Own>['read'] =>
  async function* (context, _stream, range) {
    let at = 0
    for await (const page of pagesFrom(context, range)) yield change(page, at++, context, range)
  }
const making = (agencies: (record: SourceRecord) => unknown): Partial<typeof functions> => ({
  normalise: { agencies: agencies as typeof normalise },
})
const swallowing = (code: string): Connector<Own>['read'] =>
  async function* (context, _stream, range) {
    try {
      yield* pagesFrom(context, range)
    } catch (error) {
      if ((error as { code?: string }).code !== code) throw error
      yield { records: [], next: '0' }
    }
  }

const verdictOf = async (id: string, tried: Subject): Promise<string> => {
  const verdict = await rules.find((rule) => rule.id === id)!.run(tried)
  return verdict.is === 'broken' ? verdict.faults.join('\n') : verdict.is
}

describe('a sound connector', () => {
  it.each(rules.map(({ id }) => id))('keeps %s', async (id) => {
    expect(await verdictOf(id, subject())).toBe('kept')
  })
})

describe('a rule finds', () => {
  it.each<[string, string, Subject, string]>([
    [
      'C01',
      'a check that looks at nothing',
      subject({ check: () => Promise.resolve() }),
      "check under 'unauthorised' gives no failure",
    ],
    [
      'C01',
      'a check that fails',
      subject({ check: () => Promise.reject(new ConnectorFailure('SOURCE_CHANGED', 'x')) }),
      'check fails against the emulator',
    ],
    [
      'C02',
      'a cursor that skips a record',
      subject({ read: reading((page) => ({ ...page, next: String(Number(page.next) + 1) })) }),
      'differs',
    ],
    [
      'C02',
      'a cursor that begins again',
      subject({ read: (context, _stream) => pagesFrom(context, { all: true }) }),
      'yields 4 pages, expected 3',
    ],
    [
      'C02',
      'a cursor that cannot be read',
      subject({
        read: reading((page, _at, _context, range) => {
          if ('since' in range) throw new ConnectorFailure('CONFIG_INVALID', 'cursor')
          return page
        }),
      }),
      'cannot go on after page 1',
    ],
    [
      'C03',
      'a normalise that throws',
      subject(making((record) => ({ record: { code: (record['id'] as string).trim() } }))),
      'normalise throws',
    ],
    [
      'C03',
      'a text that cannot be stored',
      subject(making((record) => ({ record: { name: record['name'] ?? null } }))),
      'holds a text that cannot be stored',
    ],
    ['C03', 'an outcome of no kind', subject(making(() => ({}))), 'the outcome has no kind'],
    ['C03', 'a rejection with an unknown code', subject(making(() => ({ reject: 'ODD', at: '' }))), "code is 'ODD'"],
    [
      'C03',
      'a number that is none',
      subject(making((record) => ({ record: { n: Number(record['name']) } }))),
      'is NaN',
    ],
    [
      'C03',
      'a changed prototype of all objects',
      subject(
        making((record) => {
          const { name } = record as { name?: { constructor?: { prototype?: object } } }
          const inner = typeof name === 'object' && name !== null && Object.hasOwn(name, 'constructor') ? name : null
          if (inner !== null) Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true })
          return normalise(record)
        }),
      ),
      'has changed the prototype',
    ],
    [
      'C04',
      'a normalise that writes into its record',
      subject(
        making((record) => {
          ;(record as Record<string, unknown>)['seen'] = true
          return normalise(record)
        }),
      ),
      'normalise of a frozen record throws',
    ],
    [
      'C04',
      'a normalise that counts',
      subject(making((record) => ({ record: { id: record['id'], at: counter++ } }))),
      'another outcome the second time',
    ],
    [
      'C04',
      'a normalise that asks the clock',
      subject(making(() => ({ record: { at: new Date().getFullYear() } }))),
      'the clock was asked',
    ],
    [
      'C04',
      'a normalise that asks the other clock',
      subject(making(() => ({ record: { at: Date.now() > 0 } }))),
      'the clock was asked',
    ],
    [
      'C04',
      'a normalise that draws lots',
      subject(making(() => ({ record: { at: Math.random() > 2 } }))),
      'chance was asked',
    ],
    [
      'C05',
      'a key that comes twice',
      subject({ read: reading((page) => ({ ...page, records: page.records.map((one) => ({ ...one, id: 'H53' })) })) }),
      "several records whose id is 'H53'",
    ],
    [
      'C05',
      'a key that is null',
      subject({ read: reading((page) => ({ ...page, records: page.records.map((one) => ({ ...one, id: null })) })) }),
      'whose id is null',
    ],
    [
      'C05',
      'a key that is a number',
      subject({ read: reading((page) => ({ ...page, records: page.records.map((one, at) => ({ ...one, id: at })) })) }),
      'whose id is 0',
    ],
    [
      'C06',
      'an outage taken for the end',
      subject({ read: swallowing('SOURCE_UNAVAILABLE') }),
      'under 429 gives no failure',
    ],
    [
      'C06',
      'a lost Retry-After',
      subject({
        read: async function* (context, _stream, range) {
          try {
            yield* pagesFrom(context, range)
          } catch (error) {
            throw new ConnectorFailure((error as ConnectorFailure).code, 'failed', { cause: error })
          }
        },
      }),
      'carries undefined',
    ],
    [
      'C07',
      'an unknown shape taken for the end',
      subject({ read: swallowing('SOURCE_CHANGED') }),
      "under 'unknown-structure' gives no failure",
    ],
    [
      'C08',
      'a read that goes on after the abort',
      subject({
        read: (context, _stream, range) => pagesFrom({ ...context, signal: new AbortController().signal }, range),
      }),
      'pages after the abort',
    ],
    [
      'C09',
      'a secret in an error',
      subject({
        check: (context) =>
          functions.check(context).catch((error: unknown) => {
            throw new ConnectorFailure('CONFIG_INVALID', 'refused', {
              cause: new Error(`key ${context.settings.key}`, { cause: error }),
            })
          }),
      }),
      'a secret appears in the error of check',
    ],
    [
      'C09',
      'a secret in a record',
      subject({
        read: reading((page, _at, context) => ({
          ...page,
          records: page.records.map((one) => ({ ...one, via: `?k=${context.settings.key}` })),
        })),
      }),
      'a secret appears in a record of agencies',
    ],
    [
      'C09',
      'a secret in a log line',
      subject({
        read: reading((page, _at, context) => {
          console.log('asked with', context.settings.key)
          return page
        }),
      }),
      'a secret appears in a log line',
    ],
    [
      'C10',
      'a record unlike its fixture',
      subject(making((record) => ({ record: { code: record['id'] } }))),
      'ordinary.json: record 0 gives',
    ],
    ['C10', 'a stream without a fixture', subject({}, { fixtures: [] }), 'agencies has no fixture'],
    [
      'C11',
      'a page of too many records',
      subject({
        read: reading((page) => ({ ...page, records: Array.from({ length: 501 }, () => page.records[0] ?? {}) })),
      }),
      'a page of 501 records',
    ],
    [
      'C11',
      'a page of too many bytes',
      subject({ read: reading((page) => ({ ...page, records: [{ id: 'x'.repeat(1_000_001) }] })) }),
      'bytes',
    ],
    [
      'C12',
      'a title in one language',
      subject(
        {},
        {
          connector: {
            ...(defineConnector(manifest, functions) as unknown as Connector),
            manifest: {
              ...manifest,
              config: {
                ...manifest.config,
                list: {
                  kind: 'list',
                  title: { vi: 'Danh sách', en: 'List' },
                  of: {
                    kind: 'object',
                    title: { vi: 'Một mục', en: 'Item' },
                    fields: { at: { kind: 'text', title: { vi: 'The place', en: 'The place' } } },
                  },
                },
              },
            },
          },
        },
      ),
      'field list[].at has the same title in both languages',
    ],
    [
      'K01',
      'a record that means something else',
      subject(making((record) => ({ record: { ...(normalise(record) as { record?: object }).record, name: 'Sở' } }))),
      'differs at name',
    ],
    [
      'K01',
      'a lost record',
      subject({ read: reading((page, at) => (at === 1 ? { ...page, records: page.records.slice(1) } : page)) }),
      "'H53.3' is missing",
    ],
    [
      'K01',
      'an invented record',
      subject({
        read: reading((page, at) =>
          at === 0 ? { ...page, records: [...page.records, { id: 'H99', name: 'Sở' }] } : page,
        ),
      }),
      "'H99' is none of the source's",
    ],
    [
      'K01',
      'dirt that is taken',
      subject(
        making((record) =>
          normalising<'Agency'>(() => {
            const read = reader(record)
            return {
              code: read.text('id'),
              otherCodes: [],
              name: read.maybeText('name') ?? 'không tên',
              parentCode: null,
              externalId: null,
            }
          }),
        ),
      ),
      'rejects 0 records, expected 1',
    ],
    [
      'K01',
      'a good record that is rejected',
      subject(
        making((record) => (record['id'] === 'H53.0' ? normalising(() => reject('MALFORMED', '')) : normalise(record))),
      ),
      "'H53.0' is missing",
    ],
    [
      'K02',
      'a checkpoint that finds nothing new',
      subject({
        read: async function* (context, _stream, range) {
          if ('since' in range && Number(range.since) > 8) yield { records: [], next: range.since }
          else yield* pagesFrom(context, range)
        },
      }),
      'agencies read on: ',
    ],
  ])('%s: %s', async (id, _what, tried, fault) => {
    try {
      expect(await verdictOf(id, tried)).toContain(fault)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })
})

let counter = 0

describe('the kit', () => {
  it('counts a rule that cannot be tried as broken', async () => {
    await expect(conformance('/a/folder/that/is/not/there')).rejects.toThrow()
    const failing = subject({}, { emulator: () => Promise.reject(new Error('no port')) })
    await expect(rules[0]!.run(failing)).rejects.toThrow('no port')
  })

  it('gives each rule an id of its own', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    expect(rules.map(({ id }) => id)).toEqual(expect.arrayContaining(['C01', 'C12', 'K01']))
  })

  it('makes malformed records of every member at every depth and leaves the record alone', () => {
    const record = { id: 'a', list: [{ deep: { er: 1 } }] }
    const before = JSON.stringify(record)
    const made = [...malformed(record)].map(({ what }) => what)
    expect(made).toEqual(
      expect.arrayContaining(['id dropped', 'list.0 dropped', 'list.0.deep.er as null', 'id as a lone surrogate']),
    )
    expect(JSON.stringify(record)).toBe(before)
  })

  it('applies a removal to whole segments', () => {
    expect(matches('a|b|c', 'a|*|c')).toBe(true)
    expect(matches('a|b|c', 'a|*')).toBe(false)
    expect(matches('a|bc', 'a|b*')).toBe(false)
    expect(matches('a', 'a')).toBe(true)
  })
})

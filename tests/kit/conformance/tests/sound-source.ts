// The smallest source, which keeps every rule, and ways to break it at one point.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConnectorFailure, defineConnector, normalising, reader } from '#connector'
import type { Connector, Context, Emulator, Manifest, Page, Range, SourceRecord } from '#connector'
import { rules } from '../conformance.ts'
import { smallTown } from '../../world/small-town.ts'
import type { Subject } from '../subject.ts'

// The smallest source: agencies by pages of three, a key in a header, one record in disorder. `sound` keeps every rule;
// each test breaks it at one point and expects that rule, and no other thing, to find it.

const key = 'invented-key-7'

export const manifest = {
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

export const emulator: Emulator = async (options) => {
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

export async function* pagesFrom(context: Context<Own>, range: Range): AsyncGenerator<Page> {
  let from = 'since' in range ? Number(range.since) : 0
  for (;;) {
    const records = await rowsFrom(context, from)
    from += records.length
    yield { records, next: String(from) }
    if (records.length < 3) return
  }
}

export const normalise = (record: SourceRecord): ReturnType<typeof normalising<'Agency'>> =>
  normalising<'Agency'>(() => {
    const read = reader(record)
    return { code: read.text('id'), otherCodes: [], name: read.text('name'), parentCode: null, externalId: null }
  })

export const functions: Omit<Connector<Own>, 'manifest'> = {
  check: async (context) => void (await rowsFrom(context, 0)),
  read: (context, _stream, range) => pagesFrom(context, range),
  normalise: { agencies: normalise },
}

export function subject(broken: Partial<Omit<Connector<Own>, 'manifest'>> = {}, more: Partial<Subject> = {}): Subject {
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
export const reading = (
  change: (page: Page, at: number, context: Context<Own>, range: Range) => Page,
): Connector<Own>['read'] =>
  async function* (context, _stream, range) {
    let at = 0
    for await (const page of pagesFrom(context, range)) yield change(page, at++, context, range)
  }

export const making = (agencies: (record: SourceRecord) => unknown): Partial<typeof functions> => ({
  normalise: { agencies: agencies as typeof normalise },
})

export const swallowing = (code: string): Connector<Own>['read'] =>
  async function* (context, _stream, range) {
    try {
      yield* pagesFrom(context, range)
    } catch (error) {
      if ((error as { code?: string }).code !== code) throw error
      yield { records: [], next: '0' }
    }
  }

export const verdictOf = async (id: string, tried: Subject): Promise<string> => {
  const verdict = await rules.find((rule) => rule.id === id)!.run(tried)
  return verdict.is === 'broken' ? verdict.faults.join('\n') : verdict.is
}

// What the tests of one-stop share: an emulated town, a scripted source, and reading from either.
import type { Json, Page, Range, SourceRecord, Truth } from '#connector'
import emulator from '../emulator/index.ts'
import connector from '../index.ts'
import { contextFor } from '../../../tests/kit/conformance/context.ts'
import type { ClosableTransport } from '../../../tests/kit/conformance/context.ts'
import { smallTown } from '../../../tests/kit/world/small-town.ts'

export type Settings = Parameters<typeof connector.check>[0]['settings']

export const founded = smallTown.foundedAt.getTime()

export const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]

const closers: (() => Promise<unknown>)[] = []

/** Closes what the test opened, the last one first. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0)) await close()
}

/** An emulator whose clock, and that of the hub, stand where the test puts them. */
export async function town(size = 120, at = founded) {
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

export type Context = Awaited<ReturnType<typeof town>>['context']

export async function pagesOf(context: Context, range: Range): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of connector.read(context, 'dossiers', range)) pages.push(page)
  return pages
}

export const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => records)

export const keysOf = (pages: readonly Page[]): unknown[] => recordsOf(pages).map(({ id }) => id)

export const normalised = (record: SourceRecord, settings = {} as Settings) =>
  connector.normalise.dossiers(record, settings)

/** What a hub has stored after these pages, one after the other. */
export function taken(records: Map<string, unknown>, pages: readonly Page[]): Map<string, unknown> {
  for (const record of recordsOf(pages)) {
    const outcome = normalised(record)
    if ('record' in outcome) records.set(String(record['id']), outcome.record)
  }
  return records
}

export const truthByKey = (truths: readonly Truth[]) => new Map(truths.map(({ key, record }) => [key, record]))

/** A source that answers each search by a function of its query. */
export function scripted(answer: (query: URLSearchParams) => Json, at = founded): Context {
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

export const row = (id: string, ago: number | null): Record<string, Json> => ({
  id,
  updatedDate: ago === null ? null : new Date(founded - ago).toISOString().replace('Z', '+0000'),
})

export const paged = (rows: readonly SourceRecord[]) => (query: URLSearchParams) => {
  const [page, size] = [Number(query.get('page')), Number(query.get('size'))]
  return { content: rows.slice(page * size, (page + 1) * size), last: (page + 1) * size >= rows.length }
}

export const checkpointAt = (ago: number) => JSON.stringify({ mark: new Date(founded - ago).toISOString() })

// What the tests of reporting-sdmx share: a scripted service, messages, and the figures that result.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Connector, Context, Manifest, Normalised, Page, Range, RunningEmulator, SourceRecord } from '#connector'
import connector from '../index.ts'
import { readCsvMessage } from '../csv-message.ts'
import { readJsonMessage } from '../json-message.ts'
import { contextFor } from '../../../tests/kit/conformance/context.ts'
import type { ClosableTransport } from '../../../tests/kit/conformance/context.ts'

export const general = connector as unknown as Connector<Manifest>

export const closing: (() => Promise<void>)[] = []

/** Closes what the test opened, the last one first. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close()
}

export const flow = { context: 'dataflow', agency: 'TAYNINH', id: 'EXR', version: '*', key: '*', format: 'json' }

type Ask = { path: string; query: URLSearchParams; accept: string }

type Reply = { status?: number; type?: string; body?: string; date?: string }

/** A service that answers each question as the test says, and remembers the questions. */
export async function service(reply: (ask: Ask) => Reply) {
  const asked: Ask[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const ask = { path: url.pathname, query: url.searchParams, accept: request.headers.accept ?? '' }
    asked.push(ask)
    const { status = 200, type = 'application/vnd.sdmx.data+json', body = '', date } = reply(ask)
    response.sendDate = false
    if (date !== undefined) response.setHeader('date', date)
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return { asked, running: { settings: { url: `http://${host}`, dataflows: [flow] }, hosts: [host] } }
}

export function contextOf(
  running: Pick<RunningEmulator, 'settings' | 'hosts'>,
  now: () => Date,
  settings?: object,
): Context {
  const context = contextFor(general, running, {
    now,
    ...(settings === undefined ? {} : { settings: { ...settings } }),
  })
  closing.push(() => (context.transport as ClosableTransport).close())
  return context
}

export async function pagesOf(context: Context, range: Range): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of general.read(context, 'observations', range)) pages.push(page)
  return pages
}

export const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => records)

export const normalised = (record: SourceRecord): Normalised<'Observation'> =>
  connector.normalise.observations(record, { url: '', dataflows: [] })

/** What is left after the outcomes were applied in order, as the hub does it. */
export function apply(store: Map<string, object>, records: readonly SourceRecord[]): number {
  let rejected = 0
  for (const record of records) {
    const outcome = normalised(record)
    if ('reject' in outcome) rejected++
    else if ('record' in outcome) store.set(String(record['key']), outcome.record)
    else {
      const pattern = outcome.remove.split('|')
      for (const key of store.keys()) {
        const segments = key.split('|')
        if (segments.length === pattern.length && pattern.every((one, at) => one === '*' || one === segments[at])) {
          store.delete(key)
        }
      }
    }
  }
  return rejected
}

export const now = () => new Date('2026-09-10T08:00:00+07:00')

export const structure = {
  name: 'Exchange',
  links: [{ rel: 'dataflow', urn: 'urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=X:EXR(1.0)' }],
  dimensions: {
    dataSet: [{ id: 'FREQ', keyPosition: 0, values: [{ id: 'M' }] }],
    series: [
      { id: 'REF_AREA', keyPosition: 2, values: [{ id: '25645' }, { id: '25630' }] },
      { id: 'INDICATOR', keyPosition: 1, values: [{ id: 'IIP', names: { en: 'Index', vi: 'Chi\u0309 số' } }] },
    ],
    observation: [
      { id: 'TIME_PERIOD', keyPosition: 3, values: [{ id: '2026-03' }, { id: '2026-M04' }, { id: '2026-W05' }] },
    ],
  },
  attributes: {
    dataSet: [{ id: 'UNIT_MULT', values: [{ id: '9' }] }],
    dimensionGroup: [{ id: 'UNIT_MEASURE', values: [{ id: 'VND' }, { id: 'PT' }] }],
    series: [],
    observation: [{ id: 'OBS_STATUS', values: [{ id: 'A' }, { id: 'P' }] }],
  },
}

export const message = (...dataSets: object[]): object => ({ data: { dataSets, structures: [structure] } })

export const outcomes = (body: object) =>
  readJsonMessage(body, 'EXR').records.map((record) => [record['key'], normalised(record)])

export const header =
  'STRUCTURE,STRUCTURE_ID,ACTION,FREQ,INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,UNIT_MULT,OBS_STATUS'

export const csv = (text: string) =>
  readCsvMessage(text, null).records.map((record) => [record['key'], normalised(record)] as const)

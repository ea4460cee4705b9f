import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Connector, Context, Manifest, Normalised, Page, Range, RunningEmulator, SourceRecord } from '#connector'
import connector from './index.ts'
import emulate from './emulator/index.ts'
import { readCsvMessage } from './csv-message.ts'
import { readJsonMessage } from './json-message.ts'
import { period } from './period.ts'
import { contextFor } from '../../tests/kit/conformance/context.ts'
import type { ClosableTransport } from '../../tests/kit/conformance/context.ts'
import { smallTown } from '../../tests/kit/small-town.ts'

const general = connector as unknown as Connector<Manifest>
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const flow = { context: 'dataflow', agency: 'TAYNINH', id: 'EXR', version: '*', key: '*', format: 'json' }

type Ask = { path: string; query: URLSearchParams; accept: string }
type Reply = { status?: number; type?: string; body?: string; date?: string }

/** A service that answers each question as the test says, and remembers the questions. */
async function service(reply: (ask: Ask) => Reply) {
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

function contextOf(running: Pick<RunningEmulator, 'settings' | 'hosts'>, now: () => Date, settings?: object): Context {
  const context = contextFor(general, running, {
    now,
    ...(settings === undefined ? {} : { settings: { ...settings } }),
  })
  closing.push(() => (context.transport as ClosableTransport).close())
  return context
}

async function pagesOf(context: Context, range: Range): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of general.read(context, 'observations', range)) pages.push(page)
  return pages
}
const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => records)
const normalised = (record: SourceRecord): Normalised<'Observation'> =>
  connector.normalise.observations(record, { url: '', dataflows: [] })

/** What is left after the outcomes were applied in order, as the hub does it. */
function apply(store: Map<string, object>, records: readonly SourceRecord[]): number {
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

const now = () => new Date('2026-09-10T08:00:00+07:00')

describe('a provincial service', () => {
  it('is read whole into exactly what it holds, and its dirt alone is rejected', async () => {
    const emulator = await emulate({ town: smallTown, size: 9000, now })
    closing.push(() => emulator.close())
    const pages = await pagesOf(contextOf(emulator, now), { all: true })
    expect(Math.max(...pages.map(({ records }) => records.length))).toBeLessThanOrEqual(500)
    const keys = recordsOf(pages).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    const store = new Map<string, object>()
    expect(apply(store, recordsOf(pages))).toBe(emulator.dirt('observations'))
    expect(emulator.dirt('observations')).toBeGreaterThanOrEqual(3)
    expect(store).toEqual(new Map(emulator.truth('observations').map(({ key, record }) => [key, record])))
    expect(store.size).toBeGreaterThan(9000)
  })

  it('is followed by changes: revised, new and withdrawn observations arrive after the checkpoint', async () => {
    let clock = now()
    const emulator = await emulate({ town: smallTown, size: 2000, now: () => clock })
    closing.push(() => emulator.close())
    const context = contextOf(emulator, () => clock)
    const first = await pagesOf(context, { all: true })
    const store = new Map<string, object>()
    apply(store, recordsOf(first))
    clock = new Date('2026-09-12T20:30:00+07:00')
    const later = await pagesOf(context, { since: first.at(-1)!.next })
    expect(recordsOf(later).some((record) => record['remove'] === true)).toBe(true)
    expect(recordsOf(later).length).toBeLessThan(1500)
    apply(store, recordsOf(later))
    expect(store).toEqual(new Map(emulator.truth('observations').map(({ key, record }) => [key, record])))
  })

  it('is read on from any page to exactly the remaining pages', async () => {
    const emulator = await emulate({ town: smallTown, size: 1500, now })
    closing.push(() => emulator.close())
    const context = contextOf(emulator, now)
    const whole = await pagesOf(context, { all: true })
    expect(whole.length).toBeGreaterThan(4)
    for (const [index, page] of whole.slice(0, -1).entries()) {
      expect(await pagesOf(context, { since: page.next })).toEqual(whole.slice(index + 1))
    }
  })

  it('gives a window of dates by the beginnings of its periods', async () => {
    const emulator = await emulate({ town: smallTown, size: 2000, now })
    closing.push(() => emulator.close())
    const pages = await pagesOf(contextOf(emulator, now), { from: '2025-12-15', to: '2026-02-01' })
    const periods = new Set(recordsOf(pages).map((record) => String(record['key']).split('|').at(-1)))
    expect(periods).toEqual(new Set(['2026', '2026-M01'].filter((code) => code === '2026-M01')))
  })
})

const structure = {
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
const message = (...dataSets: object[]): object => ({ data: { dataSets, structures: [structure] } })
const outcomes = (body: object) =>
  readJsonMessage(body, 'EXR').records.map((record) => [record['key'], normalised(record)])

describe('an SDMX-JSON message', () => {
  it('is read by positions over data set, series and observation, with attributes of every level', () => {
    const [only] = readJsonMessage(
      message({
        attributes: [0],
        dimensionGroupAttributes: { '1:0:': [1], '0::': [0] },
        series: { '1:0': { observations: { '0': [12.5, 1] } } },
      }),
      'EXR',
    ).records
    expect(only!['key']).toBe('EXR|M|IIP|25630|2026-M03')
    expect(normalised(only!)).toEqual({
      record: {
        indicator: { code: 'IIP', name: 'Chỉ số', unit: 'PT' },
        areaCode: '25630',
        areaName: null,
        dimensions: [{ name: 'FREQ', value: 'M' }],
        period: { code: '2026-M03', from: '2026-03-01', to: '2026-03-31' },
        value: '12.5',
        unit: 'PT',
        multiplier: 9,
        status: 'P',
        report: null,
      },
    })
  })

  it('applies its data sets in their order, with a wildcard where a deletion leaves a dimension open', () => {
    const store = new Map<string, object>([['EXR|M|IIP|25630|2026-M04', {}]])
    const { records } = readJsonMessage(
      message(
        { action: 'Replace', series: { '0:0': { observations: { '0': [1], '1': [2] } } } },
        { action: 'Delete', series: { ':0': { observations: { '1': [] } } } },
        { action: 'Merge', observations: { '0:0:1': [3] } },
      ),
      'EXR',
    )
    expect(records.map((record) => record['key'])).toContain('EXR|M|IIP|*|2026-M04')
    expect(apply(store, records)).toBe(0)
    expect([...store].map(([key, record]) => [key, (record as { value: string }).value])).toEqual([
      ['EXR|M|IIP|25645|2026-M03', '1'],
      ['EXR|M|IIP|25645|2026-M04', '3'],
    ])
  })

  it('holds series and flat observations in one data set', () => {
    const body = message({ series: { '0:0': { observations: { '0': [1] } } }, observations: { '1:0:0': [2] } })
    expect(outcomes(body).map(([key]) => key)).toEqual(['EXR|M|IIP|25645|2026-M03', 'EXR|M|IIP|25630|2026-M03'])
  })

  it('deletes a whole series, and everything where a deletion names nothing', () => {
    expect(outcomes(message({ action: 'Delete', series: { '0:0': {} } }))[0]![1]).toMatchObject({
      remove: 'EXR|M|IIP|25645|*',
    })
    expect(outcomes(message({ action: 'Delete' }))[0]![1]).toMatchObject({ remove: 'EXR|M|*|*|*' })
  })

  it.each([
    [
      'a position that leads nowhere',
      { series: { '7:0': { observations: { '0': [1] } } } },
      'MALFORMED',
      'dimensions.REF_AREA',
    ],
    ['a key of the wrong length', { series: { '0': { observations: { '0': [1] } } } }, 'MALFORMED', 'key'],
    [
      'an attribute position that leads nowhere',
      { observations: { '0:0:0': [1, 9] } },
      'MALFORMED',
      'attributes.OBS_STATUS',
    ],
    ['an observation that is no list', { observations: { '0:0:0': 5 } }, 'MALFORMED', 'key'],
    ['a value that is no number', { observations: { '0:0:0': ['n.a.'] } }, 'BAD_NUMBER', 'value'],
    ['a period without a code', { observations: { '0:0:2': [1] } }, 'BAD_DATE', 'dimensions[3].value'],
    ['an unknown action', { action: 'Upsert', observations: { '0:0:0': [1] } }, 'UNKNOWN_VALUE', 'action'],
    ['a merge that names no value', { action: 'Merge', observations: { '0:0:0': [null] } }, 'AMBIGUOUS', 'value'],
    [
      'a deletion of attributes alone',
      { action: 'Delete', observations: { '0:0:0': [null, 0] } },
      'AMBIGUOUS',
      'value',
    ],
  ])('rejects %s alone', (_title, dataSet, code, at) => {
    const found = outcomes(message(dataSet, { observations: { '1:0:1': [8] } }))
    expect(found).toHaveLength(2)
    expect(found[0]![1]).toMatchObject({ reject: code, at })
    expect(found[1]![1]).toHaveProperty('record.value', '8')
  })

  it.each([
    ['no data sets', {}],
    ['errors', { errors: [{ code: 500 }], data: { dataSets: [], structures: [structure] } }],
    ['no structure block', { data: { dataSets: [{ observations: { '0': [1] } }] } }],
    ['another shape', { result: [] }],
  ])('is SOURCE_CHANGED with %s', (_title, body) => {
    expect(() => readJsonMessage(body, 'EXR')).toThrow(expect.objectContaining({ code: 'SOURCE_CHANGED' }))
  })

  it('keeps a number exact that no float can hold', async () => {
    const body = JSON.stringify(message({ observations: { '0:0:0': [0] } })).replace('[0]}', '[1234567890123456.78]}')
    const { running } = await service(({ query }) => (query.get('offset') === '0' ? { body } : { status: 204 }))
    const [record] = recordsOf(await pagesOf(contextOf(running, now), { all: true }))
    expect(normalised(record!)).toHaveProperty('record.value', '1234567890123456.78')
  })
})

const header =
  'STRUCTURE,STRUCTURE_ID,ACTION,FREQ,INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,UNIT_MULT,OBS_STATUS'
const csv = (text: string) =>
  readCsvMessage(text, null).records.map((record) => [record['key'], normalised(record)] as const)

describe('an SDMX-CSV message', () => {
  it('is read with labels, a byte order mark, semicolons and decimal commas', () => {
    const text =
      '\uFEFFSTRUCTURE[,];STRUCTURE_ID;ACTION;SERIES_KEY;FREQ: Freq;INDICATOR:Ind;REF_AREA;TIME_PERIOD;OBS_VALUE;UNIT_MEASURE;UNIT_MULT;TITLE[]\r\n' +
      'dataflow;X:KTXH(1.0): Báo cáo;I;M.IIP.25645;M: Monthly;IIP: Chỉ số;25645: Hòa Thành;2026-Q1;1.234,50;VND: Đồng;9;a,b\r\n'
    const [[key, outcome]] = csv(text) as [readonly [unknown, unknown]]
    expect(key).toBe('KTXH|M|IIP|25645|2026-Q1')
    expect(outcome).toHaveProperty('record', {
      indicator: { code: 'IIP', name: 'Chỉ số', unit: 'VND' },
      areaCode: '25645',
      areaName: null,
      dimensions: [{ name: 'FREQ', value: 'M' }],
      period: { code: '2026-Q1', from: '2026-01-01', to: '2026-03-31' },
      value: '1234.50',
      unit: 'VND',
      multiplier: 9,
      status: null,
      report: null,
    })
  })

  it('applies rows of different actions in their order', () => {
    const rows = ['A,1', 'M,2', 'R,3'].map((one, at) => {
      const [action, value] = one.split(',')
      return `dataflow,X:F(1.0),${action},M,IIP,2564${at},2026-03,${value},VND,9,A`
    })
    const text = [
      header,
      ...rows,
      'dataflow,X:F(1.0),D,M,IIP,,2026-M03,,,,',
      'dataflow,X:F(1.0),I,M,IIP,25645,2026-03,NaN,#N/A,~,M',
    ].join('\n')
    const store = new Map<string, object>()
    expect(apply(store, readCsvMessage(text, null).records)).toBe(0)
    expect([...store.values()]).toEqual([
      expect.objectContaining({ value: null, unit: null, multiplier: null, status: 'M' }),
    ])
  })

  it('takes a dash in a deletion for the value to delete, and rejects a deletion of attributes alone', () => {
    const text = `${header}\ndataflow,X:F(1.0),D,M,IIP,25645,2026,-,,,\ndataflow,X:F(1.0),D,M,IIP,25645,2026,,,,-`
    expect(csv(text).map(([, outcome]) => outcome)).toEqual([
      expect.objectContaining({ remove: 'F|M|IIP|25645|2026' }),
      expect.objectContaining({ reject: 'AMBIGUOUS', at: 'value' }),
    ])
  })

  it('leaves a switched-off dimension out, and falls back to the dataflow as indicator', () => {
    const text =
      'STRUCTURE\tSTRUCTURE_ID\tSEX\tREF_AREA\tTIME_PERIOD\tOBS_VALUE\ndataflow\tX:F(1.0)\t~\t~\t2026-S2\t-0.50'
    expect(csv(text)[0]![1]).toMatchObject({
      record: {
        indicator: { code: 'F' },
        areaCode: null,
        dimensions: [],
        value: '-0.50',
        period: { to: '2026-12-31' },
      },
    })
  })

  it('rejects a bad row alone: a missing dimension, a comma in a comma-separated file, an unknown action', () => {
    const text = [
      header,
      'dataflow,X:F(1.0),I,M,IIP,,2026,1,,,',
      'dataflow,X:F(1.0),I,M,IIP,25645,2026,"1,5",,,',
      'dataflow,X:F(1.0),Z,M,IIP,25645,2025,1,,,',
      'dataflow,X:F(1.0),I,M,IIP,25645,2024,1,,x,',
      'dataflow,X:F(1.0),I,M,IIP,25645,2023,1,,,',
    ].join('\n')
    expect(csv(text).map(([, outcome]) => ('reject' in outcome ? `${outcome.reject} ${outcome.at}` : 'taken'))).toEqual(
      [
        'MISSING dimensions.REF_AREA',
        'BAD_NUMBER value',
        'UNKNOWN_VALUE action',
        'BAD_NUMBER attributes.UNIT_MULT',
        'taken',
      ],
    )
  })

  it('is SOURCE_CHANGED without its header, and empty where a row names the structure alone', () => {
    expect(() => readCsvMessage('a,b\n1,2', null)).toThrow(expect.objectContaining({ code: 'SOURCE_CHANGED' }))
    expect(() => readCsvMessage(`${header}\n1,2`, null)).toThrow(expect.objectContaining({ code: 'SOURCE_CHANGED' }))
    expect(csv(`${header}\ndataflow,X:F(1.0),R,,,,,,,,`)).toEqual([])
  })
})

describe('one message in three shapes', () => {
  const cell = fc.record({
    area: fc.integer({ min: 0, max: 3 }),
    time: fc.integer({ min: 0, max: 3 }),
    value: fc.option(fc.integer({ min: -99_999, max: 99_999 })),
    status: fc.integer({ min: 0, max: 1 }),
  })
  const cells = fc.uniqueArray(cell, { minLength: 1, selector: ({ area, time }) => area * 4 + time })
  const areas = ['25645', '25630', '25534', '72'].map((id) => ({ id }))
  const times = ['2026-03', '2026-M04', '2026-Q2', '2026'].map((id) => ({ id }))
  const frame = (asSeries: boolean) => {
    const [area, time] = [
      { id: 'REF_AREA', keyPosition: 0, values: areas },
      { id: 'TIME_PERIOD', keyPosition: 1, values: times },
    ]
    return {
      dimensions: { dataSet: [], series: asSeries ? [area] : [], observation: asSeries ? [time] : [area, time] },
      attributes: { observation: [{ id: 'OBS_STATUS', values: [{ id: 'A' }, { id: 'M' }] }] },
    }
  }
  const standing = (records: readonly SourceRecord[]) =>
    new Map(
      records
        .map((record) => [record['key'], normalised(record)] as const)
        .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    )

  it('says the same as series, as a flat list and as CSV', () => {
    fc.assert(
      fc.property(cells, (list) => {
        const series: Record<string, { observations: Record<string, unknown> }> = {}
        const flat: Record<string, unknown> = {}
        for (const { area, time, value, status } of list) {
          const values = [value === null ? null : value / 100, status]
          ;(series[`${area}`] ??= { observations: {} }).observations[`${time}`] = values
          flat[`${area}:${time}`] = values
        }
        const rows = list.map(({ area, time, value, status }) => {
          const written = value === null ? 'NaN' : String(value / 100).replace('.', ',')
          return `dataflow;X:F(1.0);${areas[area]!.id};${times[time]!.id};${written};${'AM'[status]}`
        })
        const bySeries = readJsonMessage({ data: { dataSets: [{ series }], structures: [frame(true)] } }, 'F')
        const byList = readJsonMessage(
          { data: { dataSets: [{ observations: flat }], structures: [frame(false)] } },
          'F',
        )
        const table = ['STRUCTURE;STRUCTURE_ID;REF_AREA;TIME_PERIOD;OBS_VALUE;OBS_STATUS', ...rows].join('\n')
        expect(standing(bySeries.records).size).toBe(list.length)
        expect(standing(byList.records)).toEqual(standing(bySeries.records))
        expect(standing(readCsvMessage(table, 'F').records)).toEqual(standing(bySeries.records))
      }),
      { numRuns: 60, seed: 11 },
    )
  })
})

describe('reading', () => {
  it("asks for the media type with its version, and for changes since the source's own clock less ten minutes", async () => {
    const body = JSON.stringify({
      ...message({ observations: { '0:0:0': [1] } }),
      meta: { prepared: '2026-09-01T00:10:00Z' },
    })
    const date = 'Tue, 01 Sep 2026 00:12:00 GMT'
    const { asked, running } = await service(({ query }) =>
      query.get('offset') === '0' ? { body, date } : { status: 204, date },
    )
    const context = contextOf(running, now)
    const pages = await pagesOf(context, { all: true })
    expect(asked[0]).toMatchObject({ path: '/data/dataflow/TAYNINH/EXR/*/*' })
    expect(asked[0]!.accept).toContain('application/vnd.sdmx.data+json;version=2.0.0')
    expect(asked[0]!.query.get('updatedAfter')).toBeNull()
    await pagesOf(context, { since: pages.at(-1)!.next })
    expect(asked.at(-1)!.query.get('updatedAfter')).toBe('2026-09-01T00:00:00.000Z')
  })

  it('asks for no change later than its own clock when an answer bears a time of tomorrow', async () => {
    const { asked, running } = await service(() => ({ status: 204, date: 'Fri, 11 Sep 2026 08:00:00 GMT' }))
    const pages = await pagesOf(contextOf(running, now), { all: true })
    await pagesOf(contextOf(running, now), { since: pages.at(-1)!.next })
    expect(Date.parse(asked.at(-1)!.query.get('updatedAfter')!)).toBeLessThanOrEqual(now().getTime())
  })

  it('reads a dataflow whole that joined the settings after the checkpoint', async () => {
    const { asked, running } = await service(() => ({ status: 204, date: 'Tue, 01 Sep 2026 00:12:00 GMT' }))
    const pages = await pagesOf(contextOf(running, now), { all: true })
    const dataflows = [flow, { ...flow, id: 'NEW' }]
    await pagesOf(contextOf(running, now, { ...running.settings, dataflows }), { since: pages.at(-1)!.next })
    expect(asked.slice(-2).map(({ query }) => query.get('updatedAfter'))).toEqual(['2026-09-01T00:02:00.000Z', null])
  })

  it('ends at a service that knows no paging, and stops where paging is ignored but the limit obeyed', async () => {
    const one = JSON.stringify(message({ observations: { '0:0:0': [1], '0:0:1': [2] } }))
    const small = await service(() => ({ body: one }))
    expect(recordsOf(await pagesOf(contextOf(small.running, now), { all: true }))).toHaveLength(2)
    const values = Array.from({ length: 500 }, (_, at) => ({ id: `${1000 + at}` }))
    const times = structuredClone(structure)
    times.dimensions.observation[0]!.values = values
    const observations = Object.fromEntries(values.map((_, at) => [`0:0:${at}`, [at]]))
    const full = JSON.stringify({ data: { dataSets: [{ observations }], structures: [times] } })
    const cut = await service(() => ({ body: full }))
    await expect(pagesOf(contextOf(cut.running, now), { all: true })).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
  })

  it.each([
    [404, 'CONFIG_INVALID'],
    [406, 'CONFIG_INVALID'],
    [422, 'SOURCE_CHANGED'],
    [501, 'SOURCE_CHANGED'],
  ])('answers status %i with %s', async (status, code) => {
    const { running } = await service(() => ({ status }))
    await expect(general.check(contextOf(running, now))).rejects.toMatchObject({ code })
  })

  it.each(['', '{}', '{"since":{"a":"x"}}', '{"since":{},"at":{"done":{},"flow":{"name":1}}}'])(
    'refuses the cursor %j, which it did not make',
    async (since) => {
      const { running } = await service(() => ({ status: 204 }))
      await expect(pagesOf(contextOf(running, now), { since })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )

  it.each([
    ['2026', '2026', '2026-01-01', '2026-12-31'],
    ['2026-S2', '2026-S2', '2026-07-01', '2026-12-31'],
    ['2026-Q4', '2026-Q4', '2026-10-01', '2026-12-31'],
    ['2024-02', '2024-M02', '2024-02-01', '2024-02-29'],
    ['2026-03-05', '2026-03-05', '2026-03-05', '2026-03-05'],
  ])('reads the period %s as %s', (text, code, from, to) => {
    expect(period(text)).toEqual({ code, from, to })
  })

  it.each(['2026-13', '2026-M00', '2026-02-30', '2026-Q5', '26', '2026-01-01/P1M', ''])(
    'knows no period %j',
    (text) => {
      expect(period(text)).toBeNull()
    },
  )
})

const samples = process.env['HUB_SAMPLES']
const folder = samples === undefined ? undefined : join(samples, 'reporting')

describe.skipIf(folder === undefined || !existsSync(folder))('published example messages', () => {
  it('are read observation by observation over HTTP', async () => {
    const names = readdirSync(folder!).filter((name) => name.endsWith('.json'))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      const body = readFileSync(join(folder!, name), 'utf8')
      const { running } = await service(() => ({ body }))
      const tree = JSON.parse(body) as { errors?: unknown[]; data?: { dataSets?: unknown[] }; dataSets?: unknown[] }
      const reading = pagesOf(contextOf(running, now), { all: true })
      if ((tree.errors?.length ?? 0) > 0 || !Array.isArray(tree.data?.dataSets ?? tree.dataSets)) {
        await expect(reading, name).rejects.toMatchObject({ code: 'SOURCE_CHANGED' })
        continue
      }
      const records = recordsOf(await reading)
      expect(records.length, name).toBe(observationsIn(tree))
      if (name !== 'exr-flat.json' && name !== 'exr-time-series.json') continue
      const found = records.map((record) => [record['key'], normalised(record)])
      expect(found, name).toEqual(
        [
          ['NZD', '2013-01-18', '1.5931'],
          ['NZD', '2013-01-21', '1.5925'],
          ['RUB', '2013-01-18', '40.3426'],
          ['RUB', '2013-01-21', '40.3'],
        ].map(([currency, day, value]) => [
          `EXR|D|${currency}|EUR|SP00|A|${day}`,
          {
            record: {
              indicator: { code: 'EXR', name: 'Exchange rate dataflow', unit: null },
              areaCode: null,
              areaName: null,
              dimensions: [
                { name: 'FREQ', value: 'D' },
                { name: 'CURRENCY', value: currency },
                { name: 'CURRENCY_DENOM', value: 'EUR' },
                { name: 'EXR_TYPE', value: 'SP00' },
                { name: 'EXR_SUFFIX', value: 'A' },
              ],
              period: { code: day, from: day, to: day },
              value,
              unit: null,
              multiplier: null,
              status: 'A',
              report: null,
            },
          },
        ]),
      )
    }
  })
})

/** Members of every `observations` object of a message, at any depth. */
function observationsIn(tree: unknown): number {
  if (typeof tree !== 'object' || tree === null) return 0
  return Object.entries(tree).reduce((sum, [name, value]: [string, unknown]) => {
    if (name === 'structures' || name === 'structure') return sum
    if (name === 'observations' && typeof value === 'object' && value !== null) return sum + Object.keys(value).length
    return sum + observationsIn(value)
  }, 0)
}

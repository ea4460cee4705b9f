// Captured answers of real systems pass through a hub.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { importReference } from '../../src/reference/index.ts'
import type { Client, Row } from './client.ts'
import { readObservations } from './truth/figures.ts'
import { type JourneyHub, openJourneyHub, type SourceGiven } from './hub.ts'
import { readProcedures } from './truth/procedures.ts'
import { serveSmall } from './small-server.ts'

const samples = process.env['HUB_SAMPLES'] ?? ''
const at = (...parts: string[]): string => join(samples, ...parts)
const has = (...parts: string[]): boolean => samples !== '' && existsSync(at(...parts))
const json = (...parts: string[]): unknown => JSON.parse(readFileSync(at(...parts), 'utf8'))

const now = (): Date => new Date('2026-07-27T09:00:00+07:00')
const closing: (() => Promise<void>)[] = []

async function hubOf(sources: readonly SourceGiven[]): Promise<JourneyHub> {
  const hub = await openJourneyHub(sources, now)
  closing.unshift(hub.close)
  return hub
}
const closeAll = async (): Promise<void> => {
  for (const close of closing.splice(0)) await close()
}

type CatalogueRow = Readonly<Record<string, string>>

const lists = { 1: 'citizen', 5: 'business' } as const
const captured = (list: 1 | 5): CatalogueRow[] =>
  json('one-stop-shop', `portal-procedures-${lists[list]}.json`) as CatalogueRow[]

/** The portal's gateway with the captured rows; `total` says what each row is to claim. */
async function gateway(total: (list: CatalogueRow[], row: CatalogueRow) => string): Promise<SourceGiven> {
  const rows = { 1: captured(1), 5: captured(5) }
  const server = await serveSmall((_request, body, response) => {
    const params = JSON.parse(new URLSearchParams(body).get('params')!) as Record<string, string | number>
    const list = rows[Number(params['pObjectType']) as 1 | 5] ?? []
    const size = Number(params['p_Page_Size'])
    const page = list.slice((Number(params['p_Page_Index']) - 1) * size, Number(params['p_Page_Index']) * size)
    response.setHeader('content-type', 'application/json;charset=UTF-8')
    response.end(JSON.stringify(page.map((row) => ({ ...row, TOTAL_RECORDS: total(list, row) }))))
  })
  closing.push(server.close)
  return {
    id: 'catalogue',
    connector: 'procedure-catalogue',
    settings: { url: `http://${server.host}/jsp/rest.jsp`, pageSize: 500 },
    hosts: [server.host],
  }
}
const bothLists = ['citizen-procedures', 'business-procedures'] as const

describe.skipIf(!has('one-stop-shop', 'portal-procedures-business.json'))(
  'the captured catalogue of the portal',
  () => {
    afterEach(closeAll)

    it('becomes 2,395 procedures of 3,000 rows, each with the name that the portal could write', async () => {
      const hub = await hubOf([await gateway((list) => String(list.length))])
      const runs = []
      for (const stream of bothLists) runs.push(...(await hub.sync({ stream })))
      expect(runs.map(({ state, read, written, rejected }) => ({ state, read, written, rejected }))).toEqual([
        { state: 'SUCCEEDED', read: 1_000, written: 1_000, rejected: 0 },
        { state: 'SUCCEEDED', read: 2_000, written: 2_000, rejected: 0 },
      ])

      const client = await hub.client()
      const found = Object.values(await readProcedures(client))
      const [citizen, business] = [captured(1), captured(5)]
      const rows = [...citizen, ...business]
      expect(rows.filter(({ NAME }) => NAME !== NAME!.normalize('NFC'))).toHaveLength(45)
      expect(found).toHaveLength(2_395)
      expect(found.filter(({ audiences }) => (audiences as string[]).length === 2)).toHaveLength(605)

      const named = new Map(found.map((one) => [one['code'], one['name'] as string]))
      const sent = Map.groupBy(rows, ({ TTHC_MA }) => TTHC_MA!)
      for (const [code, list] of sent) {
        const names = list.map(({ NAME }) => NAME!.normalize('NFC').trim())
        // The citizens' list comes first, and a name with U+FFFD only where there is no other.
        expect(named.get(code), code).toBe(names.find((name) => !name.includes('\uFFFD')) ?? names[0])
      }
      const lost = rows.filter(({ NAME }) => NAME!.includes('\uFFFD'))
      expect(lost).toHaveLength(12)
      for (const code of ['2.001719', '1.011033']) {
        expect(lost.map(({ TTHC_MA }) => TTHC_MA)).toContain(code)
        expect(named.get(code)).not.toContain('\uFFFD')
      }
      const kept = [...named].filter(([, name]) => name.includes('\uFFFD')).map(([code]) => code)
      const unclean = new Set(lost.map(({ TTHC_MA }) => TTHC_MA!))
      expect(kept.toSorted()).toEqual(
        [...unclean].filter((code) => !['2.001719', '1.011033'].includes(code)).toSorted(),
      )

      for (const stream of bothLists) {
        const [again] = await hub.sync({ stream, kind: 'FULL' })
        expect(again).toMatchObject({ state: 'SUCCEEDED', written: 0, removed: 0, rejected: 0 })
      }
      const { procedure } = await client.ask<{ procedure: Row }>('{ procedure(code: "1.004194") { name audiences } }')
      expect(procedure).toEqual({ name: 'Đăng ký tạm trú', audiences: ['CITIZEN', 'BUSINESS'] })
    })

    it('lands its rows and fails, naming what is missing, as long as it claims more than it serves', async () => {
      const hub = await hubOf([await gateway((_list, row) => row['TOTAL_RECORDS']!)])
      const operator = await hub.client({ scope: 'operation:read' })
      for (const [stream, total, served] of [
        ['citizen-procedures', 2_507, 1_000],
        ['business-procedures', 2_467, 2_000],
      ] as const) {
        const [run] = await hub.sync({ stream })
        expect(run).toMatchObject({ state: 'FAILED', written: served, removed: 0, failure_code: 'SOURCE_UNAVAILABLE' })
        for (const part of [stream, total, served]) expect(run!.failure_message).toContain(String(part))
      }
      const { source } = await operator.ask<{ source: Row & { streams: Row[] } }>(
        '{ source(id: "catalogue") { state failure { code whoActs } streams { id recordCount cursor lastSuccessAt } } }',
      )
      expect(source['state']).toBe('FAILING')
      expect(source['failure']).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
      expect(source.streams.filter(({ recordCount }) => recordCount !== 0)).toEqual([
        { id: 'business-procedures', recordCount: 2_000, cursor: null, lastSuccessAt: null },
        { id: 'citizen-procedures', recordCount: 1_000, cursor: null, lastSuccessAt: null },
      ])
      expect(Object.keys(await readProcedures(operator))).toHaveLength(2_395)
    })
  },
)

describe.skipIf(!has('camera', 'onvif'))('the captured answers of an ONVIF device', () => {
  afterEach(closeAll)

  it('become a camera with its stream references', async () => {
    const files = readdirSync(at('camera', 'onvif'))
    const server = await serveSmall((_request, body, response) => {
      const wanted = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1]
      const file = files.find((name) => name === `${wanted}.xml`)
      if (file === undefined) return response.writeHead(500).end()
      return response.end(readFileSync(at('camera', 'onvif', file)))
    })
    closing.push(server.close)
    const login = { username: 'admin', password: 'khong-dung-that' }
    const post = { code: 'CAM-1', agency: 'H53.21', location: { latitude: 11.31, longitude: 106.1 } }
    const hub = await hubOf([
      { id: 'camera', settings: { devices: [{ url: server.host, ...login, ...post }] }, hosts: [server.host] },
    ])
    expect(await hub.sync({ stream: 'devices' })).toMatchObject([{ state: 'SUCCEEDED', written: 1, rejected: 0 }])
    const reader = await hub.client({ scope: 'camera:read camera:stream' })
    const { camera } = await reader.ask<{ camera: Row }>(`{ camera(code: "CAM-1") {
      code manufacturer model firmware serialNumber online observedAt agency { code } location { latitude longitude }
      profiles { name encoding width height frameRate streamUri snapshotUri } } }`)
    expect(camera).toMatchObject({
      code: 'CAM-1',
      manufacturer: 'Mockup Manufacturer',
      model: 'Mockup Model',
      firmware: 'Mockup_15_14_13',
      serialNumber: null,
      online: true,
      agency: { code: 'H53.21' },
      location: post.location,
    })
    expect((camera['profiles'] as Row[])[0]).toEqual({
      name: 'main',
      encoding: 'H264',
      width: 1920,
      height: 1080,
      frameRate: 5,
      streamUri: 'rtsp://192.168.68.111/h264main',
      snapshotUri: 'http://192.168.68.111/onvif-cgi/jpg/image.cgi?resolution=800x600&compression=20&camera=1',
    })
    expect(Date.parse(String(camera['observedAt']))).toBe(now().getTime())
  })
})

describe.skipIf(!has('reporting', 'exr-flat.json'))('the published SDMX messages', () => {
  afterEach(closeAll)

  it.each(['exr-flat.json', 'exr-time-series.json'])('%s is stored observation by observation', async (name) => {
    const body = readFileSync(at('reporting', name))
    const server = await serveSmall((_request, _body, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.sdmx.data+json' }).end(body)
    })
    closing.push(server.close)
    const flow = { context: 'dataflow', agency: 'ECB', id: 'EXR', version: '1.0', key: '*', format: 'json' }
    const hub = await hubOf([
      {
        id: 'sdmx',
        connector: 'reporting-sdmx',
        settings: { url: `http://${server.host}`, dataflows: [flow] },
        hosts: [server.host],
      },
    ])
    expect(await hub.sync()).toMatchObject([{ state: 'SUCCEEDED', written: 4, rejected: 0 }])
    const found = await readObservations(await hub.client())
    expect(Object.fromEntries(Object.entries(found).map(([key, row]) => [key, row['value']]))).toEqual({
      'sdmx EXR|D|NZD|EUR|SP00|A|2013-01-18': '1.5931',
      'sdmx EXR|D|NZD|EUR|SP00|A|2013-01-21': '1.5925',
      'sdmx EXR|D|RUB|EUR|SP00|A|2013-01-18': '40.3426',
      'sdmx EXR|D|RUB|EUR|SP00|A|2013-01-21': '40.3',
    })
    expect(found['sdmx EXR|D|NZD|EUR|SP00|A|2013-01-18']).toMatchObject({
      indicator: { code: 'EXR' },
      period: { code: '2013-01-18', from: '2013-01-18', to: '2013-01-18' },
      area: null,
      areaCode: null,
    })
    expect(await hub.sync()).toMatchObject([{ state: 'SUCCEEDED', written: 0, rejected: 0 }])
  })
})

describe.skipIf(!has('reference-data', 'nso-commune-conversion-2025-07.csv'))('the official tables of units', () => {
  let client: Client
  beforeAll(async () => {
    const hub = await hubOf([])
    await importReference(hub.engine.db, at('reference-data'))
    client = await hub.client()
  })
  afterAll(closeAll)

  it('lead each old commune to its successors: 10,033 codes, 441 of them to several', async () => {
    const old = await client.all<Row & { code: string; successors: readonly unknown[] }>(
      'administrativeUnits',
      'code successors { unit { code } whole }',
      { args: 'filter: { on: "2025-06-30" }' },
    )
    const communes = old.filter(({ code }) => /^\d{5}$/.test(code))
    expect(communes.filter(({ successors }) => successors.length > 0)).toHaveLength(10_033)
    expect(communes.filter(({ successors }) => successors.length > 1)).toHaveLength(441)
  })

  it('give a code its bearer of the day: another commune before 1 July 2025 than from then on', async () => {
    const { before, after, today } = await client.ask<Record<string, Row>>(`{
      before: administrativeUnit(code: "25459", on: "2025-06-30") { name validTo successors { unit { code name } whole note } }
      after: administrativeUnit(code: "25459", on: "2025-07-01") { name validFrom predecessors { unit { code name } whole } }
      today: administrativeUnit(code: "25459") { name }
    }`)
    expect(before).toMatchObject({
      name: 'Phường 3',
      validTo: '2025-07-01',
      successors: [{ unit: { code: '25459', name: 'Phường Tân Ninh' }, whole: true, note: 'Nhập toàn bộ' }],
    })
    expect(after).toMatchObject({ name: 'Phường Tân Ninh', validFrom: '2025-07-01' })
    const predecessors = after!['predecessors'] as { unit: { code: string } }[]
    expect(predecessors.map(({ unit }) => unit.code)).toEqual(expect.arrayContaining(['25456', '25459']))
    expect(today).toEqual({ name: 'Phường Tân Ninh' })
  })

  it('hold all 96 communes of the province, each with an old code and 46 under another name', async () => {
    const communes = await client.all<Row & { code: string; name: string; predecessors: readonly unknown[] }>(
      'administrativeUnits',
      'code name kind validFrom predecessors { unit { code } }',
      { args: 'filter: { parent: { eq: "80" }, on: "2025-07-01" }' },
    )
    expect(communes).toHaveLength(96)
    expect(communes.filter(({ predecessors }) => predecessors.length === 0)).toEqual([])
    const old = new Map<string, string>()
    for (let from = 0; from < 96; from += 48) {
      const asked = communes.slice(from, from + 48)
      const data = await client.ask<Record<string, { name: string } | null>>(
        `{ ${asked.map(({ code }) => `u${code}: administrativeUnit(code: "${code}", on: "2025-06-30") { name }`).join(' ')} }`,
      )
      for (const [alias, unit] of Object.entries(data)) if (unit !== null) old.set(alias.slice(1), unit.name)
    }
    expect(old.size).toBe(96)
    const bare = (name: string): string => name.replace(/^(Phường|Xã|Thị trấn) /, '')
    expect(communes.filter(({ code, name }) => bare(old.get(code)!) !== bare(name))).toHaveLength(46)
  })
})

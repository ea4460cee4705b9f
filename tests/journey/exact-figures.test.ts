// Figures pass through the hub exactly.
import { afterEach, expect, it } from 'vitest'
import { readObservations } from './truth/figures.ts'
import { openJourneyHub } from './hub.ts'
import { serveSmall } from './small-server.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

it('a figure longer than any floating number keeps every digit from the source to the answer', async () => {
  const figures = ['12345678901234567.891', '-9007199254740993', '0.1000000000000000000001', '40.3']
  const rows = figures.map((value, at) => `dataflow,TAYNINH:DU_TOAN(1.0),I,M,CT0${at},80,2026-M01,${value},VND`)
  const head = 'STRUCTURE,STRUCTURE_ID,ACTION,FREQ,INDICATOR,REF_AREA,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE'
  const server = await serveSmall((request, _body, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://service')
    if (Number(searchParams.get('offset') ?? 0) > 0) return response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'application/vnd.sdmx.data+csv;version=2.0.0;charset=utf-8' })
    return response.end(`${[head, ...rows].join('\r\n')}\r\n`)
  })
  const flow = { context: 'dataflow', agency: 'TAYNINH', id: 'DU_TOAN', version: '1.0', key: '*', format: 'csv' }
  const hub = await openJourneyHub(
    [
      {
        id: 'figures',
        connector: 'reporting-sdmx',
        settings: { url: `http://${server.host}`, dataflows: [flow] },
        hosts: [server.host],
      },
    ],
    () => new Date('2026-03-05T10:00:00+07:00'),
  )
  closing.push(hub.close, server.close)
  expect(await hub.sync()).toMatchObject([{ state: 'SUCCEEDED', written: 4, rejected: 0 }])
  const found = Object.values(await readObservations(await hub.client()))
  expect(found.map(({ indicator, value }) => [(indicator as { code: string }).code, value]).toSorted()).toEqual(
    figures.map((value, at) => [`CT0${at}`, value]),
  )
  expect(found.every(({ unit, areaCode }) => unit === 'VND' && areaCode === '80')).toBe(true)
})

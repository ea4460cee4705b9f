// One message in three formats, and the published example messages.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { SourceRecord } from '#connector'
import { readCsvMessage } from '../csv-message.ts'
import { readJsonMessage } from '../json-message.ts'
import { closeAll, service, contextOf, pagesOf, recordsOf, normalised, now } from './reporting-sdmx.ts'

afterEach(closeAll)

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

// The observations of an SDMX-JSON message.
import { afterEach, describe, expect, it } from 'vitest'
import { readJsonMessage } from '../json-message.ts'
import {
  closeAll,
  service,
  contextOf,
  pagesOf,
  recordsOf,
  normalised,
  apply,
  now,
  structure,
  message,
  outcomes,
} from './reporting-sdmx.ts'

afterEach(closeAll)

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

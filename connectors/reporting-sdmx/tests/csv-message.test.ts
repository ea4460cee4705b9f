// The observations of an SDMX-CSV message.
import { afterEach, describe, expect, it } from 'vitest'
import { readCsvMessage } from '../csv-message.ts'
import { closeAll, apply, header, csv } from './reporting-sdmx.ts'

afterEach(closeAll)

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

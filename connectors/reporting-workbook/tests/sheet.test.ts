// The figures in a sheet, its periods, and the numbers of its rows.
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import writeWorkbook from 'write-excel-file/node'
import { numbering } from '../workbook/numbering.ts'
import { periodOf, periodRecord } from '../period.ts'
import { closeAll, figure, folderOf, observations, brief, csv, name } from './reporting-workbook.ts'

afterEach(closeAll)

describe('a sheet', () => {
  it('gives numbers as they are written, blanks as null, and rejects a cell that is no number alone', async () => {
    const rows = [
      'I;Thu;1.234,5',
      '1;Thuế;-',
      '2;Phí;',
      '3;Khác;…',
      'II;Chi;12,5%',
      '1;Lương;nhiều',
      ';Tổng số;1 234 567',
    ]
    const { settings } = folderOf({ [name]: csv(...rows) })
    expect(brief(await observations(settings))).toEqual([
      'KTXH.I 1234.5 triệu đồng',
      'KTXH.I.1 null triệu đồng',
      'KTXH.I.3 null triệu đồng',
      'KTXH.II 12.5 triệu đồng',
      'BAD_NUMBER C8',
      'KTXH.TONG_SO 1234567 triệu đồng',
    ])
  })

  it('gives back every figure that is written in Vietnamese style', () => {
    const parts = fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.stringMatching(/^\d{0,4}$/))
    fc.assert(
      fc.property(parts, ([negative, whole, fraction]) => {
        const grouped = String(whole).replace(/\B(?=(?:\d{3})+$)/g, '.')
        const text = `${negative ? '-' : ''}${grouped}${fraction === '' ? '' : `,${fraction}`}`
        const zero = whole === 0n && !/[1-9]/.test(fraction)
        const plain = `${negative && !zero ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
        const record = {
          key: 'k',
          file: name,
          template: 'K',
          agency: 'H53',
          period: '2026',
          cell: 'A1',
          indicator: 'K.I',
          text,
        }
        expect(figure(record)).toHaveProperty('record.value', plain)
      }),
      { numRuns: 200, seed: 11 },
    )
  })

  it('spreads merged header cells over what they cover and ignores the row that numbers the columns', async () => {
    const workbook = await writeWorkbook([
      [{ value: 'BÁO CÁO THÁNG', columnSpan: 5 }, null, null, null, null],
      ['STT', 'Chỉ tiêu', 'ĐVT', { value: 'Thực hiện', columnSpan: 2 }, null],
      [null, null, null, 'Tháng', 'Lũy kế'],
      ['A', 'B', 'C', 1, 2],
      ['1.', 'Điện', 'kWh', 0.1 + 0.2, 1234.56],
      ['1.1', { value: 'Sinh hoạt' }, 'kWh', { value: 0.125, format: '0.0%' }, '1.000'],
    ]).toBuffer()
    const columns = [{ title: 'Thực hiện / Tháng' }, { title: 'LŨY KẾ', period: 'cumulative' }]
    const { settings } = folderOf(
      { 'KTXH_H53.21_T08-2026.xlsx': workbook },
      { headerRows: 4, unitFrom: 'ĐVT', columns, area: '25645' },
    )
    const records = await observations(settings)
    expect(brief(records)).toEqual([
      'KTXH.1 0.30000000000000004 kWh',
      'KTXH.1 1234.56 kWh',
      'KTXH.1.1 0.125 kWh',
      'KTXH.1.1 1000 kWh',
    ])
    expect(figure(records[1]!)).toHaveProperty('record.dimensions', [{ name: 'COLUMN', value: 'cumulative' }])
    expect(figure(records[0]!)).toHaveProperty('record.areaCode', '25645')
    expect(figure(records[0]!)).toHaveProperty('record.report', {
      code: 'KTXH',
      agencyCode: 'H53.21',
      periodCode: '2026-M08',
    })
  })

  it('takes each row for an area where a column has an indicator', async () => {
    const text = csv('1;Phường Ho\u0300a Thành;5', '2;Xã Tân Thành;6', '3;Xã Tân Thạnh;7', ';Tổng số;18')
    const { settings } = folderOf({ [name]: text }, { columns: [{ title: 'Tháng này', indicator: 'DS' }] })
    const records = await observations(settings)
    expect(brief(records).map((line) => line.split(' ').slice(0, -2).join(' '))).toEqual([
      'Phường Hòa Thành/DS 5',
      'Xã Tân Thành/DS 6',
      'Xã Tân Thạnh/DS 7',
      'Tổng số/DS 18',
    ])
    expect(records[0]!['key']).toBe('KTXH|H53.21|2026-M08|Phường Hòa Thành|DS')
  })

  it('reads nothing of who signed', async () => {
    const text = csv(
      'I;Thu;1',
      ';;',
      ';;Tây Ninh, ngày 16 tháng 8 năm 2026',
      ';Người lập biểu;CHỦ TỊCH',
      ';Bình An;Minh Khang',
    )
    const { settings } = folderOf({ [name]: text })
    expect(JSON.stringify(await observations(settings))).not.toMatch(/Bình An|Minh Khang/)
  })

  it('rejects the second of two rows with one code alone', async () => {
    const { settings } = folderOf({ [name]: csv('I;Thu;1', 'II;Chi;2', 'II;Chi khác;3', 'III;Nợ;4') })
    expect(brief(await observations(settings))).toEqual([
      'KTXH.I 1 triệu đồng',
      'KTXH.II 2 triệu đồng',
      'AMBIGUOUS C5',
      'KTXH.III 4 triệu đồng',
    ])
  })

  it('is read in UTF-16 and with commas', async () => {
    const text = '\uFEFF"Số liệu, ĐVT: tấn",,\nTT,Chỉ tiêu,Tháng này\nA,"Lúa, gạo","1.234,5"\n'
    const { settings } = folderOf({ [name]: Buffer.from(text, 'utf16le') })
    expect(brief(await observations(settings))).toEqual(['KTXH.A 1234.5 tấn'])
  })

  it.each([
    ['another column twice', 'MISSING', csv('I;Thu;1').replace('Tháng này', 'Quý này')],
    ['the column twice', 'AMBIGUOUS', csv('I;Thu;1;2').replace('Tháng này', 'Tháng này;Tháng này')],
    ['bytes of an older encoding', 'MALFORMED', Buffer.from([0x54, 0xe6, 0xb5, 0x20, 0xb8])],
    ['an open quote', 'MALFORMED', csv('I;"Thu;1')],
  ])('is one rejection at its file with %s', async (_title, code, content) => {
    const { settings } = folderOf({ [name]: content, 'KTXH_H53.22_2026-M08.csv': csv('I;Thu;1') })
    expect(brief(await observations(settings))).toEqual([`${code} ${name}`, 'KTXH.I 1 triệu đồng'])
  })

  it('is found by its name or number, the first by default', async () => {
    const sheets = ['Một', 'Hai'].map((sheet, at) => ({
      sheet,
      data: [
        ['', 'Đơn vị: tấn'],
        ['Chỉ tiêu', 'Tháng này'],
        ['Lúa', at + 1],
      ],
    }))
    const workbook = await writeWorkbook(sheets).toBuffer()
    const file = 'KTXH_H53.21_2026-M08.xlsx'
    for (const [sheet, value] of [
      [undefined, 1],
      ['2', 2],
      ['Hai', 2],
    ] as const) {
      // prettier-ignore
      const { settings } = folderOf({ [file]: workbook }, sheet === undefined ? {} : { sheet })
      expect(brief(await observations(settings))).toEqual([`KTXH.LUA ${value} tấn`])
    }
    const { settings } = folderOf({ [file]: workbook }, { sheet: 'Ba' })
    expect(brief(await observations(settings))).toEqual([`MISSING ${file}`])
  })
})

describe('periods and numbers of rows', () => {
  it.each([
    ['2026-M01', '2025-12-15', '2026-01-14'],
    ['2026-Q1', '2025-12-15', '2026-03-14'],
    ['2026-S1', '2025-12-15', '2026-06-14'],
    ['2026-S2', '2026-06-15', '2026-12-14'],
    ['2026', '2025-12-15', '2026-12-14'],
  ])('the decree cuts %s off from %s to %s', (code, from, to) => {
    expect(periodRecord(periodOf(code)!, 'ND09')).toEqual({ code, from, to })
  })

  it('other regimes go by the calendar', () => {
    expect(periodRecord(periodOf('T02-2024')!, null)).toEqual({
      code: '2024-M02',
      from: '2024-02-01',
      to: '2024-02-29',
    })
  })

  it('numbers make levels in the order of their first use', () => {
    const code = numbering('K')
    const rows = ['A', 'I', '1', 'a', 'b', '2', '2.1', 'II', '1', 'B', 'I', '-', '', 'C', 'D']
    expect(rows.map((number) => code(number, 'Trong đó: Đất'))).toEqual([
      'K.A', 'K.A.I', 'K.A.I.1', 'K.A.I.1.a', 'K.A.I.1.b', 'K.A.I.2', 'K.A.I.2.1', 'K.A.II', 'K.A.II.1', 'K.B', 'K.B.I',
      'K.B.I.TRONG_DO_DAT', 'K.B.I.TRONG_DO_DAT', 'K.C', 'K.D',
    ]) // prettier-ignore
  })

  it('a sign that is a letter and a Roman number goes on in the row that it follows', () => {
    const letters = numbering('K')
    expect(['G', 'H', 'I', 'J'].map((number) => letters(number, ''))).toEqual(['K.G', 'K.H', 'K.I', 'K.J'])
    const romans = numbering('K')
    expect(['I', 'II', 'III', 'IV', 'V', 'VI', 'IX', 'X'].map((number) => romans(number, '')).at(-1)).toBe('K.X')
  })
})

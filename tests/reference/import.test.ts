// Importing official tables.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { importReference, loadShippedReference, ReferenceDataError } from '../../src/reference/index.ts'
import type { FreshDatabase } from '../kit/database.ts'
import { freshDatabase } from '../kit/database.ts'

let database: FreshDatabase
let folder: string
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-reference-'))
  await database.pool.query('truncate administrative_unit, calendar_day, agency, procedure cascade')
})
afterEach(() => rm(folder, { recursive: true }))

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content)
const run = () => importReference(database.db, folder)
const rows = async (statement: string) => (await database.pool.query(statement)).rows

const headings = `Đơn vị hành chính từ ngày 01/7/2025,,,Đơn vị hành chính trước ngày 01/7/2025,,,,,
"Tỉnh, thành phố",Tên Xã mới,Mã Xã mới,Tên Xã cũ,Mã Xã cũ,Ghi chú,Quận/huyện,Tỉnh cũ,
TỈNH BÌNH AN ,,,,,,,,
`
const row = (...cells: string[]) => `${cells.map((cell) => `"${cell}"`).join(',')},\n`
const conversion = (...lines: string[][]) =>
  put('bang-chuyen-doi.csv', headings + lines.map((one) => row(...one)).join(''))
const binhAn = 'Tỉnh Bình An (98)'
const oldBinhAn = 'Tỉnh Bình An (97)'

describe('the conversion table', () => {
  it('is taken with its dirt: composed letters, stray spaces, line breaks, and words for the kind in other spellings', async () => {
    await conversion(
      [
        binhAn,
        'Phường Hòa Bình'.normalize('NFD'),
        '09001',
        ' Xã  Đông\nHải',
        '09002',
        'Nhập  toàn bộ',
        'Thị Xã Đông (901)',
        oldBinhAn,
      ],
      [binhAn, 'Xa An Lạc', '09004', 'xã An Lạc', '09004', 'Giữ nguyên', 'Thị xã Đông (901)', oldBinhAn],
      [
        binhAn,
        'Xa An Lạc',
        '09004',
        'Thi trấn Mới',
        '09005',
        'Nhâp một phần diện tích',
        'Thị xã Đông (901)',
        oldBinhAn,
      ],
      [binhAn, 'Phường Hòa Bình', '09001', 'Thi trấn Mới', '09005', 'Nhập một phần', 'Thị xã Đông (901)', oldBinhAn],
    )
    const { files, units, changes } = await run()
    expect([files[0]!.kind, files[0]!.rows, units.inserted, changes.inserted]).toEqual(['conversion-table', 4, 8, 5])
    expect(
      await rows('select code, name, kind, valid_from from administrative_unit order by code, valid_from'),
    ).toEqual([
      { code: '09001', name: 'Phường Hòa Bình', kind: 'WARD', valid_from: '2025-07-01' },
      { code: '09002', name: 'Xã Đông Hải', kind: 'COMMUNE', valid_from: null },
      { code: '09004', name: 'Xã An Lạc', kind: 'COMMUNE', valid_from: '2025-07-01' },
      { code: '09004', name: 'Xã An Lạc', kind: 'COMMUNE', valid_from: null },
      { code: '09005', name: 'Thị trấn Mới', kind: 'TOWNSHIP', valid_from: null },
      { code: '901', name: 'Thị xã Đông', kind: 'TOWN', valid_from: null },
      { code: '97', name: 'Tỉnh Bình An', kind: 'PROVINCE', valid_from: null },
      { code: '98', name: 'Tỉnh Bình An', kind: 'PROVINCE', valid_from: '2025-07-01' },
    ])
    expect(
      await rows(`select f.code as old, t.code as new, c.whole, c.note from unit_change c
        join administrative_unit f on f.id = c.from_id join administrative_unit t on t.id = c.to_id order by 1, 2`),
    ).toEqual([
      { old: '09002', new: '09001', whole: true, note: 'Nhập toàn bộ' },
      { old: '09004', new: '09004', whole: true, note: 'Giữ nguyên' },
      { old: '09005', new: '09001', whole: false, note: 'Nhập một phần' },
      { old: '09005', new: '09004', whole: false, note: 'Nhập một phần diện tích' },
      { old: '97', new: '98', whole: true, note: 'Giữ nguyên' },
    ])
  })

  it('a row without an old code makes a unit without predecessor, and a note', async () => {
    await conversion([
      binhAn,
      'Đặc khu Hòn Xa',
      '09010',
      '',
      '',
      'Sắp xếp toàn bộ huyện',
      'Huyện Hòn Xa (902)',
      oldBinhAn,
    ])
    const { files, withoutOldCode } = await run()
    expect(withoutOldCode).toEqual([
      { code: '09010', name: 'Đặc khu Hòn Xa', old: 'Huyện Hòn Xa', note: 'Sắp xếp toàn bộ huyện' },
    ])
    expect(files[0]!.notes.join()).toContain('row 4: 09010 Đặc khu Hòn Xa without an old code')
    expect(
      await rows(`select count(*)::int from unit_change c join administrative_unit u on u.id = c.to_id
      where u.code = '09010'`),
    ).toEqual([{ count: 0 }])
  })

  it('a code in only one of the two tables is listed, and the table of old communes says where those in both belong', async () => {
    await conversion(
      [binhAn, 'Xã Một', '09001', 'Xã Một', '09001', 'Giữ nguyên', 'Huyện Tây (903)', 'Tỉnh Khác (96)'],
      [binhAn, 'Xã Hai', '09002', 'Xã Hai', '09002', 'Giữ nguyên', 'Huyện Tây (903)', oldBinhAn],
    )
    await put(
      'cu.csv',
      'Tỉnh Thành Phố,Mã TP,Quận Huyện,Mã QH,Phường Xã,Mã PX,Cấp,Tên Tiếng Anh\n' +
        'Tỉnh Bình An,97,Huyện Tây,903,Xã Một,09001,Xã,\nTỉnh Bình An,97,Huyện Tây,903,Xã Ba,09003,Xã,\n',
    )
    const { onlyInOldTable, onlyInConversion, lines } = await run()
    expect([onlyInOldTable, onlyInConversion]).toEqual([['09003'], ['09002']])
    expect(lines).toContain('codes only in the table of old communes (1): 09003')
    expect(
      await rows(`select p.code from administrative_unit u join administrative_unit p on p.id = u.parent_id
        where u.code = '903'`),
    ).toEqual([{ code: '97' }])
  })

  it('a unit that the list of present units knows by another code is stored once, under the code of the conversion table', async () => {
    await conversion([binhAn, 'Xã Một', '09001', 'Xã Một', '09001', 'Giữ nguyên', 'Huyện Tây (903)', oldBinhAn])
    const wards = [
      { Code: '09007', FullName: 'Xã Một' },
      { Code: '09008', FullName: 'Xã Hai' },
    ]
    await put('now.json', JSON.stringify([{ Code: '98', FullName: 'Tỉnh Bình An', Wards: wards }]))
    const { files } = await run()
    expect(await rows(`select code from administrative_unit where valid_to is null order by 1`)).toEqual([
      { code: '09001' },
      { code: '09008' },
      { code: '98' },
    ])
    expect(files.find(({ name }) => name === 'now.json')?.notes).toEqual([
      '09007 Xã Một is 09001 in the conversion table, whose code is kept',
    ])
  })

  it.each([
    [
      'a code without its zeros',
      [binhAn, 'Xã Một', '9001', 'Xã Một', '09001', 'x', 'Huyện Tây (903)', oldBinhAn],
      '9001',
      'five digits',
    ],
    [
      'a province without a code',
      ['Tỉnh Bình An', 'Xã Một', '09001', 'Xã Một', '09001', 'x', 'Huyện Tây (903)', oldBinhAn],
      'Tỉnh Bình An',
      'in parentheses',
    ],
    [
      'a missing name',
      [binhAn, '', '09001', 'Xã Một', '09001', 'x', 'Huyện Tây (903)', oldBinhAn],
      '',
      'name of the new commune',
    ],
  ])(
    '%s is refused with file, row, what was found and expected; nothing is stored',
    async (_, cells, found, expected) => {
      await conversion(
        [binhAn, 'Xã Hai', '09002', 'Xã Hai', '09002', 'Giữ nguyên', 'Huyện Tây (903)', oldBinhAn],
        cells,
      )
      const failure: unknown = await run().catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(ReferenceDataError)
      expect(failure).toMatchObject({
        file: 'bang-chuyen-doi.csv',
        row: 5,
        found,
        expected: expect.stringContaining(expected),
      })
      expect(await rows('select count(*)::int from administrative_unit')).toEqual([{ count: 0 }])
    },
  )
})

describe('files', () => {
  it('that are not known are listed as skipped with what was expected', async () => {
    await put('notes.txt', 'x')
    await put('other.csv', 'a,b\n1,2\n')
    await put('other.json', '[{"x":1}]')
    const { files } = await run()
    expect(files.map(({ name, kind }) => [name, kind])).toEqual([
      ['notes.txt', 'skipped'],
      ['other.csv', 'skipped'],
      ['other.json', 'skipped'],
    ])
    expect(files[1]!.notes[0]).toContain('Mã Xã mới')
    expect(files[2]!.notes[0]).toContain('TTHC_MA')
  })

  it.each([
    ['broken.json', '[{', 'JSON'],
    ['latin.csv', new Uint8Array([0x64, 0x61, 0x79, 0x2c, 0xe1, 0x0a]), 'text in UTF-8'],
    ['days.csv', 'day,name\n2026-02-30,x\n', 'a day as'],
    ['units.csv', 'code,name,kind,parent,validFrom,validTo\n99,Tỉnh X,SHIRE,,,\n', 'PROVINCE'],
    ['units.csv', 'code,name,kind,parent,validFrom,validTo\n99001,Xã X,COMMUNE,99,,\n', 'lies in'],
    ['p.json', '[{"TTHC_MA":"1.1","TYPE":"1","NAME":"x"}]', 'TTHC_MA'],
    ['p.json', '[{"TTHC_MA":"1.000001","TYPE":"2","NAME":"x"}]', 'TYPE'],
  ])('%s, malformed, is refused by name', async (name, content, expected) => {
    await put(name, content)
    await expect(run()).rejects.toMatchObject({
      code: 'REFERENCE_DATA_INVALID',
      file: name,
      expected: expect.stringContaining(expected),
    })
  })

  it('a folder that is not there is refused', async () => {
    await expect(importReference(database.db, join(folder, 'gone'))).rejects.toBeInstanceOf(ReferenceDataError)
  })

  it('in the form of the shipped folder are taken too, and what they say outlives the next start', async () => {
    await loadShippedReference(database.db)
    await put('a.csv', 'code;name;kind;parent;validFrom;validTo\n25645;Phường Tên Khác;WARD;80;2025-07-01;\n')
    await put('b.csv', 'day,kind,name,source\n2026-09-01,WORKING,Làm việc,Quyết định A\n2026-08-22,,,\n')
    const { files } = await run()
    expect(files.map(({ inserted, updated }) => [inserted, updated])).toEqual([
      [0, 1],
      [1, 1],
    ])
    await loadShippedReference(database.db)
    expect(
      await rows(`select name from administrative_unit where code = '25645' and valid_to is null
        union all (select kind || ' ' || source from calendar_day where day in ('2026-08-22', '2026-09-01') order by day)`),
    ).toEqual([{ name: 'Phường Tên Khác' }, { name: 'HOLIDAY b.csv' }, { name: 'WORKING Quyết định A' }])
  })
})

describe('agencies and procedures', () => {
  const agency = () =>
    rows(
      `select a.code, a.other_codes, a.name, p.code as parent from agency a left join agency p on p.id = a.parent_id order by 1`,
    )

  it('a table that links codes makes them one agency, under the name it gives', async () => {
    await put('agencies.json', '[{"ID":"7","AGENCY_NAME":"UBND tỉnh","NAME":"UBND tỉnh","CODE":"H98"}]')
    await put(
      'codes.csv',
      'code,otherCodes,name,parent\nH98.21,000.00.21.H98; X-21,Ủy ban nhân dân xã Một,H98\nH98.22,000.00.22.H98,,\n',
    )
    const first = await run()
    expect(await agency()).toEqual([
      { code: 'H98', other_codes: [], name: 'UBND tỉnh', parent: null },
      { code: 'H98.21', other_codes: ['000.00.21.H98', 'X-21'], name: 'Ủy ban nhân dân xã Một', parent: 'H98' },
      { code: 'H98.22', other_codes: ['000.00.22.H98'], name: 'H98.22', parent: 'H98' },
    ])
    expect(first.files.map(({ inserted }) => inserted)).toEqual([1, 2])
    const second = await run()
    expect(second.files.map(({ inserted, updated, unchanged }) => [inserted, updated, unchanged])).toEqual([
      [0, 0, 1],
      [0, 0, 2],
    ])
  })

  it('a procedure in both lists carries both audiences', async () => {
    await put(
      'a.json',
      '[{"TTHC_MA":"1.001193","TYPE":"1","NAME":"Khai sinh"},{"TTHC_MA":"1.004194","TYPE":"1","NAME":"Tạm trú"}]',
    )
    await put('b.json', '[{"TTHC_MA":"1.004194","TYPE":"5","NAME":"Tạm trú"}]')
    await run()
    expect(await rows('select code, audiences from procedure order by 1')).toEqual([
      { code: '1.001193', audiences: ['CITIZEN'] },
      { code: '1.004194', audiences: ['CITIZEN', 'BUSINESS'] },
    ])
    expect((await run()).files.map(({ unchanged }) => unchanged)).toEqual([2, 1])
  })
})

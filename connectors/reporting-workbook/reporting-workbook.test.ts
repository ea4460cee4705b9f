import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import writeWorkbook from 'write-excel-file/node'
import type { Connector, Context, Manifest, Normalised, Page, Range, RunningEmulator, SourceRecord } from '#connector'
import connector from './index.ts'
import emulate from './emulator/index.ts'
import { gridOf } from './workbook/grid.ts'
import { numbering } from './workbook/numbering.ts'
import { periodOf, periodRecord } from './period.ts'
import { contextFor } from '../../tests/kit/conformance/context.ts'
import type { ClosableTransport } from '../../tests/kit/conformance/context.ts'
import { smallTown } from '../../tests/kit/small-town.ts'

const general = connector as unknown as Connector<Manifest>
const closing: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const now = () => new Date('2026-09-20T08:00:00+07:00')
const savedAt = new Date('2026-09-19T09:30:00+07:00')

function contextOf(
  running: Pick<RunningEmulator, 'settings'>,
  options: { now?: () => Date; wait?: (milliseconds: number) => Promise<void> } = {},
): Context {
  const context = contextFor(general, { settings: running.settings, hosts: [] }, { now, ...options })
  closing.push(() => (context.transport as ClosableTransport).close())
  return context
}

async function pagesOf(context: Context, stream: string, range: Range): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of general.read(context, stream, range)) pages.push(page)
  return pages
}
const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => records)
const settingsless = { folder: '', templates: [] }
const figure = (record: SourceRecord): Normalised<'Observation'> =>
  connector.normalise.observations(record, settingsless)
const said = (record: SourceRecord): Normalised<'Report'> => connector.normalise.reports(record, settingsless)

/** What is left after the outcomes were applied in order, as the hub does it. */
function apply(
  store: Map<string, object>,
  records: readonly SourceRecord[],
  normalise: (record: SourceRecord) => object,
): number {
  let rejected = 0
  for (const record of records) {
    const outcome = normalise(record)
    if ('reject' in outcome) rejected++
    else if ('record' in outcome) store.set(String(record['key']), outcome.record as object)
    else if ('remove' in outcome) {
      const pattern = String(outcome.remove).split('|')
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

const template = {
  code: 'KTXH',
  title: 'Báo cáo tháng',
  regime: 'ND09',
  match: '^KTXH_(?<agency>H53\\.\\d+)_(?<period>[^.]+)\\.(?:xlsx|csv)$',
  expected: ['H53.21', 'H53.22'],
  dueDays: 5,
  headerRows: 2,
  unitFrom: 'title',
  columns: [{ title: 'Tháng này' }],
}
type Files = Record<string, string | Uint8Array>

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'workbooks-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder with these files, unchanged for a day. */
function folderOf(files: Files, more: object = {}) {
  const folder = emptyFolder()
  const put = (name: string, content: string | Uint8Array, changedAt = savedAt): void => {
    writeFileSync(join(folder, name), content)
    utimesSync(join(folder, name), changedAt, changedAt)
  }
  for (const [name, content] of Object.entries(files)) put(name, content)
  return { folder, put, settings: { folder, templates: [{ ...template, ...more }] } }
}
const observations = async (settings: object): Promise<SourceRecord[]> =>
  recordsOf(await pagesOf(contextOf({ settings: settings as Record<string, unknown> }), 'observations', { all: true }))
const brief = (records: readonly SourceRecord[]): string[] =>
  records.map((record) => {
    const outcome = figure(record)
    if ('reject' in outcome) return `${outcome.reject} ${outcome.at}`
    if ('remove' in outcome) return `remove ${outcome.remove}`
    const { indicator, areaName, value, unit } = outcome.record
    return `${areaName === null ? indicator.code : `${areaName}/${indicator.code}`} ${value} ${unit}`
  })
const head = ['Báo cáo (ĐVT: triệu đồng);;', 'TT;Chỉ tiêu;Tháng này']
const csv = (...rows: string[]): string => [...head, ...rows].join('\n')
const name = 'KTXH_H53.21_2026-M08.csv'

describe('the folder of a town', () => {
  it('is read whole into exactly what its agencies reported, and its dirt alone is rejected', async () => {
    const emulator = await emulate({ town: smallTown, folder: emptyFolder(), size: 1500, now })
    closing.push(() => emulator.close())
    const context = contextOf(emulator)
    for (const [stream, normalise] of [
      ['reports', said],
      ['observations', figure],
    ] as const) {
      // prettier-ignore
      const records = recordsOf(await pagesOf(context, stream, { all: true }))
      expect(new Set(records.map(({ key }) => key)).size).toBe(records.length)
      const store = new Map<string, object>()
      expect(apply(store, records, normalise)).toBe(emulator.dirt(stream))
      expect(emulator.dirt(stream)).toBeGreaterThan(0)
      expect(store).toEqual(new Map(emulator.truth(stream).map(({ key, record }) => [key, record])))
      expect(store.size).toBeGreaterThan(stream === 'reports' ? 30 : 1000)
    }
  })

  it('is followed as files come, change and fail to come', async () => {
    let clock = now()
    const emulator = await emulate({ town: smallTown, folder: emptyFolder(), size: 1000, now: () => clock })
    closing.push(() => emulator.close())
    const { folder } = emulator.settings as { folder: string }
    const context = contextOf(emulator, { now: () => clock })
    const stores = { reports: new Map<string, object>(), observations: new Map<string, object>() }
    const cursors = { reports: '', observations: '' }
    const follow = async () => {
      for (const [stream, normalise] of [
        ['reports', said],
        ['observations', figure],
      ] as const) {
        // prettier-ignore
        const since = cursors[stream]
        const pages = await pagesOf(context, stream, since === '' ? { all: true } : { since })
        apply(stores[stream], recordsOf(pages), normalise)
        cursors[stream] = pages.at(-1)!.next
        expect(stores[stream]).toEqual(new Map(emulator.truth(stream).map(({ key, record }) => [key, record])))
      }
    }
    await follow()
    const before = readdirSync(folder).length
    clock = new Date('2026-10-25T08:00:10+07:00')
    await expect.poll(() => readdirSync(folder).length, { timeout: 10_000 }).toBeGreaterThan(before + 2)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await follow()
    const again = await pagesOf(context, 'observations', { since: cursors.observations })
    expect(again).toEqual([{ records: [], next: cursors.observations }])
  })

  it('is read on from any page to exactly the remaining pages', async () => {
    const emulator = await emulate({ town: smallTown, folder: emptyFolder(), size: 300, now })
    closing.push(() => emulator.close())
    const context = contextOf(emulator)
    for (const stream of ['reports', 'observations']) {
      const whole = await pagesOf(context, stream, { all: true })
      for (const [index, page] of whole.slice(0, -1).entries()) {
        expect(await pagesOf(context, stream, { since: page.next })).toEqual(whole.slice(index + 1))
      }
    }
  })

  it('fails the check while the folder is gone', async () => {
    const emulator = await emulate({ town: smallTown, folder: emptyFolder(), size: 100, now })
    closing.push(() => emulator.close())
    const context = contextOf(emulator)
    await general.check(context)
    emulator.behave('forbidden')
    await expect(general.check(context)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(pagesOf(context, 'reports', { all: true })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    emulator.behave('normal')
    await general.check(context)
  })
})

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

describe('an archive', () => {
  it.each([
    ['inflates to more than 64 MB', zip('xl/a.xml', 70_000_000), 'TOO_LARGE'],
    ['inflates more than 200 times', zip('xl/a.xml', 8_000_000), 'TOO_LARGE'],
    ['leads out of itself', zip('../../a.xml', 10), 'MALFORMED'],
    ['has a broken directory', broken(zip('xl/a.xml', 10)), 'MALFORMED'],
    ['is none', Buffer.from('<html>'), 'MALFORMED'],
    ['hides its size', zip('xl/workbook.xml', 8_000_000, 10), 'MALFORMED'],
  ])('is refused when it %s', async (_title, bytes, code) => {
    await expect(gridOf('a.xlsx', bytes, null)).rejects.toMatchObject({ code })
  })
})

describe('taking files', () => {
  it('leaves lock files, unfinished copies and files still changing, and takes them once they stand still', async () => {
    const { settings, put } = folderOf({ [`~$${name}`]: 'x', [`${name}.part`]: 'x', [`${name}.tmp`]: 'x' })
    put(name, csv('I;Thu;1'), new Date(now().getTime() - 4000))
    const waits: number[] = []
    const growing = contextOf({ settings }, { wait: async (ms) => { waits.push(ms); put(name, csv('I;Thu;12'), now()) } }) // prettier-ignore
    const first = await pagesOf(growing, 'observations', { all: true })
    expect([recordsOf(first), waits]).toEqual([[], [6000]])
    const still = await pagesOf(contextOf({ settings }), 'observations', { since: first.at(-1)!.next })
    expect(brief(recordsOf(still))).toEqual(['KTXH.I 12 triệu đồng'])
  })

  it('leaves a file that was taken, takes a changed one again, and removes what it no longer has', async () => {
    const { settings, put } = folderOf({ [name]: csv('I;Thu;1', 'II;Chi;2') })
    const context = contextOf({ settings })
    const first = await pagesOf(context, 'observations', { all: true })
    const store = new Map<string, object>()
    apply(store, recordsOf(first), figure)
    expect(recordsOf(await pagesOf(context, 'observations', { since: first.at(-1)!.next }))).toEqual([])
    put(name, csv('I;Thu;3'), new Date(savedAt.getTime() + 60_000))
    const second = await pagesOf(context, 'observations', { since: first.at(-1)!.next })
    expect(brief(recordsOf(second))).toEqual(['remove KTXH|H53.21|2026-M08|*|*', 'KTXH.I 3 triệu đồng'])
    apply(store, recordsOf(second), figure)
    expect([...store.keys()]).toEqual(['KTXH|H53.21|2026-M08|KTXH.I|current'])
  })

  it('keeps the present figures when the new file cannot be read', async () => {
    const { settings, put } = folderOf({ [name]: csv('I;Thu;1') })
    const context = contextOf({ settings })
    const first = await pagesOf(context, 'observations', { all: true })
    put(name, 'nothing', new Date(savedAt.getTime() + 60_000))
    const second = await pagesOf(context, 'observations', { since: first.at(-1)!.next })
    expect(brief(recordsOf(second))).toEqual([`MISSING ${name}`])
  })

  it('has gaps where a file cannot be read or is being written, also in what is read on', async () => {
    const other = 'KTXH_H53.22_2026-M08.csv'
    const { settings, put } = folderOf({ [name]: 'nothing', [other]: csv('I;Thu;1') })
    const gapsOf = (pages: readonly Page[]) => pages.map(({ gaps }) => gaps === true)
    expect(gapsOf(await pagesOf(contextOf({ settings }), 'observations', { all: true }))).toEqual([true, false])
    put(name, csv('I;Thu;2'))
    expect(gapsOf(await pagesOf(contextOf({ settings }), 'observations', { all: true }))).toEqual([false, false])
    const writing = () => contextOf({ settings }, { wait: async () => put(name, csv('I;Thu;23'), now()) })
    for (const stream of ['observations', 'reports']) {
      put(name, csv('I;Thu;2'), new Date(now().getTime() - 4000))
      const [first, ...rest] = await pagesOf(writing(), stream, { all: true })
      expect(gapsOf([first!, ...rest]).at(-1)).toBe(true)
      put(name, csv('I;Thu;2'), new Date(now().getTime() - 4000))
      expect(gapsOf(await pagesOf(writing(), stream, { since: first!.next })).at(-1)).toBe(true)
    }
  })

  it('says nothing of a report whose file is being written, not by its former file either', async () => {
    const older = name.replace('M08', '8-2026')
    const { settings, put } = folderOf({ [older]: csv('I;Thu;1') })
    put(name, csv('I;Thu;2'), new Date(savedAt.getTime() + 60_000))
    const before = await pagesOf(contextOf({ settings }), 'observations', { all: true })
    expect(brief(recordsOf(before))).toEqual(['KTXH.I 2 triệu đồng'])
    const writing = () => {
      put(name, csv('I;Thu;3'), new Date(now().getTime() - 4000))
      return contextOf({ settings }, { wait: async () => put(name, csv('I;Thu;34'), now()) })
    }
    expect(recordsOf(await pagesOf(writing(), 'observations', { since: before.at(-1)!.next }))).toEqual([])
    const reports = recordsOf(await pagesOf(writing(), 'reports', { all: true }))
    expect(reports.filter(({ key }) => key === 'KTXH|H53.21|2026-M08')).toEqual([])
  })

  it('empties a report of whose former file no more than the beginning was taken', async () => {
    const rows = (count: number, of: number) => csv(...Array.from({ length: count }, (_, at) => `${at + 1};Dòng;${of}`))
    const { settings, put } = folderOf({ [name]: rows(1200, 1) })
    const context = contextOf({ settings })
    const [begun] = await pagesOf(context, 'observations', { all: true })
    put(name, rows(700, 2), new Date(savedAt.getTime() + 60_000))
    const pages = await pagesOf(context, 'observations', { since: begun!.next })
    const store = new Map<string, object>()
    apply(store, recordsOf([begun!, ...pages]), figure)
    expect(store.size).toBe(700)
    expect(await pagesOf(context, 'observations', { since: pages[0]!.next })).toEqual(pages.slice(1))
    put(name, rows(3, 3), new Date(savedAt.getTime() + 120_000))
    apply(store, recordsOf(await pagesOf(context, 'observations', { since: pages[0]!.next })), figure)
    expect(store.size).toBe(3)
  })

  it('reads again what a changed template says otherwise', async () => {
    const { settings } = folderOf({ [name]: csv('I;Thu;1') })
    const [page] = await pagesOf(contextOf({ settings }), 'observations', { all: true })
    const templates = [{ ...settings.templates[0], area: '25645' }]
    const again = await pagesOf(contextOf({ settings: { ...settings, templates } }), 'observations', {
      since: page!.next,
    })
    expect(recordsOf(again)).toHaveLength(2)
  })

  it('gives a large sheet in pages of 500 and goes on inside it', async () => {
    const { settings } = folderOf({ [name]: csv(...Array.from({ length: 1200 }, (_, at) => `${at + 1};Dòng;${at}`)) })
    const context = contextOf({ settings })
    const pages = await pagesOf(context, 'observations', { all: true })
    expect(pages.map(({ records }) => records.length)).toEqual([500, 500, 200])
    expect(await pagesOf(context, 'observations', { since: pages[0]!.next })).toEqual(pages.slice(1))
  })
})

describe('reports', () => {
  it('are expected from the end of their period on, and due days after it at five in the afternoon', async () => {
    const { settings } = folderOf({ 'KTXH_H53.21_2026-M07.csv': '', 'KTXH_H53.21_2026-99.csv': '', 'khac.xlsx': '' })
    const records = recordsOf(await pagesOf(contextOf({ settings }), 'reports', { all: true }))
    const found = records.map((record) => {
      const outcome = said(record)
      if (!('record' in outcome)) return 'reject' in outcome ? `${outcome.reject} ${outcome.at}` : ''
      const { period, dueAt, submittedAt } = outcome.record
      return `${record['key']} ${period.from}..${period.to} ${dueAt?.slice(0, 16)} ${submittedAt?.slice(0, 16) ?? 'expected'}`
    })
    expect(found.sort()).toEqual([
      'BAD_DATE KTXH_H53.21_2026-99.csv',
      'KTXH|H53.21|2026-M07 2026-06-15..2026-07-14 2026-07-19T17:00 2026-09-19T09:30',
      'KTXH|H53.21|2026-M08 2026-07-15..2026-08-14 2026-08-19T17:00 expected',
      'KTXH|H53.21|2026-M09 2026-08-15..2026-09-14 2026-09-19T17:00 expected',
      'KTXH|H53.22|2026-M07 2026-06-15..2026-07-14 2026-07-19T17:00 expected',
      'KTXH|H53.22|2026-M08 2026-07-15..2026-08-14 2026-08-19T17:00 expected',
      'KTXH|H53.22|2026-M09 2026-08-15..2026-09-14 2026-09-19T17:00 expected',
      'UNLISTED khac.xlsx',
    ])
  })

  it('of the last twelve months are expected where there is no file at all', async () => {
    const { settings } = folderOf({})
    const records = recordsOf(await pagesOf(contextOf({ settings }), 'reports', { all: true }))
    expect(records).toHaveLength(2 * 13)
    expect(records.map(({ period }) => period)).toContain('2025-M09')
  })

  it.each([
    ['a pattern without groups', { match: '^a$' }],
    ['a broken pattern', { match: '(?<agency>a)(?<period>(' }],
    ['no columns', { columns: [] }],
  ])('cannot be read with %s: CONFIG_INVALID names the setting', async (_title, more) => {
    const { settings } = folderOf({}, more)
    await expect(general.check(contextOf({ settings }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('settings.templates[0]'),
    })
  })

  it('refuse a cursor that this connector did not make', async () => {
    const { settings } = folderOf({})
    for (const stream of ['reports', 'observations']) {
      for (const since of ['', '[]', '{"taken":1}', '{"taken":{},"at":{}}']) {
        await expect(pagesOf(contextOf({ settings }), stream, { since })).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
        })
      }
    }
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

/** An archive of one deflated entry of so many zero bytes; `stated`: the size that its directory gives. */
function zip(entry: string, size: number, stated = size): Buffer {
  const packed = deflateRawSync(Buffer.alloc(size))
  const title = Buffer.from(entry)
  const header = (signature: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length)
    bytes.writeUInt32LE(signature, 0)
    const at = length === 30 ? 4 : 6
    bytes.writeUInt16LE(20, at)
    bytes.writeUInt16LE(8, at + 4)
    bytes.writeUInt32LE(packed.length, at + 14)
    bytes.writeUInt32LE(stated, at + 18)
    bytes.writeUInt16LE(title.length, at + 22)
    return bytes
  }
  const local = Buffer.concat([header(0x04034b50, 30), title, packed])
  const directory = Buffer.concat([header(0x02014b50, 46), title])
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, directory, end])
}

function broken(archive: Buffer): Buffer {
  return archive.fill(0, archive.length - 70, archive.length - 30)
}

// The reports in a folder: those of a town, which files are read, and which reports are expected.
import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { Page } from '#connector'
import emulate from '../emulator/index.ts'
import { smallTown } from '../../../tests/kit/world/small-town.ts'
import {
  closeAll,
  general,
  closing,
  now,
  savedAt,
  contextOf,
  pagesOf,
  recordsOf,
  figure,
  said,
  apply,
  emptyFolder,
  folderOf,
  brief,
  csv,
  name,
} from './reporting-workbook.ts'

afterEach(closeAll)

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
    await expect.poll(() => readdirSync(folder).length, { timeout: 60_000 }).toBeGreaterThan(before + 2)
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

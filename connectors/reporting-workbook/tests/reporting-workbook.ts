// What the tests of reporting-workbook share: folders of files, reading them, and the figures that result.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector, Context, Manifest, Normalised, Page, Range, RunningEmulator, SourceRecord } from '#connector'
import connector from '../index.ts'
import { contextFor } from '../../../tests/kit/conformance/context.ts'
import type { ClosableTransport } from '../../../tests/kit/conformance/context.ts'

export const general = connector as unknown as Connector<Manifest>

export const closing: (() => void | Promise<void>)[] = []

/** Closes what the test opened, the last one first. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close()
}

export const now = () => new Date('2026-09-20T08:00:00+07:00')

export const savedAt = new Date('2026-09-19T09:30:00+07:00')

export function contextOf(
  running: Pick<RunningEmulator, 'settings'>,
  options: { now?: () => Date; wait?: (milliseconds: number) => Promise<void> } = {},
): Context {
  const context = contextFor(general, { settings: running.settings, hosts: [] }, { now, ...options })
  closing.push(() => (context.transport as ClosableTransport).close())
  return context
}

export async function pagesOf(context: Context, stream: string, range: Range): Promise<Page[]> {
  const pages: Page[] = []
  for await (const page of general.read(context, stream, range)) pages.push(page)
  return pages
}

export const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => records)

const settingsless = { folder: '', templates: [] }

export const figure = (record: SourceRecord): Normalised<'Observation'> =>
  connector.normalise.observations(record, settingsless)

export const said = (record: SourceRecord): Normalised<'Report'> => connector.normalise.reports(record, settingsless)

/** What is left after the outcomes were applied in order, as the hub does it. */
export function apply(
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

export const template = {
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

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'workbooks-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A folder with these files, unchanged for a day. */
export function folderOf(files: Files, more: object = {}) {
  const folder = emptyFolder()
  const put = (name: string, content: string | Uint8Array, changedAt = savedAt): void => {
    writeFileSync(join(folder, name), content)
    utimesSync(join(folder, name), changedAt, changedAt)
  }
  for (const [name, content] of Object.entries(files)) put(name, content)
  return { folder, put, settings: { folder, templates: [{ ...template, ...more }] } }
}

export const observations = async (settings: object): Promise<SourceRecord[]> =>
  recordsOf(await pagesOf(contextOf({ settings: settings as Record<string, unknown> }), 'observations', { all: true }))

export const brief = (records: readonly SourceRecord[]): string[] =>
  records.map((record) => {
    const outcome = figure(record)
    if ('reject' in outcome) return `${outcome.reject} ${outcome.at}`
    if ('remove' in outcome) return `remove ${outcome.remove}`
    const { indicator, areaName, value, unit } = outcome.record
    return `${areaName === null ? indicator.code : `${areaName}/${indicator.code}`} ${value} ${unit}`
  })

const head = ['Báo cáo (ĐVT: triệu đồng);;', 'TT;Chỉ tiêu;Tháng này']

export const csv = (...rows: string[]): string => [...head, ...rows].join('\n')

export const name = 'KTXH_H53.21_2026-M08.csv'

// The pages of the stream reports: those received and those expected.
import type { Context, FolderFile, Page, Range, SourceRecord } from '#connector'
import { currentReports, unlistedMark } from './current.ts'
import type { manifest } from './manifest.ts'
import { codeOf, endOf, next, periodOf, periodRecord } from './period.ts'
import type { Period, PeriodKind } from './period.ts'
import { reportPosition } from './cursor.ts'
import type { ReportPosition, Taken } from './cursor.ts'
import { about } from './workbook/sheet.ts'
import { digest, keyOf } from './template.ts'
import type { ReportFile, Template } from './template.ts'

const pageSize = 500
/** How many periods back a template expects reports while no file shows when it began, and at most. */
const withoutFiles = 12
const atMost = 120

/**
 * The reports that have come since the position of the range, and those that have become due to be expected: for each template,
 * each expected agency and each period that has ended, from the first period that has a file on (the last twelve months where
 * there is no file at all).
 */
export async function* readReports(context: Context<typeof manifest>, range: Range): AsyncGenerator<Page> {
  const start: ReportPosition = 'since' in range ? reportPosition(range.since) : { taken: {}, until: 0, templates: {} }
  const now = start.at?.now ?? context.now().getTime()
  const { reports, unlisted, moving } = await currentReports(
    context,
    range,
    ({ key, mark }) => start.taken[key] !== mark,
  )
  const known = new Set([...reports.map(({ key }) => key), ...moving, ...Object.keys(start.taken)])
  const firsts = new Map(context.settings.templates.map((template) => [template, firstPeriods(template, known, now)]))
  const marks: Taken = Object.fromEntries(
    [...firsts].map(([template, first]) => [template.code, digest(template, first.map(codeOf))]),
  )

  const found = new Map<string, SourceRecord>()
  for (const [template, first] of firsts) {
    const since = start.templates[template.code] === marks[template.code] ? start.until : 0
    for (const record of expectedReports(template, first, since, now, range)) {
      const key = record['key'] as string
      if (!known.has(key)) found.set(key, record)
    }
  }
  for (const report of reports) if (start.taken[report.key] !== report.mark) found.set(report.key, submitted(report))
  for (const file of unlisted) {
    const key = keyOf('?', file.name.normalize('NFC'))
    if (start.taken[key] !== unlistedMark(file)) found.set(key, unlistedRecord(key, file))
  }
  const done: ReportPosition = {
    taken: {
      ...start.taken,
      ...Object.fromEntries(reports.map(({ key, mark }) => [key, mark])),
      ...Object.fromEntries(unlisted.map((file) => [keyOf('?', file.name.normalize('NFC')), unlistedMark(file)])),
    },
    until: now,
    templates: marks,
  }
  const after = start.at?.after ?? ''
  const records = [...found].filter(([key]) => key > after).sort(([a], [b]) => (a < b ? -1 : 1))
  for (let from = 0; from < Math.max(1, records.length); from += pageSize) {
    if (context.signal.aborted) return
    const page = records.slice(from, from + pageSize)
    const whole = from + pageSize >= records.length
    const position: ReportPosition = whole ? done : { ...start, at: { now, after: page.at(-1)![0] } }
    const gaps = whole && moving.length > 0
    yield { records: page.map(([, record]) => record), next: JSON.stringify(position), ...(gaps && { gaps }) }
  }
}

/** For each kind of period that the template's files have, the first one. */
function firstPeriods(template: Template, known: ReadonlySet<string>, now: number): readonly Period[] {
  const first = new Map<PeriodKind, Period>()
  for (const key of known) {
    const [code, , spelt = ''] = key.split('|')
    const period = code === keyOf(template.code) ? periodOf(spelt) : null
    if (period === null) continue
    const other = first.get(period.kind)
    if (other === undefined || codeOf(period) < codeOf(other)) first.set(period.kind, period)
  }
  if (first.size > 0) return [...first.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1))
  const local = new Date(now + 7 * 3_600_000)
  return [next({ kind: 'month', year: local.getUTCFullYear(), part: local.getUTCMonth() + 1 }, -withoutFiles)]
}

function* expectedReports(
  template: Template,
  firsts: readonly Period[],
  since: number,
  now: number,
  range: Range,
): Generator<SourceRecord> {
  for (const first of firsts) {
    let period = first
    for (let count = 0; count < atMost; count++, period = next(period)) {
      const record = periodRecord(period, template.regime ?? null)
      if (endOf(record) > now) break
      if (endOf(record) <= since) continue
      if ('from' in range && !(record.from >= range.from && record.from < range.to)) continue
      for (const agency of template.expected) {
        yield { key: keyOf(template.code, agency, record.code), ...reportOf(template, agency, record.code) }
      }
    }
  }
}

const reportOf = (template: Template, agency: string, period: string): SourceRecord => ({
  template: template.code,
  title: template.title,
  ...(template.regime === undefined ? {} : { regime: template.regime }),
  agency,
  period,
  dueDays: template.dueDays,
})

function submitted(report: ReportFile): SourceRecord {
  const { file, template, agency, period, key } = report
  if (period === null)
    return { key, ...about(report), fault: { code: 'BAD_DATE', at: file.name, expected: 'a period' } }
  return { key, ...reportOf(template, agency, codeOf(period)), file: file.name, submittedAt: file.changedAt }
}

const unlistedRecord = (key: string, file: FolderFile): SourceRecord => ({
  key,
  file: file.name,
  fault: { code: 'UNLISTED', at: file.name, expected: 'a name that settings.templates[].match knows' },
})

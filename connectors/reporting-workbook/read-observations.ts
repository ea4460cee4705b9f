// The pages of the stream observations: the figures in new and changed files.
import { ConnectorFailure, TransportFailure } from '#connector'
import type { Context, Page, Range, SourceRecord } from '#connector'
import { currentReports } from './current.ts'
import { gridOf } from './workbook/grid.ts'
import type { manifest } from './manifest.ts'
import { observationPosition } from './cursor.ts'
import type { ObservationPosition } from './cursor.ts'
import { about, figuresOf } from './workbook/sheet.ts'
import type { ReportFile } from './template.ts'
import { Unreadable } from './workbook/unreadable.ts'

const pageSize = 500

/**
 * The figures of the files that were not taken yet, oldest file first, at most 500 a page. A report that was taken before is
 * emptied first, so that what its new file no longer has is gone; one that cannot be read leaves the present figures and is one record
 * with a fault. Pages of a read that such reports, or files being written, keep from being whole have gaps.
 */
export async function* readObservations(context: Context<typeof manifest>, range: Range): AsyncGenerator<Page> {
  const start: ObservationPosition = 'since' in range ? observationPosition(range.since) : { taken: {} }
  const { reports, moving } = await currentReports(context, range, ({ key, mark }) => start.taken[key] !== mark)
  let { taken } = start
  let given = false
  let passed = moving.length > 0
  for (const report of reports) {
    const { key, mark } = report
    if (context.signal.aborted) return
    if (report.period === null || taken[key] === mark) continue
    const read = await recordsOf(context, report)
    if (read === null) {
      passed = true
      continue
    }
    const { records, unread } = read
    // Also of a file of which no more than its beginning was taken before it changed.
    const present = taken[key] !== undefined || start.at?.key === key
    const emptied = present && !unread ? [{ key: `${key}|*|*`, remove: true, file: report.file.name }] : []
    const offset = start.at?.key === key && start.at.mark === mark ? start.at.offset : 0
    for (let from = offset; from < Math.max(1, records.length); from += pageSize) {
      if (context.signal.aborted) return
      const whole = from + pageSize >= records.length
      const position: ObservationPosition = whole
        ? { taken: { ...taken, [key]: mark } }
        : { taken, at: { key, mark, offset: from + pageSize } }
      given = true
      const page = records.slice(from, from + pageSize)
      yield {
        records: from === 0 ? [...emptied, ...page] : page,
        next: JSON.stringify(position),
        ...(unread && { gaps: true as const }),
      }
    }
    taken = { ...taken, [key]: mark }
  }
  if ((!given || passed) && !context.signal.aborted) {
    yield {
      records: [],
      next: JSON.stringify({ taken } satisfies ObservationPosition),
      ...(passed && { gaps: true as const }),
    }
  }
}

/** null: the file is gone or being written again, and is left for the next run. */
async function recordsOf(
  context: Context<typeof manifest>,
  report: ReportFile,
): Promise<{ readonly records: readonly SourceRecord[]; readonly unread: boolean } | null> {
  const { file, template } = report
  try {
    const bytes = await context.files.read(context.settings.folder, file.name, context.signal)
    return { records: figuresOf(await gridOf(file.name, bytes, template.sheet ?? null), report), unread: false }
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(report, error.code, error.message)
    if (!(error instanceof TransportFailure) || error instanceof ConnectorFailure) throw error
    if ('reason' in error && error.reason === 'TOO_LARGE')
      return unreadable(report, 'TOO_LARGE', 'the file is over 64 MB')
    if (error.code === 'CONFIG_INVALID') throw error
    return null
  }
}

const unreadable = (report: ReportFile, code: string, expected: string) => ({
  // Under the report's own keys, so that its next file clears it away.
  records: [{ key: `${report.key}|!|!`, ...about(report), fault: { code, at: report.file.name, expected } }],
  unread: true,
})

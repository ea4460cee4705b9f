import { ConnectorFailure, TransportFailure } from '#connector'
import type { Context, Page, Range, SourceRecord } from '#connector'
import { currentReports } from './current.ts'
import { gridOf } from './grid.ts'
import type { manifest } from './manifest.ts'
import { observationPlace } from './place.ts'
import type { ObservationPlace } from './place.ts'
import { about, figuresOf } from './sheet.ts'
import type { ReportFile } from './template.ts'
import { Unreadable } from './unreadable.ts'

const pageSize = 500

/**
 * The figures of the files that were not taken yet, oldest file first, at most 500 a page. A report that was taken before is
 * emptied first, so that what its new file no longer has is gone; one that cannot be read leaves what stands and is one record
 * with a fault.
 */
export async function* readObservations(context: Context<typeof manifest>, range: Range): AsyncGenerator<Page> {
  const start: ObservationPlace = 'since' in range ? observationPlace(range.since) : { taken: {} }
  const { reports } = await currentReports(context, range, ({ key, mark }) => start.taken[key] !== mark)
  let { taken } = start
  let given = false
  for (const report of reports) {
    const { key, mark } = report
    if (context.signal.aborted) return
    if (report.period === null || taken[key] === mark) continue
    const records = await recordsOf(context, report, taken[key] !== undefined)
    if (records === null) continue
    const offset = start.at?.key === key && start.at.mark === mark ? start.at.offset : 0
    for (let from = offset; from < Math.max(1, records.length); from += pageSize) {
      if (context.signal.aborted) return
      const whole = from + pageSize >= records.length
      const place: ObservationPlace = whole
        ? { taken: { ...taken, [key]: mark } }
        : { taken, at: { key, mark, offset: from + pageSize } }
      given = true
      yield { records: records.slice(from, from + pageSize), next: JSON.stringify(place) }
    }
    taken = { ...taken, [key]: mark }
  }
  if (!given && !context.signal.aborted)
    yield { records: [], next: JSON.stringify({ taken } satisfies ObservationPlace) }
}

/** null: the file is gone or being written again, and is left for the next run. */
async function recordsOf(
  context: Context<typeof manifest>,
  report: ReportFile,
  known: boolean,
): Promise<readonly SourceRecord[] | null> {
  const { file, template, key } = report
  try {
    const bytes = await context.files.read(context.settings.folder, file.name, context.signal)
    const figures = figuresOf(await gridOf(file.name, bytes, template.sheet ?? null), report)
    return known ? [{ key: `${key}|*|*`, remove: true, file: file.name }, ...figures] : figures
  } catch (error) {
    if (error instanceof Unreadable) return [unreadable(report, error.code, error.message)]
    if (!(error instanceof TransportFailure) || error instanceof ConnectorFailure) throw error
    if ('reason' in error && error.reason === 'TOO_LARGE')
      return [unreadable(report, 'TOO_LARGE', 'the file is over 64 MB')]
    if (error.code === 'CONFIG_INVALID') throw error
    return null
  }
}

const unreadable = (report: ReportFile, code: string, expected: string): SourceRecord => ({
  // Under the report's own keys, so that its next file clears it away.
  key: `${report.key}|!|!`,
  ...about(report),
  fault: { code, at: report.file.name, expected },
})

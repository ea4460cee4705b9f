// The present file of each report in the folder.
import type { Context, FolderFile, Range } from '#connector'
import { settledFiles } from './folder.ts'
import type { manifest } from './manifest.ts'
import { periodRecord } from './period.ts'
import { digest, matchersOf, reportFileOf } from './template.ts'
import type { ReportFile } from './template.ts'

export interface Current {
  /** For each report the last of its files, by time and then by name; oldest first. */
  readonly reports: readonly ReportFile[]
  /** Workbooks that no template knows. */
  readonly unlisted: readonly FolderFile[]
  /** Keys of reports that have a file which is being written: what they say is not known now. */
  readonly moving: readonly string[]
}

/** The reports in the folder. Only files that `isNew` are waited for until they stand still. */
export async function currentReports(
  context: Context<typeof manifest>,
  range: Range,
  isNew: (report: ReportFile) => boolean,
): Promise<Current> {
  const matchers = matchersOf(context.settings.templates)
  const wanted = (file: FolderFile): boolean => {
    const report = reportFileOf(file, matchers)
    return report !== null && isNew(report)
  }
  const { files, moving } = await settledFiles(context, wanted)
  const latest = new Map<string, ReportFile>()
  const unlisted: FolderFile[] = []
  for (const file of files.toSorted((a, b) => a.changedAt - b.changedAt || (a.name < b.name ? -1 : 1))) {
    const report = reportFileOf(file, matchers)
    if (report === null) {
      if (/\.(?:xlsx?|xlsm|csv)$/i.test(file.name)) unlisted.push(file)
    } else if (inWindow(report, range)) {
      latest.delete(report.key)
      latest.set(report.key, report)
    }
  }
  const unknown = moving.flatMap((file) => reportFileOf(file, matchers)?.key ?? [])
  // Their former files must not stand in for them.
  for (const key of unknown) latest.delete(key)
  return { reports: [...latest.values()], unlisted, moving: unknown }
}

function inWindow({ period, template }: ReportFile, range: Range): boolean {
  if (!('from' in range) || period === null) return true
  const { from } = periodRecord(period, template.regime ?? null)
  return from >= range.from && from < range.to
}

export const unlistedMark = (file: FolderFile): string => digest(file.name, file.bytes, file.changedAt)

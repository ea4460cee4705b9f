// The report of an import, line by line.
import type { Recognised } from './recognise.ts'
import type { Tally } from './units/store.ts'
import type { MergedUnits } from './units/merge.ts'

export interface ImportedFile extends Tally {
  readonly name: string
  /** `skipped`: none of the tables that are known; the notes say what was expected. */
  readonly kind: Recognised['kind'] | 'skipped'
  readonly rows: number
  readonly notes: readonly string[]
}
export interface ImportReport extends Pick<MergedUnits, 'onlyInOldTable' | 'onlyInConversion' | 'withoutOldCode'> {
  /** By name. */
  readonly files: readonly ImportedFile[]
  readonly units: Tally
  readonly changes: Tally
  /** The same for people to read. */
  readonly lines: readonly string[]
}

const tallyText = ({ inserted, updated, unchanged }: Tally): string =>
  `${inserted} inserted, ${updated} updated, ${unchanged} unchanged`

/** An import's report as lines: each file with its notes, then what the tables do not agree on. */
export function reportLines(report: Omit<ImportReport, 'lines'>): string[] {
  const { files, units, changes, onlyInOldTable, onlyInConversion } = report
  const listed = (title: string, codes: readonly string[]): string[] =>
    codes.length === 0 ? [] : [`${title} (${codes.length}): ${codes.join(' ')}`]
  const touched = [units, changes].some((tally) => tally.inserted + tally.updated + tally.unchanged > 0)
  return [
    ...files.flatMap((file) => [
      file.kind === 'skipped'
        ? `${file.name}: skipped`
        : `${file.name}: ${file.kind}, ${file.rows} rows, ${tallyText(file)}`,
      ...file.notes.map((note) => `  ${note}`),
    ]),
    ...(touched ? [`units: ${tallyText(units)}`, `changes of units: ${tallyText(changes)}`] : []),
    ...listed('codes only in the table of old communes', onlyInOldTable),
    ...listed('codes only in the conversion table', onlyInConversion),
  ]
}

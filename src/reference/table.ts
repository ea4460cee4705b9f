// Reads a CSV table by its headings.
import { parse } from 'csv-parse/sync'
import { ReferenceDataError } from './error.ts'

/** Unicode NFC and single spaces: line breaks, tabs and hard spaces inside a cell become one space. Diacritics are kept. */
export const clean = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[\s\u200B\uFEFF]+/gu, ' ')
    .trim()

/** The bytes as text; a file that is not UTF-8 (or contains NUL) is refused, because its diacritics would be lost. */
export function decode(file: string, bytes: Uint8Array): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ReferenceDataError({ file, row: null }, 'other bytes', 'text in UTF-8', { cause })
  }
  if (text.includes('\0')) throw new ReferenceDataError({ file, row: null }, 'a NUL character', 'text in UTF-8')
  return text
}

/** The rows of a CSV text with every cell cleaned; the separator is the comma, or the semicolon where row 1 has more of them. */
export function readRows(file: string, text: string): string[][] {
  const first = text.slice(0, text.indexOf('\n') + 1 || undefined)
  const delimiter = first.split(';').length > first.split(',').length ? ';' : ','
  try {
    const rows: string[][] = parse(text, { bom: true, delimiter, relax_column_count: true, skip_empty_lines: false })
    return rows.map((cells) => cells.map(clean))
  } catch (cause) {
    const line = (cause as { lines?: number }).lines ?? null
    throw new ReferenceDataError({ file, row: line }, cause instanceof Error ? cause.message : '', 'CSV', { cause })
  }
}

export interface Table {
  readonly file: string
  readonly rows: readonly Row[]
}
export interface Row {
  /** As a spreadsheet counts. */
  readonly row: number
  readonly cells: readonly string[]
  /** The cell under a heading, '' where the row is too short. */
  get(heading: string): string
}

/** How many rows above the headings a published table may have. */
const titleRows = 5

/** The rows beneath the first of the top rows that has all these headings (case-folded), in any order; null if none does. */
export function tableUnder(
  file: string,
  rows: readonly (readonly string[])[],
  headings: readonly string[],
): Table | null {
  for (const [at, cells] of rows.slice(0, titleRows).entries()) {
    const folded = cells.map((cell) => cell.toLocaleLowerCase('vi'))
    // Optional columns are asked for as they are written; the wanted ones in any case.
    const columns = new Map(cells.map((cell, index) => [cell, index]))
    for (const heading of headings) columns.set(heading, folded.indexOf(heading.toLocaleLowerCase('vi')))
    if (headings.some((heading) => columns.get(heading) === -1)) continue
    const body = rows.slice(at + 1).map((under, index) => ({
      row: at + index + 2,
      cells: under,
      get: (heading: string) => under[columns.get(heading) ?? -1] ?? '',
    }))
    return { file, rows: body.filter(({ cells: filled }) => filled.some((cell) => cell !== '')) }
  }
  return null
}

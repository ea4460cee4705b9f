// The cells of a sheet of a workbook or a CSV file.
import { parse } from 'csv-parse/sync'
import readWorkbook from 'read-excel-file/universal'
import { Unreadable } from './unreadable.ts'
import { guardZip } from './zip-guard.ts'

/** A cell as it is: a typed number by its shortest exact decimal, any other content as text, null when empty. */
export type Cell = { readonly number: string } | { readonly text: string } | null
/** Rows of cells from A1 on. */
export type Grid = readonly (readonly Cell[])[]

const maxBytes = 16 * 1_048_576
const maxRows = 50_000

/** The cells of one sheet of a workbook (`.xlsx`) or of a `.csv` file. Throws Unreadable; runs nothing of the file. */
export async function gridOf(name: string, bytes: Uint8Array, sheet: string | null): Promise<Grid> {
  if (bytes.byteLength > maxBytes) throw new Unreadable('TOO_LARGE', 'the file is over 16 MB')
  const grid = /\.csv$/i.test(name) ? csvGrid(bytes) : await workbookGrid(bytes, sheet)
  if (grid.length > maxRows) throw new Unreadable('TOO_LARGE', `the sheet has more than ${maxRows} rows`)
  return grid
}

async function workbookGrid(bytes: Uint8Array, sheet: string | null): Promise<Grid> {
  guardZip(bytes)
  const copy = new Uint8Array(bytes).buffer
  // A number becomes an object, so that a text of digits stays a text.
  const sheets = await readWorkbook<{ number: string }>(copy, { trim: false, parseNumber: shortest }).catch(
    (cause: unknown) => {
      throw new Unreadable(
        'MALFORMED',
        `the workbook cannot be read (${cause instanceof Error ? cause.message : 'unknown'})`,
      )
    },
  )
  const number = /^\d+$/.test(sheet ?? '') ? Number(sheet) - 1 : 0
  const named = sheets.find((one) => one.sheet.normalize('NFC').trim() === sheet?.normalize('NFC').trim())
  const found = named ?? (sheet === null || /^\d+$/.test(sheet) ? sheets[number] : undefined)
  if (found === undefined) throw new Unreadable('MISSING', `the workbook has no sheet '${sheet ?? 1}'`)
  return found.data.map((row) => row.map((cell) => cellOf(cell)))
}

/** Excel writes 17 digits of a float; the shortest decimal that means the same float is what was typed. */
function shortest(text: string): { number: string } {
  const number = Number(text)
  return { number: Number.isFinite(number) ? String(number) : text }
}

function cellOf(cell: unknown): Cell {
  if (cell === null || cell === undefined) return null
  if (typeof cell === 'object' && 'number' in cell) return { number: String(cell.number) }
  const text = cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell as string | boolean)
  return text.trim() === '' ? null : { text }
}

function csvGrid(bytes: Uint8Array): Grid {
  const text = decoded(bytes)
  const marks = [';', ',', '\t'].map((mark) => [mark, text.slice(0, 20_000).split(mark).length] as const)
  const delimiter = marks.toSorted((a, b) => b[1] - a[1])[0]![0]
  try {
    const rows: string[][] = parse(text, { delimiter, relax_column_count: true, skip_empty_lines: false })
    return rows.map((row) => row.map((cell) => (cell.trim() === '' ? null : { text: cell })))
  } catch {
    throw new Unreadable('MALFORMED', 'the file is no CSV')
  }
}

/** UTF-8 or, by its byte order mark, UTF-16. Bytes of an older Vietnamese font encoding are refused, not guessed at. */
function decoded(bytes: Uint8Array): string {
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(mark, { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('MALFORMED', 'the text is not in Unicode')
  }
}

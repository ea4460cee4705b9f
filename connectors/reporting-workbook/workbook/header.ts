// Finds the header of a table and the columns that a template declares.
import { foldCase } from '#connector'
import type { Cell, Grid } from './grid.ts'
import type { Template } from '../template.ts'
import { Unreadable } from './unreadable.ts'

export interface Head {
  /** Index of the numbering column; -1 where there is none. */
  readonly number: number
  /** Index of each declared column, in the template's order. */
  readonly columns: readonly number[]
  /** Index of the column that gives each row's unit; -1 where none does. */
  readonly unitColumn: number
  /** Unit of the whole sheet by its title line. */
  readonly unit: string | null
}

export const textOf = (cell: Cell | undefined): string => {
  if (cell === null || cell === undefined) return ''
  return ('number' in cell ? cell.number : cell.text).normalize('NFC').replace(/\s+/g, ' ').trim()
}

const numberTitles: ReadonlySet<string> = new Set(['tt', 'stt', 'số tt', 'số thứ tự'])
/** A row that numbers the columns (`A B 1 2 3=2/1`) is no part of their titles. */
const isColumnNumber = (text: string): boolean => /^(?:[A-ZĐ]|\(?\d{1,2}\)?(?:\s*=.*)?)$/u.test(text)

/**
 * Finds the declared columns in the head of a sheet. A column's title is the path of header cells above it (`Thực hiện /
 * Tháng`), merged cells spread over what they cover; a template names it by the whole path or by its lowest cell. Throws
 * Unreadable where a column is not there or not the only one.
 */
export function headOf(grid: Grid, template: Template): Head {
  const head = grid.slice(0, template.headerRows)
  const wanted = template.columns.map(({ title }) => title)
  const begins = head.findIndex((row) => row.some((cell) => numberTitles.has(foldCase(textOf(cell)))))
  const first =
    begins >= 0
      ? begins
      : head.findIndex((row) => row.some((cell) => wanted.some((title) => startsAt(textOf(cell), title))))
  const paths = pathsOf(first < 0 ? [] : head.slice(first))
  const unitTitle = template.unitFrom === undefined || template.unitFrom === 'title' ? null : template.unitFrom
  return {
    number: paths.findIndex((path) => numberTitles.has(foldCase(path.at(-1) ?? ''))),
    columns: wanted.map((title) => columnAt(paths, title)),
    unitColumn: unitTitle === null ? -1 : columnAt(paths, unitTitle),
    unit: template.unitFrom === 'title' ? unitIn(head) : null,
  }
}

const same = (one: string, other: string): boolean =>
  foldCase(one.replace(/\s+/g, ' ')) === foldCase(other.replace(/\s+/g, ' '))
const startsAt = (text: string, title: string): boolean =>
  text !== '' && (same(text, title) || same(text, title.split(' / ')[0]!))

function pathsOf(head: Grid): readonly (readonly string[])[] {
  const rows = head.filter(
    (row) => !row.map((cell) => textOf(cell)).every((text) => text === '' || isColumnNumber(text)),
  )
  const width = Math.max(0, ...rows.map((row) => row.length))
  const filled = (from: number, to: number, column: number): boolean =>
    rows.slice(from, to).some((row) => textOf(row[column]) !== '')
  return Array.from({ length: width }, (_, column) => {
    const path = rows.map((row, index) => {
      const own = textOf(row[column])
      // A cell merged downwards covers what is empty below it; one merged to the right, columns with titles of their own below.
      if (own !== '' || filled(0, index, column) || !filled(index + 1, rows.length, column)) return own
      const left = row.slice(0, column).findLastIndex((cell) => textOf(cell) !== '')
      return left >= 0 && filled(index + 1, rows.length, left) ? textOf(row[left]) : ''
    })
    return path.filter((text, at) => text !== '' && text !== path[at - 1])
  })
}

function columnAt(paths: readonly (readonly string[])[], title: string): number {
  const whole = indexesOf(paths, (path) => same(path.join(' / '), title))
  const found = whole.length > 0 ? whole : indexesOf(paths, (path) => same(path.at(-1) ?? '', title))
  if (found.length === 1) return found[0]!
  if (found.length === 0) throw new Unreadable('MISSING', `no column '${title}' in the head of the sheet`)
  throw new Unreadable('AMBIGUOUS', `${found.length} columns '${title}' in the head of the sheet`)
}

const indexesOf = <T>(list: readonly T[], test: (item: T) => boolean): number[] =>
  list.flatMap((item, index) => (test(item) ? [index] : []))

function unitIn(head: Grid): string | null {
  for (const cell of head.flat()) {
    const unit = /(?:ĐVT|Đơn vị tính|Đơn vị)\s*:\s*([^)\];]+)/iu.exec(textOf(cell))?.[1]?.trim()
    if (unit !== undefined && unit !== '') return unit
  }
  return null
}

// The figures in a sheet, a record for each cell.
import type { SourceRecord } from '#connector'
import type { Cell, Grid } from './grid.ts'
import { headOf, textOf } from './header.ts'
import { numbering } from './numbering.ts'
import { codeOf } from '../period.ts'
import { columnIds, keyOf } from '../template.ts'
import type { ReportFile } from '../template.ts'

/** What comes after a table: notes, the list of recipients, the place and date, and who signs. Never read, for it names persons. */
const afterTable =
  /^(?:ghi chú|nơi nhận|người lập|lập biểu|người duyệt|kế toán|thủ trưởng|tm\.|kt\.|tl\.|chủ tịch)|ngày\s+\S+\s+tháng\s+\S+\s+năm/iu

/** No name and no figure is longer; a cell may have 32,767 characters. */
const longest = 400

/**
 * The figures of one report, a record for each cell of a declared column that is not empty, in the order of the rows. Throws
 * Unreadable where the head does not fit the template.
 */
export function figuresOf(grid: Grid, report: ReportFile): SourceRecord[] {
  const { template, agency } = report
  const period = report.period === null ? '' : codeOf(report.period)
  const head = headOf(grid, template)
  const ids = columnIds(template.columns)
  const codeFor = numbering(template.code)
  const keys = new Map<string, number>()
  const records: SourceRecord[] = []
  for (let index = template.headerRows; index < grid.length; index++) {
    const row = grid[index]!
    if (row.some((cell) => afterTable.test(textOf(cell)))) break
    const number = head.number < 0 ? '' : textOf(row[head.number])
    const name = nameOf(row, [head.number, head.unitColumn, ...head.columns])
    if (name === '' || row.every((cell) => textOf(cell) === '')) continue
    // The row that numbers the columns may stand as the first row of data.
    if (number === 'A' && name === 'B') continue
    const code = codeFor(number, name)
    const unit = head.unitColumn < 0 ? head.unit : textOf(row[head.unitColumn]) || null
    for (const [at, column] of template.columns.entries()) {
      const cell = row[head.columns[at]!] ?? null
      if (cell === null || textOf(cell) === '') continue
      const byArea = column.indicator !== undefined
      const base = keyOf(template.code, agency, period, byArea ? name : code, ids[at]!)
      const count = (keys.get(base) ?? 0) + 1
      keys.set(base, count)
      const address = `${letters(head.columns[at]!)}${index + 1}`
      records.push({
        key: count === 1 ? base : `${base}~${count}`,
        ...about(report),
        cell: address,
        ...(byArea
          ? { indicator: column.indicator, indicatorName: column.title, area: { name } }
          : {
              indicator: code,
              indicatorName: name,
              ...(template.area === undefined ? {} : { area: { code: template.area } }),
            }),
        ...(column.period === undefined ? {} : { column: column.period }),
        ...(unit === null ? {} : { unit }),
        ...('number' in cell ? { number: cell.number } : { text: cell.text.slice(0, longest) }),
        ...(count === 1 ? {} : { fault: { code: 'AMBIGUOUS', at: address } }),
      })
    }
  }
  return records
}

/** What a record of either stream says of its report. */
export function about({ file, template, agency, period }: ReportFile): SourceRecord {
  return {
    file: file.name,
    template: template.code,
    ...(template.regime === undefined ? {} : { regime: template.regime }),
    agency,
    period: period === null ? '' : codeOf(period),
  }
}

function nameOf(row: readonly Cell[], taken: readonly number[]): string {
  for (const [index, cell] of row.entries()) {
    if (!taken.includes(index) && cell !== null && 'text' in cell && textOf(cell) !== '')
      return textOf(cell).slice(0, longest)
  }
  return ''
}

/** 0 → A, 26 → AA. */
function letters(index: number): string {
  const rest = index % 26
  return (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + rest)
}

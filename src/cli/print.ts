// How commands print: JSON for programs, tables for people.
import Table from 'cli-table3'

export const printJson = (value: unknown): void => console.log(JSON.stringify(value))

/** A table for people; where the output is piped, plain without colours. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): void {
  const table = new Table({ head: [...head], style: { head: [], border: [] } })
  for (const row of rows) table.push(row.map((cell) => (cell === null ? '' : String(cell))))
  console.log(rows.length === 0 ? '(không có · none)' : table.toString())
}

/** Minutes are what people read: 2026-03-05 08:00. */
export const shortTime = (time: string | null): string => (time === null ? '' : time.slice(0, 16).replace('T', ' '))

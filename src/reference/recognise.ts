// Recognises an official table by its headings.
import { type AgencyRow, agencyCodeHeadings, readAgencyCodes, readAgencyList } from './agencies.ts'
import { ReferenceDataError } from './error.ts'
import { type CalendarDay, holidayHeadings, readHolidayObject, readHolidayTable } from './holidays.ts'
import { type ProcedureRow, readProcedureList } from './procedures.ts'
import { decode, readRows, type Table, tableUnder } from './table.ts'
import { changeHeadings, readUnitChanges, readUnits, unitHeadings } from './units/files.ts'
import type { UnitChangeRow, UnitRow } from './units/set.ts'
import {
  conversionHeadings,
  type ConversionRow,
  type OldCommuneRow,
  oldCommuneHeadings,
  type PresentUnit,
  readConversion,
  readOldCommunes,
  readPresentUnits,
} from './units/tables.ts'

/** A file with what it was recognised as. */
export type Recognised =
  | { readonly kind: 'conversion-table'; readonly rows: readonly ConversionRow[] }
  | { readonly kind: 'old-communes'; readonly rows: readonly OldCommuneRow[] }
  | { readonly kind: 'present-units'; readonly rows: readonly PresentUnit[] }
  | { readonly kind: 'units'; readonly rows: readonly UnitRow[] }
  | { readonly kind: 'unit-changes'; readonly rows: readonly UnitChangeRow[] }
  | { readonly kind: 'agencies' | 'agency-codes'; readonly rows: readonly AgencyRow[] }
  | { readonly kind: 'procedures'; readonly rows: readonly ProcedureRow[] }
  | { readonly kind: 'fields'; readonly rows: readonly unknown[] }
  | { readonly kind: 'holidays'; readonly rows: readonly CalendarDay[] }

const tables: readonly {
  readonly headings: readonly string[]
  readonly read: (table: Table) => Recognised
}[] = [
  { headings: conversionHeadings, read: (table) => ({ kind: 'conversion-table', rows: readConversion(table) }) },
  { headings: oldCommuneHeadings, read: (table) => ({ kind: 'old-communes', rows: readOldCommunes(table) }) },
  { headings: unitHeadings, read: (table) => ({ kind: 'units', rows: readUnits(table) }) },
  { headings: changeHeadings, read: (table) => ({ kind: 'unit-changes', rows: readUnitChanges(table) }) },
  { headings: agencyCodeHeadings, read: (table) => ({ kind: 'agency-codes', rows: readAgencyCodes(table) }) },
  { headings: holidayHeadings, read: (table) => ({ kind: 'holidays', rows: readHolidayTable(table) }) },
]

/** What is said of a file that is none of them. */
export const expectedTable = `a CSV table with one of these headings: ${tables
  .map(({ headings }) => headings.join(', '))
  .join(' | ')}`
export const expectedJson =
  'JSON: provinces with Code, FullName, Wards | agencies with ID, CODE, NAME | procedures with TTHC_MA, TYPE, NAME | ' +
  'fields with ID, FIELD_NAME | holidays as { "2026-09-02": name }'

/** What a CSV file is, by its headings; null: none of the tables that are known. */
export function recogniseCsv(file: string, bytes: Uint8Array): Recognised | null {
  const rows = readRows(file, decode(file, bytes))
  for (const { headings, read } of tables) {
    const table = tableUnder(file, rows, headings)
    if (table !== null) return read(table)
  }
  return null
}

/** What a JSON file is, by the members of its first item; null: none of the lists that are known. */
export function recogniseJson(file: string, bytes: Uint8Array): Recognised | null {
  let value: unknown
  try {
    value = JSON.parse(decode(file, bytes).replace(/^\uFEFF/, ''))
  } catch (cause) {
    if (cause instanceof ReferenceDataError) throw cause
    const found = cause instanceof Error ? cause.message : ''
    throw new ReferenceDataError({ file, row: null }, found, 'JSON', { cause })
  }
  if (typeof value !== 'object' || value === null) return null
  if (!Array.isArray(value)) {
    const [first] = Object.keys(value)
    const isCalendar = first !== undefined && /^\d{4}-\d\d-\d\d$/.test(first)
    return isCalendar ? { kind: 'holidays', rows: readHolidayObject(file, value) } : null
  }
  const first: unknown = value[0]
  if (typeof first !== 'object' || first === null) return null
  const has = (...members: string[]): boolean => members.every((member) => Object.hasOwn(first, member))
  const rows = value.map((row: unknown, index): object => {
    if (typeof row === 'object' && row !== null) return row
    throw new ReferenceDataError({ file, row: index + 1 }, String(row), 'an object')
  })
  if (has('Code', 'FullName', 'Wards')) return { kind: 'present-units', rows: readPresentUnits(file, rows) }
  if (has('TTHC_MA', 'TYPE', 'NAME')) return { kind: 'procedures', rows: readProcedureList(file, rows) }
  if (has('ID', 'CODE', 'NAME')) return { kind: 'agencies', rows: readAgencyList(file, rows) }
  if (has('ID', 'FIELD_NAME')) return { kind: 'fields', rows }
  return null
}

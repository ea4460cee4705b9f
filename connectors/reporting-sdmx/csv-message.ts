// Reads the observations of an SDMX-CSV message.
import { parse } from 'csv-parse/sync'
import { ConnectorFailure } from '#connector'
import type { SourceRecord } from '#connector'
import type { Message } from './json-message.ts'
import { actionOf, recordOf } from './observation.ts'
import type { Dimension } from './observation.ts'

const leading: ReadonlySet<string> = new Set([
  'STRUCTURE',
  'STRUCTURE_ID',
  'STRUCTURE_NAME',
  'ACTION',
  'SERIES_KEY',
  'OBS_KEY',
])

/**
 * The observations of one SDMX-CSV data message (2.x). Separator: whichever of `,` `;` and tab follows STRUCTURE in the first
 * line; only under `;` may a value have a decimal comma. `CODE: Name` and multi-valued `NAME[]` columns are understood.
 * Throws SOURCE_CHANGED where the first line is no SDMX-CSV header or the rows differ in length.
 */
export function readCsvMessage(text: string, flow: string | null): Message {
  const clean = text.replace(/^\uFEFF/, '')
  const separator = /^"?STRUCTURE(?:\[[^\]]*\])?"?([,;\t])/.exec(clean)?.[1]
  if (separator === undefined)
    throw new ConnectorFailure('SOURCE_CHANGED', 'SDMX-CSV: the first line does not begin with STRUCTURE')
  const [header = [], ...rows] = cells(clean, separator)
  const columns = header.map((title) =>
    title
      .replace(/:.*$/s, '')
      .replace(/\[[^\]]*\]$/, '')
      .trim(),
  )
  const at = (name: string): number => columns.indexOf(name)
  const time = at('TIME_PERIOD')
  if (at('STRUCTURE_ID') < 0 || time < 0) {
    throw new ConnectorFailure('SOURCE_CHANGED', 'SDMX-CSV: no column STRUCTURE_ID or TIME_PERIOD')
  }
  const measure = at('OBS_VALUE')
  const end = measure < 0 ? time + 1 : measure
  const components = columns.map((id, column) => ({ id, column })).filter(({ id }) => !leading.has(id) && id !== '')
  const dimensions = components.filter(({ id, column }) => column < end || id === 'TIME_PERIOD')
  const attributes = components.filter(
    ({ id, column }) => column > end - 1 && id !== 'OBS_VALUE' && id !== 'TIME_PERIOD',
  )

  const recordOfRow = (row: readonly string[]): SourceRecord => {
    const cell = (column: number): string => (column < 0 ? '' : (row[column] ?? '').trim())
    const action = actionOf(cell(at('ACTION')))
    const deleting = action === 'delete'
    const structure = splitLabel(cell(at('STRUCTURE_ID')))
    const id = flow ?? /^[^:]*:([^(]+)/.exec(structure.code)?.[1] ?? structure.code
    const found = dimensions.map(({ id: name, column }): Dimension => {
      const { code, label } = splitLabel(cell(column))
      return { id: name, value: code === '' ? null : code, name: name === 'INDICATOR' ? label : null }
    })
    const missing = deleting ? undefined : found.find(({ value }) => value === null)
    const value = cell(measure)
    return recordOf({
      flow: id,
      flowName: structure.label,
      dimensions: found.map((d) => (d.value === null && !deleting ? { ...d, value: '' } : d)),
      attributes: Object.fromEntries(
        attributes.map(({ id: name, column }) => [name, attribute(cell(column), mapped.has(name))]),
      ),
      value: value === '' || value === 'NaN' || value === '#N/A' ? null : plain(value, separator),
      action,
      withoutValue: value === '',
      fault: missing === undefined ? null : { code: 'MISSING', at: `dimensions.${missing.id}` },
    })
  }
  // Some services answer an empty selection with one row that names the structure and nothing else.
  const stated = rows.filter(
    (row) => components.some(({ column }) => filled(row[column] ?? '')) || /^d/i.test(row[at('ACTION')] ?? ''),
  )
  return { records: stated.map(recordOfRow), prepared: null }
}

const mapped: ReadonlySet<string> = new Set(['UNIT_MEASURE', 'UNIT_MULT', 'OBS_STATUS'])

const filled = (cell: string): boolean => cell.trim() !== ''

function cells(text: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, relax_quotes: false, skip_empty_lines: true })
  } catch (cause) {
    throw new ConnectorFailure('SOURCE_CHANGED', 'SDMX-CSV: the rows are no CSV of one width', { cause })
  }
}

/** `M: Monthly` is a code with its label; a code alone has none, and no code contains a colon before a space. */
function splitLabel(cell: string): { code: string; label: string | null } {
  const at = cell.indexOf(': ')
  if (at < 1) return { code: cell, label: null }
  return { code: cell.slice(0, at), label: cell.slice(at + 2).trim() || null }
}

function attribute(cell: string, coded: boolean): string | null {
  if (cell === '' || cell === '#N/A' || cell === 'NaN' || cell === '~') return null
  return coded ? splitLabel(cell).code : cell
}

/** `1.234,5` and `12,5` become `1234.5` and `12.5` under `;`; a text that is no such number stays, to be rejected. */
function plain(value: string, separator: string): string {
  if (separator !== ';' || !/^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+$/.test(value)) return value
  return value.replaceAll('.', '').replace(',', '.')
}

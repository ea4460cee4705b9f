// Reads lists of units and of their changes.
import type { FileRow } from '../error.ts'
import { ReferenceDataError } from '../error.ts'
import type { Table } from '../table.ts'
import type { UnitKind } from './name.ts'
import type { UnitChangeRow, UnitRow } from './set.ts'

// The project's own form of units and changes, as in the folder `reference/`.

export const unitHeadings = ['code', 'name', 'kind', 'parent', 'validFrom', 'validTo']
export const changeHeadings = ['fromCode', 'fromValidFrom', 'toCode', 'whole', 'note']

const kinds = new Set<string>([
  'PROVINCE',
  'CITY',
  'DISTRICT',
  'TOWN',
  'WARD',
  'COMMUNE',
  'TOWNSHIP',
  'SPECIAL_ZONE',
] satisfies UnitKind[])

export function readUnits({ file, rows }: Table): UnitRow[] {
  return rows.map((row) => {
    const at = { file, row: row.row }
    const kind = row.get('kind')
    if (!kinds.has(kind)) throw new ReferenceDataError(at, kind, [...kinds].join(', '))
    if (row.get('name') === '') throw new ReferenceDataError(at, '', 'a name')
    const [validFrom, validTo] = [dayOrNull(at, row.get('validFrom')), dayOrNull(at, row.get('validTo'))]
    if (validFrom !== null && validTo !== null && validTo <= validFrom) {
      throw new ReferenceDataError(at, validTo, `a day after ${validFrom}`)
    }
    return {
      at,
      code: codeOf(at, row.get('code')),
      name: row.get('name'),
      kind: kind as UnitKind,
      parent: row.get('parent') || null,
      validFrom,
      validTo,
    }
  })
}

export function readUnitChanges({ file, rows }: Table): UnitChangeRow[] {
  return rows.map((row) => {
    const at = { file, row: row.row }
    const whole = row.get('whole')
    if (whole !== 'true' && whole !== 'false') throw new ReferenceDataError(at, whole, 'true or false')
    return {
      at,
      fromCode: codeOf(at, row.get('fromCode')),
      fromValidFrom: dayOrNull(at, row.get('fromValidFrom')),
      toCode: codeOf(at, row.get('toCode')),
      whole: whole === 'true',
      note: row.get('note') || null,
    }
  })
}

function codeOf(at: FileRow, text: string): string {
  if (!/^\d{2,5}$/.test(text)) throw new ReferenceDataError(at, text, 'a code of two to five digits')
  return text
}

function dayOrNull(at: FileRow, text: string): string | null {
  if (text === '') return null
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new ReferenceDataError(at, text, 'a day as 2025-07-01, or nothing')
  }
  return text
}

// Reads the official tables of administrative units.
import type { FileRow } from '../error.ts'
import { ReferenceDataError } from '../error.ts'
import type { Table } from '../table.ts'
import { clean } from '../table.ts'
import type { UnitName } from './name.ts'
import { communeCode, nameWithCode, unitName } from './name.ts'

// The three tables of units as they are published: two of the National Statistics Office, one of all present units.

interface NamedCode {
  readonly name: string
  readonly code: string
}
export interface ConversionRow {
  readonly at: FileRow
  readonly province: NamedCode
  readonly present: UnitName & { readonly code: string }
  /** null: the row names no old commune that has a code. */
  readonly old: (UnitName & { readonly code: string }) | null
  readonly oldName: string
  readonly note: string
  readonly district: NamedCode
  readonly oldProvince: NamedCode
}
export interface OldCommuneRow {
  readonly at: FileRow
  readonly province: NamedCode
  readonly district: NamedCode
  /** null: a district without communes. */
  readonly commune: (UnitName & { readonly code: string }) | null
}
export interface PresentUnit {
  readonly at: FileRow
  readonly code: string
  readonly name: UnitName
  readonly province: string | null
}

export const conversionHeadings = [
  'Tỉnh, thành phố',
  'Tên Xã mới',
  'Mã Xã mới',
  'Tên Xã cũ',
  'Mã Xã cũ',
  'Ghi chú',
  'Quận/huyện',
  'Tỉnh cũ',
]
export const oldCommuneHeadings = ['Tỉnh Thành Phố', 'Mã TP', 'Quận Huyện', 'Mã QH', 'Phường Xã', 'Mã PX', 'Cấp']

/** Conversion table of 1 July 2025; the headings of provinces, rows with only a first cell, are passed over. */
export function readConversion({ file, rows }: Table): ConversionRow[] {
  return rows
    .filter(({ cells }) => cells.slice(1).some((cell) => cell !== ''))
    .map((row) => {
      const at = { file, row: row.row }
      const oldCode = row.get('Mã Xã cũ')
      const oldName = row.get('Tên Xã cũ')
      if (oldCode !== '' && oldName === '')
        throw new ReferenceDataError(at, '', `the name of the old commune ${oldCode}`)
      return {
        at,
        province: nameWithCode(at, row.get('Tỉnh, thành phố'), 2),
        present: {
          ...unitName(required(at, row.get('Tên Xã mới'), 'the name of the new commune')),
          code: communeCode(at, row.get('Mã Xã mới')),
        },
        old: oldCode === '' ? null : { ...unitName(oldName), code: communeCode(at, oldCode) },
        oldName,
        note: row.get('Ghi chú'),
        district: nameWithCode(at, row.get('Quận/huyện'), 3),
        oldProvince: nameWithCode(at, row.get('Tỉnh cũ'), 2),
      }
    })
}

/** Table of the communes before July 2025. */
export function readOldCommunes({ file, rows }: Table): OldCommuneRow[] {
  const seen = new Map<string, number>()
  return rows.map((row) => {
    const at = { file, row: row.row }
    const code = row.get('Mã PX')
    if (code !== '') {
      const before = seen.get(code)
      if (before !== undefined)
        throw new ReferenceDataError(at, code, `a code that does not stand in row ${before} already`)
      seen.set(code, row.row)
    }
    return {
      at,
      province: namedCode(at, row.get('Tỉnh Thành Phố'), row.get('Mã TP'), 2),
      district: namedCode(at, row.get('Quận Huyện'), row.get('Mã QH'), 3),
      commune:
        code === '' ? null : { ...unitName(required(at, row.get('Phường Xã'), 'a name')), code: communeCode(at, code) },
    }
  })
}

function namedCode(at: FileRow, name: string, code: string, digits: number): NamedCode {
  if (!/^\d+$/.test(code) || code.length !== digits)
    throw new ReferenceDataError(at, code, `a code of ${digits} digits`)
  return { name: unitName(required(at, name, 'a name')).name, code }
}

/** The present provinces and their communes as `[{ Code, FullName, Wards: [{ Code, FullName }] }]`. */
export function readPresentUnits(file: string, provinces: readonly object[]): PresentUnit[] {
  const unit = (row: object, index: number, digits: number, province: string | null): PresentUnit => {
    const at = { file, row: index + 1 }
    const { Code: code, FullName: name } = row as Record<string, unknown>
    if (typeof code !== 'string' || !/^\d+$/.test(code) || code.length !== digits) {
      throw new ReferenceDataError(
        at,
        typeof code === 'string' ? code : typeof code,
        `Code: a text of ${digits} digits`,
      )
    }
    if (typeof name !== 'string') throw new ReferenceDataError(at, typeof name, 'FullName: a text')
    return { at, code, name: unitName(clean(name)), province }
  }
  return provinces.flatMap((row, index) => {
    const province = unit(row, index, 2, null)
    const { Wards: wards } = row as Record<string, unknown>
    if (!Array.isArray(wards)) throw new ReferenceDataError(province.at, typeof wards, 'Wards: a list')
    return [province, ...wards.map((ward: object) => unit(ward ?? {}, index, 5, province.code))]
  })
}

function required(at: FileRow, text: string, expected: string): string {
  if (text === '') throw new ReferenceDataError(at, '', expected)
  return text
}

// Reads the members of a record by type, and rejects the record at the first fault.
import { isObject } from '../transport/json-object.ts'
import type { Json, Normalised, RejectCode, Rejection, SourceRecord } from './connector.ts'
import type { EntityName, EntityRecord } from './entity.ts'

/** A fault in one record, thrown inside `normalising` and turned into a rejection there. */
export class Fault extends Error {
  readonly rejection: Rejection
  constructor(rejection: Rejection) {
    super(`${rejection.reject} at ${rejection.at}`)
    this.rejection = rejection
  }
}

/**
 * Throws the Fault that rejects the record. `found` only where the value is of a code list or a format, never personal.
 *
 * @example
 * const at = isoInstant(text) ?? reject('BAD_DATE', 'receivedAt', { expected: '2026-03-05T08:00:00+07:00' })
 */
export function reject(code: RejectCode, at: string, more: { found?: string; expected?: string } = {}): never {
  throw new Fault({ reject: code, at, ...more })
}

/**
 * NFC, with surrounding white space cut; BAD_TEXT for what no database can store (NUL, a lone surrogate).
 *
 * @example
 * cleanText('  Sở Tài chính ', 'agency.name') // 'Sở Tài chính'
 */
export function cleanText(value: string, at: string): string {
  if (value.includes('\u0000') || !value.isWellFormed()) reject('BAD_TEXT', at)
  return value.normalize('NFC').trim()
}

/** A typed view of an untyped object. Every method throws a Fault that names the path of what is wrong. */
export interface Reader {
  readonly at: string
  readonly value: SourceRecord
  /** A text that is there and not empty. */
  text(name: string): string
  /** null when absent, null or empty. */
  maybeText(name: string): string | null
  /** A text, or a number or boolean written as text (codes that some sources send as numbers). */
  maybeScalar(name: string): string | null
  maybeNumber(name: string): number | null
  maybeBoolean(name: string): boolean | null
  object(name: string): Reader
  maybeObject(name: string): Reader | null
  /** The objects of a list; an absent or null list is empty. */
  objects(name: string): Reader[]
  /** One of a table's values by the text that is there (compared in NFC, case-folded). */
  maybeOneOf<T>(name: string, table: ReadonlyMap<string, T>): T | null
}

/**
 * A text for comparison: in NFC, without surrounding white space, in small letters as Vietnamese has them.
 *
 * @example
 * foldCase(' CÔNG VĂN') === foldCase('Công văn') // true
 */
export const foldCase = (text: string): string => text.normalize('NFC').trim().toLocaleLowerCase('vi')

/**
 * A table for `maybeOneOf`, its names case-folded.
 *
 * @example
 * const statuses = nameTable<DossierStatus>({ 'Đang xử lý': 'PROCESSING', 'Đã trả kết quả': 'RETURNED' })
 */
export function nameTable<T>(names: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(names).map(([name, value]) => [foldCase(name), value]))
}

/**
 * A typed view of a record or of an object in it; `at` is its path. Throws the Fault WRONG_TYPE for what is no object.
 *
 * @example
 * const from = reader(record)
 * const code = from.text('code') // rejects the record with MISSING at `code`
 * const birthday = from.maybeObject('applicant')?.maybeText('birthday') ?? null
 */
export function reader(value: unknown, at = ''): Reader {
  if (!isObject<Json>(value)) reject('WRONG_TYPE', at, { expected: 'object' })
  const record = value
  const path = (name: string): string => (at === '' ? name : `${at}.${name}`)
  const own = (name: string): Json | undefined => (Object.hasOwn(record, name) ? record[name] : undefined)
  const maybeText = (name: string): string | null => {
    const found = own(name)
    if (found === undefined || found === null) return null
    if (typeof found !== 'string') reject('WRONG_TYPE', path(name), { expected: 'text' })
    const text = cleanText(found, path(name))
    return text === '' ? null : text
  }
  const maybeObject = (name: string): Reader | null => {
    const found = own(name)
    return found === undefined || found === null ? null : reader(found, path(name))
  }
  return {
    at,
    value: record,
    maybeText,
    text: (name) => maybeText(name) ?? reject('MISSING', path(name)),
    maybeScalar: (name) => {
      const found = own(name)
      return typeof found === 'number' || typeof found === 'boolean' ? String(found) : maybeText(name)
    },
    maybeNumber: (name) => {
      const found = own(name)
      if (found === undefined || found === null) return null
      if (typeof found !== 'number' || !Number.isFinite(found)) reject('WRONG_TYPE', path(name), { expected: 'number' })
      return found
    },
    maybeBoolean: (name) => {
      const found = own(name)
      if (found === undefined || found === null) return null
      if (typeof found !== 'boolean') reject('WRONG_TYPE', path(name), { expected: 'boolean' })
      return found
    },
    maybeObject,
    object: (name) => maybeObject(name) ?? reject('MISSING', path(name)),
    objects: (name) => {
      const found = own(name)
      if (found === undefined || found === null) return []
      if (!Array.isArray(found)) reject('WRONG_TYPE', path(name), { expected: 'list' })
      return (found as readonly unknown[]).map((item, index) => reader(item, `${path(name)}[${index}]`))
    },
    maybeOneOf: (name, table) => {
      const text = maybeText(name)
      if (text === null) return null
      const value = table.get(foldCase(text))
      return value === undefined ? reject('UNKNOWN_VALUE', path(name), { found: text.slice(0, 80) }) : value
    },
  }
}

/**
 * The record that `make` builds, or the rejection of the Fault that it throws. Any other error is a bug and passes.
 *
 * @example
 * const agency = (record: SourceRecord) =>
 *   normalising<'Agency'>(() => ({ code: reader(record).text('id'), otherCodes: [], name: null, parentCode: null, externalId: null }))
 */
export function normalising<E extends EntityName>(make: () => EntityRecord[E] | Normalised<E>): Normalised<E> {
  try {
    const made = make()
    if ('reject' in made || 'remove' in made || 'record' in made) return made as Normalised<E>
    return { record: made as EntityRecord[E] }
  } catch (error) {
    if (error instanceof Fault) return error.rejection
    throw error
  }
}

// Reads and stores official lists of agencies and of their codes.
import { sql, type Transaction } from 'kysely'
import type { AgencyRecord } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { agencySink, resolveAgencies } from '../domains/agency/index.ts'
import type { FileRow } from './error.ts'
import { ReferenceDataError } from './error.ts'
import type { Tally } from './units/store.ts'
import { clean, type Table } from './table.ts'

/** Under this source the imported tables stand among the lists that the agencies and procedures are folded from. */
export const referenceSource = 'reference'

/** One agency of a list, or one row that links codes; a row without a name only links. */
export interface AgencyRow {
  readonly at: FileRow
  readonly stream: 'agencies' | 'agency-codes'
  /** Unique in its stream. */
  readonly key: string
  readonly record: Omit<AgencyRecord, 'name'> & { readonly name: string | null }
}

/** A table that links codes. The other codes stand in one cell, between spaces, commas or semicolons. */
export const agencyCodeHeadings = ['code', 'otherCodes', 'name', 'parent']

export function readAgencyCodes({ file, rows }: Table): AgencyRow[] {
  const seen = new Map<string, number>()
  return rows.map((row) => {
    const at = { file, row: row.row }
    const code = row.get('code')
    if (code === '' || /\s/.test(code)) throw new ReferenceDataError(at, code, 'one code')
    const otherCodes = row
      .get('otherCodes')
      .split(/[\s,;]+/)
      .filter((other) => other !== '' && other !== code)
    for (const named of [code, ...otherCodes]) {
      const before = seen.get(named)
      if (before !== undefined)
        throw new ReferenceDataError(at, named, `a code that row ${before} does not name already`)
      seen.set(named, row.row)
    }
    const record = {
      code,
      otherCodes,
      name: row.get('name') || null,
      parentCode: row.get('parent') || null,
      externalId: null,
    }
    return { at, stream: 'agency-codes', key: code, record }
  })
}

/** The national portal's list `[{ ID, CODE, NAME or AGENCY_NAME }]`. */
export function readAgencyList(file: string, rows: readonly object[]): AgencyRow[] {
  const seen = new Set<string>()
  return rows.map((row, index) => {
    const at = { file, row: index + 1 }
    const { ID: id, CODE: code, NAME: name, AGENCY_NAME: other } = row as Record<string, unknown>
    const text = (value: unknown, member: string): string => {
      if (typeof value !== 'string' || clean(value) === '') {
        throw new ReferenceDataError(at, typeof value === 'string' ? value : typeof value, `${member}: a text`)
      }
      return clean(value)
    }
    const key = text(id, 'ID')
    if (seen.has(key)) throw new ReferenceDataError(at, key, 'an ID that is there once')
    seen.add(key)
    const record = {
      code: text(code, 'CODE'),
      otherCodes: [],
      name: text(name ?? other, 'NAME'),
      parentCode: null,
      externalId: key,
    }
    return { at, stream: 'agencies', key, record }
  })
}

/** Each agency is known by all its codes, the linked ones are one, and the list's names count. Safe to repeat. */
export async function storeAgencies(trx: Transaction<Tables>, rows: readonly AgencyRow[]): Promise<Tally> {
  const parts = await sql<{ stream: string; key: string; code: string; name: string; parent: string | null }>`
    select stream_id as stream, key, code, name, parent_code as parent from agency_part where source_id = ${referenceSource}
  `.execute(trx)
  const known = new Map(parts.rows.map((part) => [`${part.stream} ${part.key}`, part]))
  const codes = await sql<{ code: string; agency_id: number }>`select code, agency_id from agency_code`.execute(trx)
  const agencyOf = new Map(codes.rows.map((row) => [row.code, row.agency_id]))

  const isStored = ({ stream, key, record }: AgencyRow): boolean => {
    const agency = agencyOf.get(record.code)
    if (agency === undefined || record.otherCodes.some((code) => agencyOf.get(code) !== agency)) return false
    if (record.name === null) return true
    const part = known.get(`${stream} ${key}`)
    return part?.code === record.code && part.name === record.name && part.parent === record.parentCode
  }
  const changed = rows.filter((row) => !isStored(row))
  const inserted = changed.filter(({ stream, key, record }) =>
    record.name === null ? !agencyOf.has(record.code) : !known.has(`${stream} ${key}`),
  ).length
  if (changed.length > 0) await write(trx, changed)
  return { inserted, updated: changed.length - inserted, unchanged: rows.length - changed.length }
}

async function write(trx: Transaction<Tables>, rows: readonly AgencyRow[]): Promise<void> {
  const at = new Date().toISOString()
  const named = rows.flatMap(({ stream, key, record }) =>
    record.name === null
      ? []
      : [
          {
            source: referenceSource,
            stream,
            key,
            record: { ...record, name: record.name },
            run: 0,
            firstSeenAt: at,
            changedAt: at,
          },
        ],
  )
  // Codes with one id of one source are one agency.
  const linked = rows.flatMap(({ record }) =>
    record.name === null
      ? [record.code, ...record.otherCodes].map((code) => ({
          code,
          name: record.code,
          externalId: `code ${record.code}`,
        }))
      : [],
  )
  if (named.length > 0) await agencySink.upsert(trx, named)
  await resolveAgencies(trx, referenceSource, linked)
}

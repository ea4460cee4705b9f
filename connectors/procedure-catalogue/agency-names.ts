// Finds agencies by the names that the catalogue gives them.
import { foldCase } from '#connector'
import type { Json, SourceRecord } from '#connector'

export interface NamedAgency {
  readonly id: string
  readonly code: string
}

/** The agencies of the gateway's list by name; a name that several agencies bear names none of them. */
export function agencyNames(rows: readonly Json[]): ReadonlyMap<string, NamedAgency> {
  const found = new Map<string, NamedAgency | null>()
  for (const row of rows) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) continue
    const { ID: id, CODE: code, NAME: name } = row as SourceRecord
    if (typeof id !== 'string' || typeof code !== 'string' || typeof name !== 'string' || code.trim() === '') continue
    const folded = foldCase(name)
    found.set(folded, found.has(folded) ? null : { id, code: code.trim() })
  }
  return new Map([...found].filter((entry): entry is [string, NamedAgency] => entry[1] !== null))
}

/**
 * The record with the agency that it names: a search row has names only. The implementing agency where the list has
 * exactly one of that name, else the publishing one; nothing is added where neither is known.
 */
export function withAgencyCodes(record: SourceRecord, names: ReadonlyMap<string, NamedAgency>): SourceRecord {
  for (const member of ['IMPLEMENTATION_AGENCY', 'PUBLISHED_AGENCY'] as const) {
    const name = record[member]
    const agency = typeof name === 'string' ? names.get(foldCase(name)) : undefined
    if (typeof name === 'string' && agency !== undefined) {
      return { ...record, agency: { ID: agency.id, CODE: agency.code, NAME: name } }
    }
  }
  return record
}

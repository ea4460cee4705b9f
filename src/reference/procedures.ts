// Reads and stores official lists of procedures.
import { sql, type Transaction } from 'kysely'
import type { ProcedureRecord } from '../contract/index.ts'
import { cleanText, Fault } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { procedureSink } from '../domains/procedure/index.ts'
import { referenceSource } from './agencies.ts'
import type { FileRow } from './error.ts'
import { ReferenceDataError } from './error.ts'
import type { Tally } from './units/store.ts'

export interface ProcedureRow {
  readonly at: FileRow
  readonly stream: 'citizen-procedures' | 'business-procedures'
  readonly record: ProcedureRecord
}

const streams = { CITIZEN: 'citizen-procedures', BUSINESS: 'business-procedures' } as const
const audiences: ReadonlyMap<unknown, 'CITIZEN' | 'BUSINESS'> = new Map([
  ['1', 'CITIZEN'],
  ['5', 'BUSINESS'],
])

/** The national portal's list `[{ TTHC_MA, TYPE: '1' citizens or '5' businesses, NAME }]`; names are kept as the portal sent them. */
export function readProcedureList(file: string, rows: readonly object[]): ProcedureRow[] {
  const seen = new Set<string>()
  return rows.map((row, index) => {
    const at = { file, row: index + 1 }
    const { TTHC_MA: code, TYPE: type, NAME: name } = row as Record<string, unknown>
    if (typeof code !== 'string' || !/^\d\.\d{6}$/.test(code)) {
      throw new ReferenceDataError(at, typeof code === 'string' ? code : typeof code, 'TTHC_MA: a code as 1.001193')
    }
    const audience = audiences.get(type)
    if (audience === undefined) {
      throw new ReferenceDataError(at, typeof type === 'string' ? type : typeof type, 'TYPE: 1 or 5')
    }
    if (seen.has(`${audience} ${code}`)) throw new ReferenceDataError(at, code, 'a code that is there once in a list')
    seen.add(`${audience} ${code}`)
    const record = { code, name: nameOf(at, name), field: null, agency: null, audience }
    return { at, stream: streams[audience], record }
  })
}

/** As the catalogue's connector takes it, so that both lists say the same. */
function nameOf(at: FileRow, name: unknown): string {
  try {
    const text = typeof name === 'string' ? cleanText(name, 'NAME') : ''
    if (text !== '') return text
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
  }
  throw new ReferenceDataError(at, typeof name === 'string' ? name : typeof name, 'NAME: a text')
}

/** Stores every procedure of the lists, with the audiences in whose lists it is. Safe to repeat. */
export async function storeProcedures(trx: Transaction<Tables>, rows: readonly ProcedureRow[]): Promise<Tally> {
  const parts = await sql<{ stream: string; key: string; name: string }>`
    select stream_id as stream, key, body ->> 'name' as name from procedure_part where source_id = ${referenceSource}
  `.execute(trx)
  const known = new Map(parts.rows.map(({ stream, key, name }) => [`${stream} ${key}`, name]))
  const changed = rows.filter(({ stream, record }) => known.get(`${stream} ${record.code}`) !== record.name)
  const inserted = changed.filter(({ stream, record }) => !known.has(`${stream} ${record.code}`)).length
  const at = new Date().toISOString()
  if (changed.length > 0) {
    await procedureSink.upsert(
      trx,
      changed.map(({ stream, record }) => ({
        source: referenceSource,
        stream,
        key: record.code,
        record,
        run: 0,
        firstSeenAt: at,
        changedAt: at,
      })),
    )
  }
  return { inserted, updated: changed.length - inserted, unchanged: rows.length - changed.length }
}

// Settles the agencies: codes, names, parents, paths and units by all that is known.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import { committeeUnits, type KnownUnit } from './committee.ts'
import { agencyPositions } from './tree.ts'

interface Row {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly parent_id: number | null
  readonly path: string
  readonly unit_id: number | null
  readonly other_codes: readonly string[]
  readonly codes: readonly string[]
  /** What lists say of it. */
  readonly parts: readonly { readonly name: string; readonly parent: string | null }[]
  /** The names under which records mention it. */
  readonly mentioned: readonly string[]
}

/**
 * Every agency has its canonical code, name, parent, path and unit by what is known now, and the rows that bear an agency's
 * path follow it. Takes the lock under which agencies are made, so that two pages do not settle at once. Safe to repeat.
 */
export async function settleAgencies(trx: Transaction<Tables>): Promise<void> {
  await lockAgencies(trx)
  const { rows } = await sql<Row>`
    select a.id, a.code, a.name, a.parent_id, a.path, a.unit_id, a.other_codes,
      (select coalesce(array_agg(c.code), '{}') from agency_code c where c.agency_id = a.id) as codes,
      (select coalesce(json_agg(json_build_object('name', p.name, 'parent', p.parent_code)
         order by p.parent_code is null, p.source_id, p.stream_id, p.key), '[]')
       from agency_part p where p.agency_id = a.id and p.stream_id <> '') as parts,
      (select coalesce(array_agg(p.name order by p.name collate "C"), '{}')
       from agency_part p where p.agency_id = a.id and p.stream_id = '') as mentioned
    from agency a order by a.id
  `.execute(trx)
  const positions = agencyPositions(
    rows.map((row) => ({
      id: row.id,
      codes: row.codes,
      parentCode: row.parts.find((part) => part.parent !== null)?.parent ?? null,
    })),
  )
  const names = new Map(rows.map((row) => [row.id, nameOf(row, positions.get(row.id)!.code)]))
  const units = await sql<KnownUnit>`
    select id, name, parent_id from administrative_unit where valid_to is null
  `.execute(trx)
  const unitOf = committeeUnits(units.rows)
  const rootOf = (id: number): number => {
    const parent = positions.get(id)!.parentId
    return parent === null ? id : rootOf(parent)
  }
  const changed = rows.flatMap((row) => {
    const position = positions.get(row.id)!
    const name = names.get(row.id)!
    const others = row.codes.filter((code) => code !== position.code).toSorted()
    const unit = unitOf(name, names.get(rootOf(row.id))!)
    const same =
      row.code === position.code &&
      row.name === name &&
      row.parent_id === position.parentId &&
      row.path === position.path &&
      row.unit_id === unit &&
      row.other_codes.join(' ') === others.join(' ')
    return same
      ? []
      : [
          {
            id: row.id,
            code: position.code,
            name,
            parent_id: position.parentId,
            path: position.path,
            unit_id: unit,
            others,
          },
        ]
  })
  if (changed.length === 0) return
  // Codes change agencies when two agencies are merged: the unique codes are freed first.
  await sql`update agency set code = '#' || id where id = any(${changed.map((row) => row.id)}::bigint[])`.execute(trx)
  await sql`
    update agency a set code = n.code, name = n.name, parent_id = n.parent_id, path = n.path, unit_id = n.unit_id,
      other_codes = n.others
    from json_to_recordset(${JSON.stringify(changed)})
      as n(id bigint, code text, name text, parent_id bigint, path text, unit_id bigint, others text[])
    where a.id = n.id
  `.execute(trx)
  await sql`select pg_notify('hub_agency', '')`.execute(trx)
}

/** By a list; else the first by letters of those that records give; else what it was last known as; at last its code. */
function nameOf(row: Row, code: string): string {
  const mentioned = row.mentioned.find((name) => !row.codes.includes(name))
  return row.parts[0]?.name ?? mentioned ?? (row.codes.includes(row.name) ? code : row.name)
}

/** Agencies are made, linked and moved by one transaction at a time. */
export async function lockAgencies(trx: Transaction<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('hub agencies'))`.execute(trx)
}

// Stores a set of units and changes.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import { ReferenceDataError } from '../error.ts'
import type { UnitChangeRow, UnitRow, UnitSet } from './set.ts'

export interface Tally {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
}
export interface StoredUnits {
  /** By the file that first names the unit. */
  readonly byFile: ReadonlyMap<string, Tally>
  readonly units: Tally
  readonly changes: Tally
}

interface Stored {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly kind: string
  readonly parent_id: number | null
  readonly valid_from: string | null
  readonly valid_to: string | null
}

const keyOf = (code: string, validFrom: string | null): string => `${code}:${validFrom ?? ''}`

/**
 * Stores every unit and change of the set. What is stored already is left as it is (`keep`), or becomes what the set says
 * (`replace`); nothing goes. A handful of statements at any size. Safe to repeat.
 */
export async function storeUnits(
  trx: Transaction<Tables>,
  set: UnitSet,
  standing: 'keep' | 'replace',
): Promise<StoredUnits> {
  await sql`select pg_advisory_xact_lock(hashtext('hub reference'))`.execute(trx)
  const before = new Set((await load(trx)).map((unit) => keyOf(unit.code, unit.valid_from)))
  const missing = set.units.filter((unit) => !before.has(keyOf(unit.code, unit.validFrom)))
  if (missing.length > 0) {
    await sql`
      insert into administrative_unit (code, name, kind, valid_from, valid_to)
      select code, name, kind, "validFrom", "validTo" from json_to_recordset(${JSON.stringify(missing)})
        as n(code text, name text, kind text, "validFrom" date, "validTo" date)
      on conflict do nothing
    `.execute(trx)
  }
  const stored = await load(trx)
  const byKey = new Map(stored.map((unit) => [keyOf(unit.code, unit.valid_from), unit]))
  const byCode = Map.groupBy(stored, ({ code }) => code)
  // ISO dates compare as texts; '' is before every day and '~' after.
  const on = (code: string, day: string): Stored | undefined =>
    byCode.get(code)?.find((unit) => (unit.valid_from ?? '') <= day && day < (unit.valid_to ?? '~'))

  const isNew = new Set(missing)
  const wanted = standing === 'replace' ? set.units : missing
  const differing = wanted.flatMap((unit) => {
    const row = byKey.get(keyOf(unit.code, unit.validFrom))!
    const parent = unit.parent === null ? undefined : on(unit.parent, unit.validFrom ?? '')
    if (unit.parent !== null && parent === undefined) {
      throw new ReferenceDataError(unit.at, unit.parent, `the code of a unit that ${unit.code} ${unit.name} lies in`)
    }
    const next = { id: row.id, name: unit.name, kind: unit.kind, parent_id: parent?.id ?? null, valid_to: unit.validTo }
    const same =
      row.name === next.name &&
      row.kind === next.kind &&
      row.parent_id === next.parent_id &&
      row.valid_to === next.valid_to
    return same ? [] : [{ unit, next }]
  })
  if (differing.length > 0) {
    await sql`
      update administrative_unit u set name = n.name, kind = n.kind, parent_id = n.parent_id, valid_to = n.valid_to
      from json_to_recordset(${JSON.stringify(differing.map(({ next }) => next))})
        as n(id bigint, name text, kind text, parent_id bigint, valid_to date)
      where u.id = n.id
    `.execute(trx)
  }
  const updated = new Set(differing.map(({ unit }) => unit))
  const tally = (units: readonly UnitRow[]): Tally => {
    const inserted = units.filter((unit) => isNew.has(unit)).length
    const touched = units.filter((unit) => updated.has(unit) && !isNew.has(unit)).length
    return { inserted, updated: touched, unchanged: units.length - inserted - touched }
  }
  const ends = set.changes.map((change) => {
    const from = byKey.get(keyOf(change.fromCode, change.fromValidFrom))
    if (from === undefined || from.valid_to === null) {
      throw new ReferenceDataError(change.at, change.fromCode, 'the code of a unit that has ended')
    }
    const to = on(change.toCode, from.valid_to)
    if (to === undefined) {
      throw new ReferenceDataError(change.at, change.toCode, `the code of a unit that is valid on ${from.valid_to}`)
    }
    return { change, from_id: from.id, to_id: to.id }
  })
  return {
    byFile: new Map([...Map.groupBy(set.units, ({ at }) => at.file)].map(([file, units]) => [file, tally(units)])),
    units: tally(set.units),
    changes: await storeChanges(trx, ends, standing),
  }
}

async function load(trx: Transaction<Tables>): Promise<readonly Stored[]> {
  const { rows } = await sql<Stored>`
    select id, code, name, kind, parent_id, valid_from, valid_to from administrative_unit
  `.execute(trx)
  return rows
}

interface Ends {
  readonly change: UnitChangeRow
  readonly from_id: number
  readonly to_id: number
}

async function storeChanges(
  trx: Transaction<Tables>,
  ends: readonly Ends[],
  standing: 'keep' | 'replace',
): Promise<Tally> {
  const rows = ends.map(({ change: { whole, note }, from_id, to_id }) => ({ from_id, to_id, whole, note }))
  const written = await sql<{ inserted: boolean }>`
    insert into unit_change as c (from_id, to_id, whole, note)
    select from_id, to_id, whole, note from json_to_recordset(${JSON.stringify(rows)})
      as n(from_id bigint, to_id bigint, whole boolean, note text)
    on conflict (from_id, to_id) do update set whole = excluded.whole, note = excluded.note
      where ${standing === 'replace'} and (c.whole, c.note) is distinct from (excluded.whole, excluded.note)
    returning xmax = 0 as inserted
  `.execute(trx)
  const inserted = written.rows.filter((row) => row.inserted).length
  const updated = written.rows.length - inserted
  return { inserted, updated, unchanged: rows.length - inserted - updated }
}

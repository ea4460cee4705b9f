// Stores the reference data that come with the hub.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { TownUnit } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { settleAgencies } from '../domains/agency/index.ts'
import { ReferenceDataError } from './error.ts'
import { holidayHeadings, readHolidayTable, storeShippedDays } from './holidays.ts'
import { storeUnits, type Tally } from './units/store.ts'
import { decode, readRows, type Table, tableUnder } from './table.ts'
import { changeHeadings, readUnitChanges, readUnits, unitHeadings } from './units/files.ts'

const folder = join(import.meta.dirname, '..', '..', 'reference')

function table(file: string, headings: readonly string[]): Table {
  const found = tableUnder(file, readRows(file, decode(file, readFileSync(join(folder, file)))), headings)
  if (found === null) throw new ReferenceDataError({ file, row: 1 }, 'other headings', headings.join(', '))
  return found
}

export interface ShippedReport {
  readonly units: Tally
  readonly changes: Tally
  readonly days: Tally
}

/**
 * The province's own units, their changes of 1 July 2025 and the holidays stand in the database. What an import or a person
 * wrote is left as it is: units and changes are only added, days follow a newer edition only where an edition wrote them.
 * Meant for each start: a few statements. Safe to repeat and to run in several processes at once.
 */
export async function loadShippedReference(db: Kysely<Tables>): Promise<ShippedReport> {
  const set = {
    units: readUnits(table('units.csv', unitHeadings)),
    changes: readUnitChanges(table('unit-changes.csv', changeHeadings)),
  }
  const holidays = readHolidayTable(table('holidays.csv', holidayHeadings))
  return db.transaction().execute(async (trx) => {
    const { units, changes } = await storeUnits(trx, set, 'keep')
    // Agencies know their units by name, so they look again.
    if (units.inserted > 0) await settleAgencies(trx)
    return { units, changes, days: await storeShippedDays(trx, holidays) }
  })
}

/** The units that the project ships, as the demonstration's town takes them. */
export const shippedUnits = (): TownUnit[] =>
  readUnits(table('units.csv', unitHeadings)).map(({ at: _at, ...unit }) => unit)

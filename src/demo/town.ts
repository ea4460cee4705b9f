// The demonstration's town.
import type { Town, TownUnit } from '../contract/index.ts'
import { townAgencies } from './town-agencies.ts'
import { townProcedures } from './town-procedures.ts'

export interface DemoTownOptions {
  readonly seed: number
  /** The town is founded on the midnight (Vietnam) at or before this; give the same again to go on with the same town. */
  readonly foundedAt: Date
  /** The province's units, old and present; `shippedUnits()` of the reference room. */
  readonly units: readonly TownUnit[]
}

const hour = 3_600_000

/**
 * The demonstration's town: a pure function of its options, so that a restarted emulator shows the same one. Units, names
 * and codes of procedures are public facts; agency numbers below `H53` are invented. Throws when a commune of it is missing.
 */
export function demoTown({ seed, foundedAt, units }: DemoTownOptions): Town {
  // Vietnam has kept UTC+7 all year since 1975.
  const local = new Date(foundedAt.getTime() + 7 * hour)
  const midnight = (year: number): Date => new Date(Date.UTC(year, local.getUTCMonth(), local.getUTCDate()) - 7 * hour)
  const agencies = townAgencies(units)
  return {
    seed,
    beginsAt: midnight(local.getUTCFullYear() - 3),
    foundedAt: midnight(local.getUTCFullYear()),
    agencies,
    units,
    procedures: townProcedures(agencies),
  }
}

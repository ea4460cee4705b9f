// A set of administrative units and their changes.
import type { FileRow } from '../error.ts'
import type { UnitKind } from './name.ts'

/** The day from which there are two tiers, province and commune, and no districts (Law 72/2025/QH15). */
export const reform = '2025-07-01'

export interface UnitRow {
  readonly at: FileRow
  readonly code: string
  readonly name: string
  readonly kind: UnitKind
  /** Code of the unit above, the one that is valid when this one begins. */
  readonly parent: string | null
  /** null: since before the tables begin. */
  readonly validFrom: string | null
  /** The first day on which it is no longer valid; null: it is valid. */
  readonly validTo: string | null
}
/** One step from a unit to the unit with `toCode` that is valid on the day on which the old one ended. */
export interface UnitChangeRow {
  readonly at: FileRow
  readonly fromCode: string
  readonly fromValidFrom: string | null
  readonly toCode: string
  readonly whole: boolean
  readonly note: string | null
}
export interface UnitSet {
  readonly units: readonly UnitRow[]
  readonly changes: readonly UnitChangeRow[]
}

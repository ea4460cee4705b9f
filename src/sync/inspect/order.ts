// Checks the order in which a source claims to give its records.
import type { SourceRecord, StreamManifest } from '../../contract/connector.ts'

/** Checks the claimed order over all pages of a run. */
export interface OrderCheck {
  look(records: readonly SourceRecord[]): void
  /** The source is read from its beginning once more. */
  again(): void
  /** How many records came before one that should have come first. */
  readonly broken: number
}

/** Within this many keys a repeated record is taken as one that moved to the next page. */
const remembered = 1000

/** Records without the member, or with another type than the record before, are not compared. */
export function openOrderCheck(order: StreamManifest['order'], keyName = ''): OrderCheck {
  let before: string | number | null = null
  let broken = 0
  const seen = new Set<unknown>()
  return {
    look(records) {
      if (order === undefined) return
      for (const record of records) {
        const key = Object.hasOwn(record, keyName) ? record[keyName] : undefined
        if (key !== undefined && seen.has(key)) continue
        if (key !== undefined) remember(seen, key)
        const value = Object.hasOwn(record, order.by) ? comparable(record[order.by]) : null
        if (value === null) continue
        if (before !== null && typeof before === typeof value && value !== before) {
          if (value < before !== (order.direction === 'desc')) broken += 1
        }
        before = value
      }
    },
    again: () => {
      before = null
      seen.clear()
    },
    get broken() {
      return broken
    },
  }
}

function remember(seen: Set<unknown>, key: unknown): void {
  seen.add(key)
  if (seen.size > remembered) for (const oldest of seen) return void seen.delete(oldest)
}

/** A time with a zone is compared as an instant, however it is written. */
function comparable(value: unknown): string | number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return null
  const time = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? value : time
}

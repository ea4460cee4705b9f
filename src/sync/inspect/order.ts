import type { SourceRecord, StreamManifest } from '../../contract/connector.ts'

/** Watches the order that a source claims, over all the pages of a run. */
export interface OrderCheck {
  look(records: readonly SourceRecord[]): void
  /** The source is looked at from its beginning once more. */
  again(): void
  /** How many records stood before one that should have come first. */
  readonly broken: number
}

/** So many keys back a record that comes again is known as one that was pushed to the next page. */
const remembered = 1000

/** Records without the member, or with another type of it than the one before, say nothing of the order. */
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

/** A time with a zone counts as the moment that it is, in whatever way it is written. */
function comparable(value: unknown): string | number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return null
  const time = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? value : time
}

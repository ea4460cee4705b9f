import type { SourceRecord, StreamManifest } from '../contract/connector.ts'

/** Watches the order that a source claims, over all the pages of a run. */
export interface OrderWatch {
  look(records: readonly SourceRecord[]): void
  /** How many records stood before one that should have come first. */
  readonly broken: number
}

/** Records without the member, or with another type of it than the one before, say nothing of the order. */
export function watchOrder(order: StreamManifest['order']): OrderWatch {
  let before: string | number | null = null
  let broken = 0
  return {
    look(records) {
      if (order === undefined) return
      for (const record of records) {
        const value = Object.hasOwn(record, order.by) ? record[order.by] : null
        if (typeof value !== 'string' && typeof value !== 'number') continue
        if (before !== null && typeof before === typeof value && value !== before) {
          if (value < before !== (order.direction === 'desc')) broken += 1
        }
        before = value
      }
    },
    get broken() {
      return broken
    },
  }
}

import type { Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** One record that is new or has changed, as its stream's connector made it. */
export interface Change<R> {
  readonly source: string
  readonly stream: string
  /** The record's key, unique in its stream. */
  readonly key: string
  readonly record: R
  readonly run: number
  /** Times of the hub's clock: when the record was first seen, and this change. */
  readonly firstSeenAt: string
  readonly changedAt: string
}

export interface Removal {
  readonly source: string
  readonly stream: string
  readonly key: string
}

/** Why a store cannot take a record, in the words of a rejection: `expected` names what it could have been. */
export interface Refusal {
  readonly reject: 'AMBIGUOUS'
  readonly at: string
  readonly found?: string
  readonly expected?: string
}

/**
 * The upsert of one entity. Both functions run inside the page's transaction; a change or removal that is applied again
 * leaves the same rows. Within one call a key stands at most once.
 */
export interface Sink<R> {
  upsert(trx: Transaction<Tables>, changes: readonly Change<R>[]): Promise<void>
  remove(trx: Transaction<Tables>, removals: readonly Removal[]): Promise<void>
  /** The keys of records that the store would have to guess about, with why. Absent: it takes all. Writes nothing. */
  refuse?(
    trx: Transaction<Tables>,
    records: readonly Pick<Change<R>, 'key' | 'record'>[],
  ): Promise<ReadonlyMap<string, Refusal>>
}

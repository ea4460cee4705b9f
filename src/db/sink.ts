// The contract of a store: how records of one entity are written and removed.
import type { Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** One new or changed record, as its stream's connector normalised it. */
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

/** Why a store cannot take a record, in the form of a rejection: `expected` names the possible values. */
export interface Refusal {
  readonly reject: 'AMBIGUOUS'
  readonly at: string
  readonly found?: string
  readonly expected?: string
}

/**
 * The upsert of one entity. Both functions run inside the page's transaction; a change or removal that is applied again
 * leaves the same rows. Within one call each key occurs at most once.
 */
export interface Sink<R> {
  upsert(trx: Transaction<Tables>, changes: readonly Change<R>[]): Promise<void>
  remove(trx: Transaction<Tables>, removals: readonly Removal[]): Promise<void>
  /** The keys of records that the store cannot decide about, with the reason. Absent: it takes all. Writes nothing. */
  refuse?(
    trx: Transaction<Tables>,
    records: readonly Pick<Change<R>, 'key' | 'record'>[],
  ): Promise<ReadonlyMap<string, Refusal>>
}

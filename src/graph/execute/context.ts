// What one request knows: caller, clock, loaders.
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import type { Kysely } from 'kysely'
import type { Caller } from '../../access/caller.ts'
import type { Tables } from '../../db/tables.ts'
import type { RowSql } from '../sql/scope.ts'
import type { Sql } from '../sql/statement.ts'

/** What one request knows. Nothing read for one caller reaches another: loaders live and die with it. */
export interface GraphContext {
  readonly caller: Caller
  readonly db: Kysely<Tables>
  /** The moment of the request. */
  readonly now: Date
  readonly signal: AbortSignal
  /** The value for a key by a function that takes all keys of one turn at once and answers in their order. */
  load<K, V>(batch: (keys: readonly K[], context: GraphContext) => Promise<readonly V[]>, key: K): Promise<V>
  /**
   * The rows of a type that a condition names and the caller sees, with what the field at `info` selects: for mutations,
   * whose answer is read after they have acted.
   */
  fetch(
    type: string,
    on: RowSql,
    orderBy: (row: string) => Sql,
    info: GraphQLResolveInfo,
  ): Promise<Record<string, unknown>[]>
}

export function newContext(given: Omit<GraphContext, 'load'>): GraphContext {
  const loaders = new Map<unknown, DataLoader<unknown, unknown>>()
  const context: GraphContext = {
    ...given,
    load<K, V>(batch: (keys: readonly K[], context: GraphContext) => Promise<readonly V[]>, key: K): Promise<V> {
      let loader = loaders.get(batch)
      if (loader === undefined) {
        loader = new DataLoader((keys) => batch(keys as readonly K[], context)) as DataLoader<unknown, unknown>
        loaders.set(batch, loader)
      }
      return loader.load(key) as Promise<V>
    },
  }
  return context
}

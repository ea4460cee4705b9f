// What serves operations until the next one replaces it.
import type { GraphQLSchema } from 'graphql'
import type { Policy } from '../../access/policy/policy.ts'
import type { Subscribe } from '../subscribe/subscribe.ts'
import type { Execute, Operation } from './operation.ts'

/** A schema, the rules in it, and its executor. */
export interface Generation {
  readonly schema: GraphQLSchema
  readonly policy: Policy
  readonly execute: Execute
  /** Who answers this operation instead of this generation: by its own schema and its own rules, which are no weaker. */
  readonly delegate?: (operation: Operation) => Generation | null
  /** Where the events of subscriptions come from; absent: nothing can be followed. Each event is read by `execute`. */
  readonly subscribe?: Subscribe
}

// What can be followed: a field of `Subscription`, the type that it shows, and which of its objects.
import { filterConditions } from '../sql/connection.ts'
import type { Sql } from '../sql/statement.ts'
import type { Filter, Scope, TypeMapping } from '../schema/type-mapping.ts'

export interface Topic {
  readonly type: string
  /** Whether an object can leave what a caller sees: then an event says that one has left. */
  readonly leaves: boolean
  /** The condition of each argument other than `filter`, which is that of the type's connections. */
  readonly args: Readonly<Record<string, Filter>>
}

/** By the fields of `Subscription`. */
export type Topics = Readonly<Record<string, Topic>>

/** The conditions that the arguments of a followed field put on its objects. Throws for an argument that nothing knows. */
export function topicConditions(
  topic: Topic,
  mapping: TypeMapping,
  row: string,
  args: Readonly<Record<string, unknown>>,
  scope: Scope,
): Sql[] {
  const { filter, ...own } = args
  return [
    ...filterConditions(mapping, row, filter, scope),
    ...filterConditions({ type: topic.type, fields: {}, filters: topic.args }, row, own, scope),
  ]
}

// The tree of an operation: one node for each field that it selects, fragments opened.
import type { FieldNode, GraphQLResolveInfo } from 'graphql'
import { getArgumentValues } from 'graphql/execution/values.js'
import type { JudgedSelection } from '../../access/policy/decide.ts'
import { hasVariable } from '../../access/policy/personal-input.ts'

export type Values = Readonly<Record<string, unknown>>

/** A `@skip` or `@include` around a selection: the value, or the variable that has it, and whether it leaves out or lets in. */
export interface Condition {
  readonly given: boolean | string
  readonly leavesOut: boolean
}

/**
 * A field where it is selected. A field that is written twice is there twice: `fieldsOf` puts together what one object
 * answers under one name. A selection that can apply to no object is not in the tree.
 */
export interface Selection extends JudgedSelection {
  readonly children: readonly Selection[]
  /** What decides whether it is selected at all, its own and of the fragments around it. Empty in a decided tree. */
  readonly conditions: readonly Condition[]
}

/** `__typename`, `__schema` and `__type`: what the schema answers of itself. */
export const isMeta = ({ field }: JudgedSelection): boolean => field.name.startsWith('__')

const withoutVariables = new WeakMap<FieldNode, Map<unknown, Values>>()
const none: Values = {}

/** The coerced arguments of a selection. Throws a GraphQLError for what validation has let pass and no type takes. */
export function argumentsOf({ field, node }: JudgedSelection, values: Values): Values {
  if (field.args.length === 0) return none
  const known = withoutVariables.get(node)
  const found = known?.get(field)
  if (found !== undefined) return found
  const given = getArgumentValues(field, node, values as { [name: string]: unknown })
  if (!(node.arguments ?? []).some(({ value }) => hasVariable(value))) {
    withoutVariables.set(node, (known ?? new Map<unknown, Values>()).set(field, given))
  }
  return given
}

/** What is selected of an object of this type, by response name in the order of the specification (6.3.2, CollectFields). */
export function fieldsOf(
  selections: readonly Selection[],
  typeName: string,
): ReadonlyMap<string, readonly Selection[]> {
  const fields = new Map<string, Selection[]>()
  for (const selection of selections) {
    if (!selection.types.some(({ name }) => name === typeName)) continue
    const known = fields.get(selection.responseName)
    if (known === undefined) fields.set(selection.responseName, [selection])
    else known.push(selection)
  }
  return fields
}

/** The selections inside the field at a path of an answer. */
export function selectionsAt(root: readonly Selection[], path: GraphQLResolveInfo['path']): readonly Selection[] {
  const around = path.prev === undefined ? root : selectionsAt(root, path.prev)
  if (typeof path.key === 'number') return around
  return around
    .filter(({ responseName, types }) => responseName === path.key && types.some(({ name }) => name === path.typename))
    .flatMap(({ children }) => children)
}

// Parses field sets such as those of keys.
import { Kind, parse } from 'graphql'
import type { FieldNode, SelectionSetNode } from 'graphql'

const selections = new Map<string, SelectionSetNode>()

/** A field set of a directive as a selection. */
export function selectionOf(fields: string): SelectionSetNode {
  const known = selections.get(fields)
  if (known !== undefined) return known
  const [definition] = parse(`{ k { ${fields} } }`, { noLocation: true }).definitions
  const root =
    definition?.kind === Kind.OPERATION_DEFINITION ? (definition.selectionSet.selections[0] as FieldNode) : null
  const selection = root?.selectionSet ?? { kind: Kind.SELECTION_SET as const, selections: [] }
  if (selections.size >= 2_000) selections.clear()
  selections.set(fields, selection)
  return selection
}

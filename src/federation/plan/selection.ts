import type { RequiresSelection } from '@graphql-hive/router-query-planner'
import { Kind, print, visit } from 'graphql'
import type { FieldNode, SelectionNode } from 'graphql'

/** What is asked of one object of one subgraph; it grows while a plan is made. */
export interface Selection {
  typename: boolean
  readonly fields: Map<string, { readonly node: FieldNode; readonly inner: Selection | null }>
  /** By type condition. */
  readonly on: Map<string, Selection>
}

export const newSelection = (): Selection => ({ typename: false, fields: new Map(), on: new Map() })

/**
 * Adds a field under its response name; gives the place of its own selection, null for a leaf. With `whole`, what the node
 * selects is added too. Throws where the name already stands for another field.
 */
export function addTo(selection: Selection, node: FieldNode, whole = false): Selection | null {
  if (node.name.value === '__typename') {
    selection.typename = true
    return null
  }
  const name = node.alias?.value ?? node.name.value
  const { selectionSet, ...own } = node
  const known = selection.fields.get(name)
  if (known !== undefined && print(known.node) !== print({ ...own }))
    throw new Error(`two fields want the name ${name}`)
  const one = known ?? { node: own, inner: selectionSet === undefined ? null : newSelection() }
  selection.fields.set(name, one)
  if (whole && one.inner !== null) {
    for (const part of selectionSet?.selections ?? []) if (part.kind === Kind.FIELD) addTo(one.inner, part, true)
  }
  return one.inner
}

const nameNode = (value: string) => ({ kind: Kind.NAME as const, value })
const typename: FieldNode = { kind: Kind.FIELD, name: nameNode('__typename') }

/** The selection as it is sent; one of nothing asks for the type. */
export function nodesOf({ typename: asked, fields, on }: Selection): readonly SelectionNode[] {
  const own = [...fields.values()].map(({ node, inner }): FieldNode =>
    inner === null ? node : { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: nodesOf(inner) } },
  )
  const parts = [...on].map(([type, inner]): SelectionNode => ({
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: nameNode(type) },
    selectionSet: { kind: Kind.SELECTION_SET, selections: nodesOf(inner) },
  }))
  const all = [...own, ...parts]
  return asked || all.length === 0 ? [typename, ...all] : all
}

export function variablesIn(nodes: readonly SelectionNode[]): ReadonlySet<string> {
  const used = new Set<string>()
  for (const node of nodes) visit(node, { Variable: ({ name }) => void used.add(name.value) })
  return used
}

/** The representation of a type that holds these selections, under the names of their fields. */
export function requiresOf(type: string, selections: readonly SelectionNode[]): RequiresSelection {
  return {
    kind: 'InlineFragment',
    typeCondition: type,
    selections: [{ kind: 'Field', name: '__typename' }, ...read(selections)],
  }
}

function read(selections: readonly SelectionNode[]): RequiresSelection[] {
  return selections.flatMap((one): RequiresSelection[] => {
    if (one.kind === Kind.INLINE_FRAGMENT && one.typeCondition !== undefined) {
      const typeCondition = one.typeCondition.name.value
      return [{ kind: 'InlineFragment', typeCondition, selections: read(one.selectionSet.selections) }]
    }
    if (one.kind !== Kind.FIELD) return []
    const inner = one.selectionSet === undefined ? {} : { selections: read(one.selectionSet.selections) }
    if (one.alias === undefined) return [{ kind: 'Field', name: one.name.value, ...inner }]
    return [{ kind: 'Field', name: one.alias.value, alias: one.name.value, ...inner }]
  })
}

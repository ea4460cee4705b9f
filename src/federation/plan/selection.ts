// What one request asks of one object, growing while a plan is made, and how it is written.
import { Kind, print, visit } from 'graphql'
import type { ArgumentNode, FieldNode, SelectionNode, SelectionSetNode } from 'graphql'
import type { RequiresSelection } from './plan.ts'

/** What is asked of one object of one subgraph. */
export interface Selection {
  typename: boolean
  /** By response name. */
  readonly fields: Map<string, Asked>
  /** By type condition. */
  readonly on: Map<string, Selection>
}

export interface Asked {
  readonly node: FieldNode
  /** Null for a leaf. */
  readonly inner: Selection | null
}

export const newSelection = (): Selection => ({ typename: false, fields: new Map(), on: new Map() })

/**
 * Adds a field under its response name, without what it selects. Gives its own selection, null for a leaf. Throws where the name
 * already means another field.
 */
export function addField(selection: Selection, node: FieldNode): Selection | null {
  if (node.name.value === '__typename') {
    selection.typename = true
    return null
  }
  const name = node.alias?.value ?? node.name.value
  const known = selection.fields.get(name)
  if (known !== undefined) {
    if (!sameField(known.node, node)) throw new Error(`two fields want the name ${name}`)
    return known.inner
  }
  const one = { node, inner: node.selectionSet === undefined ? null : newSelection() }
  selection.fields.set(name, one)
  return one.inner
}

/** Adds fields with all the fields that they select. */
export function addAll(selection: Selection, { selections }: Pick<SelectionSetNode, 'selections'>): void {
  for (const one of selections) {
    if (one.kind !== Kind.FIELD) continue
    const inner = addField(selection, one)
    if (inner !== null && one.selectionSet !== undefined) addAll(inner, one.selectionSet)
  }
}

/** The part of a selection that is for objects of a type alone. */
export function onType(selection: Selection, type: string): Selection {
  const inner = selection.on.get(type) ?? newSelection()
  selection.on.set(type, inner)
  return inner
}

function sameField(one: FieldNode, other: FieldNode): boolean {
  if (one === other) return true
  if (one.name.value !== other.name.value) return false
  return one.arguments === other.arguments || argumentsText(one.arguments) === argumentsText(other.arguments)
}

const argumentsText = (nodes: readonly ArgumentNode[] = []): string =>
  nodes.length === 0 ? '' : `(${nodes.map(print).join(', ')})`

/** The selection as it is sent; one of nothing asks for the type. `aliases` are other names for some of its fields. */
export function textOf({ typename, fields, on }: Selection, aliases: ReadonlyMap<Asked, string>): string {
  const parts = typename || (fields.size === 0 && on.size === 0) ? ['__typename'] : []
  for (const [responseName, asked] of fields) {
    const { node, inner } = asked
    const name = aliases.get(asked) ?? responseName
    const label = name === node.name.value ? '' : `${name}: `
    const rest = inner === null ? '' : ` { ${textOf(inner, aliases)} }`
    parts.push(`${label}${node.name.value}${argumentsText(node.arguments)}${rest}`)
  }
  for (const [type, inner] of on) parts.push(`... on ${type} { ${textOf(inner, aliases)} }`)
  return parts.join(' ')
}

/** The names of the client's variables that a selection needs. */
export function variablesIn({ fields, on }: Selection, used = new Set<string>()): ReadonlySet<string> {
  for (const { node, inner } of fields.values()) {
    for (const one of node.arguments ?? []) visit(one, { Variable: ({ name }) => void used.add(name.value) })
    if (inner !== null) variablesIn(inner, used)
  }
  for (const inner of on.values()) variablesIn(inner, used)
  return used
}

/** The representation of a type that has these selections, under the names of their fields. */
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

import {
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  isAbstractType,
  type SelectionSetNode,
} from 'graphql'
import { getArgumentValues } from 'graphql/execution/values.js'

export interface Selected {
  readonly name: string
  readonly definition: GraphQLField<unknown, unknown>
  readonly args: Readonly<Record<string, unknown>>
  readonly nodes: readonly SelectionSetNode[]
  readonly first: FieldNode
}

export interface Request {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: Readonly<Record<string, unknown>>
}

/**
 * The name under which a field's value stands in its row's JSON: the field with its arguments, whatever alias asked for it,
 * so that two selections of the same thing are fetched once. At most 63 bytes: it is a column's name.
 */
export function valueName(field: string, args: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(args)
  if (text === '{}') return field
  let [a, b] = [0x811c9dc5, 0x1b873593]
  for (let place = 0; place < text.length; place += 1) {
    a = Math.imul(a ^ text.charCodeAt(place), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(place), 0x85ebca6b) ^ (b >>> 15)
  }
  return `${field}_${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`
}

/** What the selections ask of one concrete type, by value name; `@skip` and `@include` are decided, fragments opened. */
export function collectFields(
  request: Request,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
): Map<string, Selected> {
  const collected = new Map<string, { selected: Selected; nodes: SelectionSetNode[] }>()
  const opened = new Set<string>()
  const walk = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      const skip = getDirectiveValues(GraphQLSkipDirective, node, request.variables)
      const include = getDirectiveValues(GraphQLIncludeDirective, node, request.variables)
      if (skip?.['if'] === true || include?.['if'] === false) continue
      if (node.kind === 'FragmentSpread') {
        const fragment = request.fragments.get(node.name.value)
        if (fragment === undefined || opened.has(node.name.value)) continue
        opened.add(node.name.value)
        if (applies(request.schema, fragment.typeCondition.name.value, type)) walk(fragment.selectionSet)
      } else if (node.kind === 'InlineFragment') {
        const condition = node.typeCondition?.name.value
        if (condition === undefined || applies(request.schema, condition, type)) walk(node.selectionSet)
      } else {
        const definition = type.getFields()[node.name.value]
        if (definition === undefined) continue
        const args = getArgumentValues(definition, node, request.variables as { [name: string]: unknown })
        const name = valueName(node.name.value, args)
        const known = collected.get(name)
        const nodes = known?.nodes ?? []
        if (node.selectionSet !== undefined) nodes.push(node.selectionSet)
        collected.set(name, {
          nodes,
          selected: known?.selected ?? { name: node.name.value, definition, args, nodes, first: node },
        })
      }
    }
  }
  for (const set of selections) {
    opened.clear()
    walk(set)
  }
  return new Map([...collected].map(([name, { selected }]) => [name, selected]))
}

function applies(schema: GraphQLSchema, condition: string, type: GraphQLObjectType): boolean {
  if (condition === type.name) return true
  const named = schema.getType(condition)
  return isAbstractType(named) && schema.isSubType(named, type)
}

import type { PlanNode } from '@graphql-hive/router-query-planner'
import { isAbstractType, isObjectType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import type { GraphQLSchema } from 'graphql'

/**
 * The fields of object types, as `Type field`, that an operation asks for and no request of its plan. A planner that narrows a
 * union to what all subgraphs know of it loses the objects of the others, and nobody would be told.
 */
export function uncovered(query: string, node: PlanNode | undefined, whole: GraphQLSchema): readonly string[] {
  const asked = fieldsOf(query, whole, false)
  if (asked.size === 0) return []
  const given = new Set(requestsOf(node).flatMap((text) => [...fieldsOf(text, whole, true)]))
  return [...asked].filter((one) => !given.has(one))
}

function requestsOf(node: PlanNode | undefined): readonly string[] {
  if (node === undefined || node === null) return []
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(requestsOf)
    case 'Flatten':
      return requestsOf(node.node)
    case 'Condition':
      return [...requestsOf(node.ifClause), ...requestsOf(node.elseClause)]
    case 'Fetch':
    case 'BatchFetch':
      return [node.operation]
    default:
      return []
  }
}

/** With `wide`, a field of an interface counts for each of its types; without, only what is asked of one type by its name. */
function fieldsOf(text: string, whole: GraphQLSchema, wide: boolean): ReadonlySet<string> {
  const found = new Set<string>()
  const info = new TypeInfo(whole)
  const roots = new Set([whole.getQueryType(), whole.getMutationType()])
  const field = ({ name }: { readonly name: { readonly value: string } }): void => {
    const parent = info.getParentType()
    if (name.value === '__typename' || !parent || (!wide && !isObjectType(parent))) return
    if (isObjectType(parent) && roots.has(parent)) return
    const types = isAbstractType(parent) ? whole.getPossibleTypes(parent) : [parent]
    for (const type of types) found.add(`${type.name} ${name.value}`)
  }
  visit(parse(text, { noLocation: true }), visitWithTypeInfo(info, { Field: field }))
  return found
}

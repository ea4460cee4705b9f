// Plans one operation: which subgraph is asked for what, in which order.
import { Kind, parse } from 'graphql'
import type { OperationDefinitionNode } from 'graphql'
import { rootSource, take } from './fill.ts'
import { fieldsFor, gives, weight } from './knowledge.ts'
import type { Knowledge } from './knowledge.ts'
import { newObjects } from './objects.ts'
import type { Draft } from './objects.ts'
import type { PlanNode } from './plan.ts'
import { written } from './write.ts'

/**
 * The plan of an operation without fragments of its own and without `@skip` or `@include`, by the rules of federation. Throws an
 * Error for an operation that no order of requests can answer, OPERATION_TOO_COMPLEX for one that leads to too many kinds of
 * objects.
 */
export function planOperation(query: string, knowledge: Knowledge): PlanNode | undefined {
  const operation = operationIn(query)
  const root = knowledge.whole.getRootType(operation.operation)
  if (root === undefined || root === null) throw new Error(`no root for a ${operation.operation}`)
  const draft: Draft = { knowledge, operation, steps: [], kinds: 0 }
  const top = newObjects(draft, { type: root.name, path: [], sources: [], from: null, ofAll: new Set() })
  for (const node of fieldsFor(knowledge, root.name, operation.selectionSet)) {
    const able = knowledge.members.subgraphs.filter((one) => gives(knowledge, one, root.name, node.name.value, null))
    let best: { readonly graph: string; readonly much: number } | null = null
    for (const graph of able) {
      // What is asked anyway comes first of those that give as much.
      const isAsked = top.sources.some((one) => one.graph === graph)
      const much = weight(knowledge, graph, root.name, [node]) * 2 + (isAsked ? 1 : 0)
      if (best === null || much > best.much) best = { graph, much }
    }
    if (best === null) throw new Error(`nothing gives ${root.name}.${node.name.value}`)
    take(draft, top, rootSource(draft, top, best.graph), node)
  }
  return written(draft)
}

function operationIn(query: string): OperationDefinitionNode {
  const operation = parse(query, { noLocation: true }).definitions[0]
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('there is no operation to plan')
  return operation
}

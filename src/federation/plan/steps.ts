import type { PlanNode, RequiresSelection } from '@graphql-hive/router-query-planner'
import { print } from 'graphql'
import type { OperationDefinitionNode } from 'graphql'
import { nodesOf, variablesIn } from './selection.ts'
import type { Selection } from './selection.ts'

export type Segment = { Field: string } | { TypeCondition: string[] } | '@'

/** Objects that a step asks for by their keys. */
export interface Entity {
  readonly type: string
  /** By this name the subgraph knows them. */
  readonly as: string
  /** The subgraph has the interface alone: what an object really is means nothing to it. */
  readonly asInterface: boolean
  readonly path: readonly Segment[]
}

/** One request of the plan, growing while the plan is made. */
export interface Step {
  readonly graph: string
  /** Null: a request at the root. */
  readonly entity: Entity | null
  readonly selection: Selection
  readonly requires: RequiresSelection[]
  readonly after: Set<Step>
}

/** The steps as nodes: those that wait for nothing more run side by side. */
export function written(steps: readonly Step[], operation: OperationDefinitionNode): PlanNode | undefined {
  const levels = new Map<Step, number>()
  const levelOf = (step: Step): number => {
    const known = levels.get(step)
    if (known !== undefined) return known
    const level = Math.max(-1, ...[...step.after].map(levelOf)) + 1
    levels.set(step, level)
    return level
  }
  const byLevel: PlanNode[][] = []
  for (const step of steps) (byLevel[levelOf(step)] ??= []).push(fetchOf(step, operation))
  const nodes = byLevel.map((one): PlanNode => (one.length === 1 ? one[0]! : { kind: 'Parallel', nodes: one }))
  return nodes.length > 1 ? { kind: 'Sequence', nodes } : nodes[0]
}

function fetchOf(step: Step, operation: OperationDefinitionNode): PlanNode {
  const { graph: serviceName, entity } = step
  const selections = nodesOf(step.selection)
  const used = variablesIn(selections)
  const defined = (operation.variableDefinitions ?? [])
    .filter(({ variable }) => used.has(variable.name.value))
    .map(print)
  const body = selections.map(print).join(' ')
  if (entity === null) {
    const { operation: operationKind } = operation
    const header = `${operationKind}${defined.length === 0 ? '' : `(${defined.join(', ')})`}`
    return { kind: 'Fetch', serviceName, variableUsages: [...used], operationKind, operation: `${header} { ${body} }` }
  }
  const variables = ['$representations: [_Any!]!', ...defined].join(', ')
  const asAnother =
    entity.as === entity.type && !entity.asInterface
      ? {}
      : { inputRewrites: [{ ValueSetter: { path: [{ Key: '__typename' }], setValueTo: entity.as } }] }
  return {
    kind: 'Flatten',
    path: [...entity.path],
    node: {
      kind: 'Fetch',
      serviceName,
      variableUsages: [...used],
      operationKind: 'query',
      operation: `query(${variables}) { _entities(representations: $representations) { ... on ${entity.as} { ${body} } } }`,
      requires: step.requires,
      ...asAnother,
    },
  }
}

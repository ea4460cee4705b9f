// Writes a plan's steps as requests: what one subgraph is asked for in one round is one request.
import { print } from 'graphql'
import type { Draft, Step } from './objects.ts'
import type { EntityBatchAlias, FlattenNodePathSegment, PlanNode } from './plan.ts'
import { renamed } from './response-names.ts'
import { scheduled } from './schedule.ts'
import { textOf, variablesIn } from './selection.ts'

/** The steps as nodes; undefined where there is none. */
export function written(draft: Draft): PlanNode | undefined {
  const nodes = scheduled(draft.steps).map((steps): PlanNode => {
    const roots = steps.filter(({ entity }) => entity === null).map((step) => rootFetch(draft, step))
    const byGraph = Map.groupBy(
      steps.filter(({ entity }) => entity !== null),
      ({ graph }) => graph,
    )
    const all = [...roots, ...[...byGraph.values()].map((some) => entityFetch(draft, some))]
    return all.length === 1 ? all[0]! : { kind: 'Parallel', nodes: all }
  })
  return nodes.length > 1 ? { kind: 'Sequence', nodes } : nodes[0]
}

/** A selection's text, with what makes the answer read as it was asked. */
function textAs({ knowledge }: Draft, { graph, selection }: Step, type: string) {
  const { aliases, outputRewrites } = renamed(knowledge, graph, type, selection)
  return { text: textOf(selection, aliases), more: outputRewrites.length === 0 ? {} : { outputRewrites } }
}

function rootFetch(draft: Draft, step: Step): PlanNode {
  const { operation: kind } = draft.operation
  const root = draft.knowledge.whole.getRootType(kind)?.name ?? ''
  const { used, defined } = variablesOf(draft, [step])
  const { text, more } = textAs(draft, step, root)
  return {
    kind: 'Fetch',
    serviceName: step.graph,
    variableUsages: used,
    operationKind: kind,
    operation: `${kind}${defined.length === 0 ? '' : `(${defined.join(', ')})`} { ${text} }`,
    ...more,
  }
}

function variablesOf({ operation }: Draft, steps: readonly Step[]) {
  const used = new Set(steps.flatMap(({ selection }) => [...variablesIn(selection)]))
  const all = operation.variableDefinitions ?? []
  return { used: [...used], defined: all.filter(({ variable }) => used.has(variable.name.value)).map(print) }
}

interface Question extends Pick<EntityBatchAlias, 'requires' | 'inputRewrites' | 'outputRewrites'> {
  readonly set: string
  readonly paths: (readonly FlattenNodePathSegment[])[]
}

/** What is asked of entities, each question once, with all the paths whose objects it is asked of. */
function questionsOf(draft: Draft, steps: readonly Step[]): Question[] {
  const questions = new Map<string, Question>()
  for (const step of steps) {
    if (step.entity === null) continue
    const { type, as, asInterface, path } = step.entity
    const { text, more } = textAs(draft, step, as)
    const set = `{ ... on ${as} { ${text} } }`
    const label = JSON.stringify([type, set, step.requires])
    const known = questions.get(label)
    if (known !== undefined) {
      known.paths.push(path)
      continue
    }
    const isAnother = as !== type || asInterface
    const inputRewrites = [{ ValueSetter: { path: [{ Key: '__typename' }], setValueTo: as } }]
    const { requires } = step
    questions.set(label, { set, requires, paths: [path], ...more, ...(isAnother ? { inputRewrites } : {}) })
  }
  return [...questions.values()]
}

/** One request for all objects of these steps of one subgraph. */
function entityFetch(draft: Draft, steps: readonly Step[]): PlanNode {
  const serviceName = steps[0]!.graph
  const { used: variableUsages, defined } = variablesOf(draft, steps)
  const questions = questionsOf(draft, steps)
  const request = { serviceName, variableUsages, operationKind: 'query' } as const
  const [only] = questions
  if (only !== undefined && questions.length === 1 && only.paths.length === 1) {
    const { set, paths, ...rest } = only
    const variables = ['$representations: [_Any!]!', ...defined].join(', ')
    const operation = `query(${variables}) { _entities(representations: $representations) ${set} }`
    return { kind: 'Flatten', path: paths[0]!, node: { kind: 'Fetch', ...request, operation, ...rest } }
  }
  const named = questions.map((one, index) => ({ ...one, alias: `_e${index}`, list: `__batch_reps_${index}` }))
  const variables = [...named.map(({ list }) => `$${list}: [_Any!]!`), ...defined].join(', ')
  const body = named.map(({ alias, list, set }) => `${alias}: _entities(representations: $${list}) ${set}`)
  const aliases = named.map(({ set: _set, list, ...rest }) => ({ ...rest, representationsVariableName: list }))
  const operation = `query(${variables}) { ${body.join(' ')} }`
  return { kind: 'BatchFetch', ...request, operation, entityBatch: { aliases } }
}

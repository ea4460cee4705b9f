import type {
  BatchFetchNode,
  EntityBatchAlias,
  FetchNode,
  FlattenNodePathSegment,
  PlanNode,
  RequiresSelection,
} from '@graphql-hive/router-query-planner'
import type { ExecutionResult, SelectionSetNode } from 'graphql'
import { hubErrorIn } from '../../access/error.ts'
import type { OperationContext } from '../../gateway/graphql/operation-server.ts'
import { blame, blameAt, selectedBy } from '../answer/error-position.ts'
import { holdsKey, represented } from './representation.ts'
import { rewrite } from './rewrite.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { copied, isTree, merge, objectsAt } from './tree.ts'
import type { Fits, Found, Tree } from './tree.ts'
import { isUnavailable, reportedSubgraphError, unavailableSubgraph } from '../answer/subgraph-error.ts'
import type { Path, SubgraphError } from '../answer/subgraph-error.ts'

/** What a plan asks of one subgraph. */
export interface SubgraphRequest {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly operationName: string | null
  readonly context: OperationContext
  readonly kind: 'query' | 'mutation'
}

/** Asks one subgraph. What goes wrong there comes as errors with codes; it throws only when the client has left, or by a bug. */
export type SubgraphExecutor = (request: SubgraphRequest) => Promise<ExecutionResult>

export interface RunOptions {
  readonly supergraph: Supergraph
  readonly fits: Fits
  readonly isConcrete: (typeName: string) => boolean
  readonly subgraphs: ReadonlyMap<string, SubgraphExecutor>
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: OperationContext
  /** Objects asked of a subgraph in one request. */
  readonly chunk: number
}

export interface Gathered {
  /** The joined answers; an error stands where a subgraph's fault took a value away. */
  readonly tree: Tree
  /** Every fault, in the order in which they came. */
  readonly subgraphErrors: readonly SubgraphError[]
}

/** Objects that one request finds by the same representation. */
interface Group {
  readonly representation: Tree
  readonly found: Found[]
}

/**
 * Runs the nodes of a plan in their order. What a subgraph fails to give is marked in the tree and the rest goes on; rejects
 * only when the client has left, or by a bug.
 */
export async function runPlan(node: PlanNode | undefined, options: RunOptions, tree: Tree = {}): Promise<Gathered> {
  const { supergraph, fits, isConcrete, subgraphs, variables, context, chunk } = options
  const subgraphErrors: SubgraphError[] = []
  const note = (subgraphError: SubgraphError): SubgraphError => {
    subgraphErrors.push(subgraphError)
    return subgraphError
  }

  async function run(one: PlanNode | undefined): Promise<void> {
    if (one === undefined || one === null) return
    context.signal.throwIfAborted()
    switch (one.kind) {
      case 'Sequence':
        for (const next of one.nodes) await run(next)
        return
      case 'Parallel':
        await Promise.all(one.nodes.map(run))
        return
      case 'Condition':
        return run(variables[one.condition] === true ? one.ifClause : one.elseClause)
      case 'Fetch':
        return fetchRoot(one)
      case 'Flatten':
        if (one.node.kind === 'Fetch') return fetchEntities(one.node, one.path)
        return run(one.node)
      case 'BatchFetch':
        return fetchBatch(one)
      default:
        throw new Error(`a plan holds a node that nothing runs: ${one.kind}`)
    }
  }

  async function ask(
    node: FetchNode | BatchFetchNode,
    more: Readonly<Record<string, unknown>>,
  ): Promise<ExecutionResult> {
    const given = (node.variableUsages ?? []).filter((name) => Object.hasOwn(variables, name))
    const execute = subgraphs.get(node.serviceName)
    if (execute === undefined) throw new Error(`nothing answers for the subgraph ${node.serviceName}`)
    try {
      return await execute({
        query: node.operation,
        variables: { ...Object.fromEntries(given.map((name) => [name, variables[name]])), ...more },
        operationName: node.operationName ?? null,
        context,
        kind: node.operationKind === 'mutation' ? 'mutation' : 'query',
      })
    } catch (error) {
      const own = hubErrorIn(error)
      if (own === null) throw error
      return { errors: [own] }
    }
  }

  async function fetchRoot(one: FetchNode): Promise<void> {
    const { data, errors = [] } = await ask(one, {})
    if (isTree(data)) {
      rewrite(data, one.outputRewrites, fits)
      merge(tree, data, isConcrete)
    }
    for (const error of errors) {
      const path = error.path ?? null
      const subgraphError = note(
        isUnavailable(error) ? unavailableSubgraph(path ?? []) : reportedSubgraphError(error, path ?? []),
      )
      if (path === null || path.length === 0 || !isTree(data))
        blame(tree, selectedBy(one.operation).get(''), [], subgraphError, fits)
      if (path !== null) blameAt(tree, [], path, subgraphError)
    }
    if (!isTree(data) && errors.length === 0) blameShape(one, tree, [])
  }

  /** An answer with neither data nor errors is none. */
  function blameShape(one: FetchNode, object: Tree, path: Path): void {
    blame(object, selectedBy(one.operation).get(''), path, note(unavailableSubgraph(path)), fits)
  }

  async function fetchEntities(one: FetchNode, path: readonly FlattenNodePathSegment[]): Promise<void> {
    const asked = gather(one.serviceName, one, [path], selectedBy(one.operation).get('_entities'))
    await Promise.all(
      chunks(asked, chunk).map(async (groups) => {
        const representations = groups.map(({ representation }) => representation)
        const result = await ask(one, { representations })
        take(result, '_entities', groups, one, selectedBy(one.operation).get('_entities'))
      }),
    )
  }

  async function fetchBatch(one: BatchFetchNode): Promise<void> {
    const asked = one.entityBatch.aliases.map((batch) => ({
      batch,
      set: selectedBy(one.operation).get(batch.alias),
      groups: gather(one.serviceName, batch, batch.paths, selectedBy(one.operation).get(batch.alias)),
    }))
    const rounds = Math.max(...asked.map(({ groups }) => Math.ceil(groups.length / chunk)), 0)
    await Promise.all(
      Array.from({ length: rounds }, async (_, round) => {
        const parts = asked.map((one) => ({ ...one, groups: one.groups.slice(round * chunk, (round + 1) * chunk) }))
        const lists = parts.map(({ batch, groups }) => [
          batch.representationsVariableName,
          groups.map(({ representation }) => representation),
        ])
        const result = await ask(one, Object.fromEntries(lists) as Record<string, unknown>)
        for (const { batch, groups, set } of parts)
          take(result, batch.alias, groups, batch, set, parts[0]?.batch === batch)
      }),
    )
  }

  /** The objects at the paths that the subgraph can be asked for, each representation once. */
  function gather(
    subgraph: string,
    one: { readonly requires?: readonly RequiresSelection[]; readonly inputRewrites?: FetchNode['inputRewrites'] },
    paths: readonly (readonly FlattenNodePathSegment[])[],
    set: SelectionSetNode | undefined,
  ): Group[] {
    const groups = new Map<string, Group>()
    for (const found of paths.flatMap((path) => objectsAt(tree, path, fits))) {
      const { made, blocked } = represented(found.object, one.requires ?? [], fits) as {
        made?: Tree
        blocked?: SubgraphError
      }
      if (blocked !== undefined) blame(found.object, set, found.path, blocked, fits)
      if (made === undefined) continue
      const typeName = typeof made['__typename'] === 'string' ? made['__typename'] : ''
      rewrite(made, one.inputRewrites, fits, typeName)
      const [own, told] = [
        supergraph.keysOf(subgraph, typeName),
        supergraph.keysOf(subgraph, String(made['__typename'])),
      ]
      if (!holdsKey(made, own.length > 0 ? own : told, supergraph.whole.getType(typeName))) continue
      const label = JSON.stringify(made)
      const group = groups.get(label)
      if (group === undefined) groups.set(label, { representation: made, found: [found] })
      else group.found.push(found)
    }
    return [...groups.values()]
  }

  /** Joins what `_entities` (or an alias of it) answered for these groups, in their order. */
  function take(
    { data, errors = [] }: ExecutionResult,
    name: string,
    groups: readonly Group[],
    one: FetchNode | EntityBatchAlias,
    set: SelectionSetNode | undefined,
    first = true,
  ): void {
    const answered = isTree(data) ? data[name] : undefined
    const entities: readonly unknown[] = Array.isArray(answered) ? answered : []
    for (const [index, { representation, found }] of groups.entries()) {
      const entity = entities[index]
      if (!isTree(entity)) continue
      rewrite(entity, one.outputRewrites, fits, typeNameOf(representation))
      const copies = found.map((_, at) => (at === 0 ? entity : copied(entity)))
      for (const [at, { object }] of found.entries()) merge(object, copies[at]!, isConcrete)
    }
    const everywhere = (subgraphError: SubgraphError): void => {
      for (const { found } of groups)
        for (const { object, path } of found) blame(object, set, path, subgraphError, fits)
    }
    const [here] = groups[0]?.found ?? []
    for (const error of errors) {
      const subgraphError = isUnavailable(error)
        ? unavailableSubgraph(here?.path ?? [])
        : reportedSubgraphError(error, here?.path ?? [])
      const path = error.path ?? []
      const group = path[0] === name && typeof path[1] === 'number' ? groups[path[1]] : undefined
      if (path[0] !== undefined && path[0] !== name) {
        // Another alias of the same request tells of it.
        if (first && typeof path[0] === 'string' && !selectsEntities(path[0])) everywhere(note(subgraphError))
        continue
      }
      if (group === undefined) {
        note(subgraphError)
        everywhere(subgraphError)
        continue
      }
      for (const { object, path: from } of group.found) {
        const rest = path.slice(2)
        const told = note({ ...subgraphError, path: [...from, ...rest] })
        if (rest.length === 0) blame(object, set, from, told, fits)
        else blameAt(tree, from, rest, told)
      }
    }
    if (!Array.isArray(answered) && errors.length === 0 && groups.length > 0) {
      everywhere(note(unavailableSubgraph(here?.path ?? [])))
    }
  }

  await run(node)
  return { tree, subgraphErrors }
}

const selectsEntities = (name: string): boolean => name === '_entities' || /^_e\d+$/.test(name)

function chunks<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}

function typeNameOf({ __typename: name }: { readonly [member: string]: unknown }): string {
  return typeof name === 'string' ? name : ''
}

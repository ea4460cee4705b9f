// Runs a plan: asks the subgraphs and joins what they answer into one tree.
import type {
  BatchFetchNode,
  EntityBatchAlias,
  FetchNode,
  FlattenNodePathSegment,
  PlanNode,
  RequiresSelection,
} from '../plan/plan.ts'
import type { ExecutionResult, GraphQLError, SelectionSetNode } from 'graphql'
import { hubErrorIn } from '../../access/error.ts'
import type { OperationContext } from '../../graph/operation/operation.ts'
import { markErrors, markErrorAt, selectedBy } from '../answer/error-position.ts'
import { holdsKey, represented } from './representation.ts'
import { rewrite } from './rewrite.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { copied, isTree, merge, objectsAt } from './tree.ts'
import type { Fits, Found, Tree } from './tree.ts'
import { isUnavailable, reportedSubgraphError, unavailableSubgraph } from '../answer/subgraph-error.ts'
import type { SubgraphError } from '../answer/subgraph-error.ts'

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
  /** The joined answers; an error is where a subgraph's fault took a value away. */
  readonly tree: Tree
  /** Every fault, in the order in which they came. */
  readonly subgraphErrors: readonly SubgraphError[]
}

/** Objects that one request finds by the same representation. */
interface Group {
  readonly representation: Tree
  readonly found: Found[]
}

/** A plan that is running. */
interface Run extends RunOptions, Gathered {
  readonly subgraphErrors: SubgraphError[]
}

/**
 * Runs the nodes of a plan in their order. What a subgraph fails to give is marked in the tree and the rest goes on; rejects
 * only when the client has left, or by a bug.
 */
export async function runPlan(node: PlanNode | undefined, options: RunOptions, tree: Tree = {}): Promise<Gathered> {
  const run: Run = { ...options, tree, subgraphErrors: [] }
  await runNode(run, node)
  return { tree, subgraphErrors: run.subgraphErrors }
}

async function runNode(run: Run, one: PlanNode | undefined): Promise<void> {
  if (one === undefined || one === null) return
  run.context.signal.throwIfAborted()
  switch (one.kind) {
    case 'Sequence':
      for (const next of one.nodes) await runNode(run, next)
      return
    case 'Parallel':
      await Promise.all(one.nodes.map((next) => runNode(run, next)))
      return
    case 'Fetch':
      return fetchRoot(run, one)
    case 'Flatten':
      return fetchEntities(run, one.node, one.path)
    case 'BatchFetch':
      return fetchBatch(run, one)
  }
}

function note({ subgraphErrors }: Run, subgraphError: SubgraphError): SubgraphError {
  subgraphErrors.push(subgraphError)
  return subgraphError
}

async function ask(
  { subgraphs, variables, context }: Run,
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

async function fetchRoot(run: Run, one: FetchNode): Promise<void> {
  const { tree, fits, isConcrete } = run
  const { data, errors = [] } = await ask(run, one, {})
  if (isTree(data)) {
    rewrite(data, one.outputRewrites, fits)
    merge(tree, data, isConcrete)
  }
  const selected = selectedBy(one.operation).get('')
  for (const error of errors) {
    const path = error.path ?? null
    const subgraphError = note(
      run,
      isUnavailable(error) ? unavailableSubgraph(path ?? []) : reportedSubgraphError(error, path ?? []),
    )
    if (path === null || path.length === 0 || !isTree(data)) markErrors(tree, selected, [], subgraphError, fits)
    if (path !== null) markErrorAt(tree, [], path, subgraphError)
  }
  // An answer with neither data nor errors is none.
  if (!isTree(data) && errors.length === 0) markErrors(tree, selected, [], note(run, unavailableSubgraph([])), fits)
}

async function fetchEntities(run: Run, one: FetchNode, path: readonly FlattenNodePathSegment[]): Promise<void> {
  const set = selectedBy(one.operation).get('_entities')
  const asked = gather(run, one.serviceName, one, [path], set)
  await Promise.all(
    chunks(asked, run.chunk).map(async (groups) => {
      const representations = groups.map(({ representation }) => representation)
      take(run, await ask(run, one, { representations }), { name: '_entities', groups, one, set, first: true })
    }),
  )
}

async function fetchBatch(run: Run, one: BatchFetchNode): Promise<void> {
  const { chunk } = run
  const asked = one.entityBatch.aliases.map((batch) => {
    const set = selectedBy(one.operation).get(batch.alias)
    return { batch, set, groups: gather(run, one.serviceName, batch, batch.paths, set) }
  })
  const rounds = Math.max(...asked.map(({ groups }) => Math.ceil(groups.length / chunk)), 0)
  await Promise.all(
    Array.from({ length: rounds }, async (_, round) => {
      const parts = asked.map((part) => ({ ...part, groups: part.groups.slice(round * chunk, (round + 1) * chunk) }))
      const lists = parts.map(({ batch, groups }) => [
        batch.representationsVariableName,
        groups.map(({ representation }) => representation),
      ])
      const result = await ask(run, one, Object.fromEntries(lists) as Record<string, unknown>)
      for (const [index, { batch, groups, set }] of parts.entries())
        take(run, result, { name: batch.alias, groups, one: batch, set, first: index === 0 })
    }),
  )
}

/** The objects at the paths that the subgraph can be asked for, each representation once. */
function gather(
  { tree, fits, supergraph }: Run,
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
    if (blocked !== undefined) markErrors(found.object, set, found.path, blocked, fits)
    if (made === undefined) continue
    const typeName = typeof made['__typename'] === 'string' ? made['__typename'] : ''
    rewrite(made, one.inputRewrites, fits, typeName)
    const own = supergraph.keysOf(subgraph, typeName)
    const keys = own.length > 0 ? own : supergraph.keysOf(subgraph, String(made['__typename']))
    if (!holdsKey(made, keys, supergraph.whole.getType(typeName))) continue
    const label = JSON.stringify(made)
    const group = groups.get(label)
    if (group === undefined) groups.set(label, { representation: made, found: [found] })
    else group.found.push(found)
  }
  return [...groups.values()]
}

/** Groups that were asked for together, under one name of the answer. */
interface Batch {
  /** `_entities`, or an alias of it. */
  readonly name: string
  readonly groups: readonly Group[]
  readonly one: FetchNode | EntityBatchAlias
  readonly set: SelectionSetNode | undefined
  /** Whether errors that belong to no batch of the request are this one's. */
  readonly first: boolean
}

/** Joins what was answered for these groups, in their order. */
function take(run: Run, { data, errors = [] }: ExecutionResult, batch: Batch): void {
  const { name, groups } = batch
  const answered = isTree(data) ? data[name] : undefined
  takeEntities(run, Array.isArray(answered) ? answered : [], batch)
  const here = groups[0]?.found[0]?.path ?? []
  for (const error of errors) takeError(run, error, batch)
  // An error of another alias can take the whole answer away: it is reported here too.
  const isTold = errors.some(({ path }) => path === undefined || path[0] === name)
  if (!Array.isArray(answered) && !isTold && groups.length > 0) {
    const [error] = errors
    const isReported = error !== undefined && !isUnavailable(error)
    blameAll(run, batch, note(run, isReported ? reportedSubgraphError(error, here) : unavailableSubgraph(here)))
  }
}

function takeEntities({ fits, isConcrete }: Run, entities: readonly unknown[], { groups, one }: Batch): void {
  for (const [index, { representation, found }] of groups.entries()) {
    const entity = entities[index]
    if (!isTree(entity)) continue
    rewrite(entity, one.outputRewrites, fits, typeNameOf(representation))
    const copies = found.map((_, at) => (at === 0 ? entity : copied(entity)))
    for (const [at, { object }] of found.entries()) merge(object, copies[at]!, isConcrete)
  }
}

function takeError(run: Run, error: GraphQLError, batch: Batch): void {
  const { name, groups, set, first } = batch
  const here = groups[0]?.found[0]?.path ?? []
  const subgraphError = isUnavailable(error) ? unavailableSubgraph(here) : reportedSubgraphError(error, here)
  const path = error.path ?? []
  if (path[0] !== undefined && path[0] !== name) {
    // Another alias of the same request reports it.
    if (first && typeof path[0] === 'string' && !selectsEntities(path[0]))
      blameAll(run, batch, note(run, subgraphError))
    return
  }
  const group = path[0] === name && typeof path[1] === 'number' ? groups[path[1]] : undefined
  if (group === undefined) return blameAll(run, batch, note(run, subgraphError))
  for (const { object, path: from } of group.found) {
    const rest = path.slice(2)
    const noted = note(run, { ...subgraphError, path: [...from, ...rest] })
    if (rest.length === 0) markErrors(object, set, from, noted, run.fits)
    else markErrorAt(run.tree, from, rest, noted)
  }
}

function blameAll({ fits }: Run, { groups, set }: Batch, subgraphError: SubgraphError): void {
  for (const { found } of groups)
    for (const { object, path } of found) markErrors(object, set, path, subgraphError, fits)
}

const selectsEntities = (name: string): boolean => name === '_entities' || /^_e\d+$/.test(name)

function chunks<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}

function typeNameOf({ __typename: name }: { readonly [member: string]: unknown }): string {
  return typeof name === 'string' ? name : ''
}

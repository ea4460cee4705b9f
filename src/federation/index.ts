// The federation room's front door: a supergraph and its subgraphs as one generation.
import { buildASTSchema, isScalarType, isSpecifiedScalarType } from 'graphql'
import type { ExecutionResult, GraphQLSchema } from 'graphql'
import type { Decision } from '../access/policy/decide.ts'
import { deniedError, hubError } from '../access/error.ts'
import { openPolicy } from '../access/policy/policy.ts'
import type { Policy } from '../access/policy/policy.ts'
import { subscribeAtStream } from '../access/refusal-text.ts'
import type { Generation } from '../graph/operation/generation.ts'
import type { AllowedOperation, Execute, Operation } from '../graph/operation/operation.ts'
import { withLocalRules } from './supergraph/local-rules.ts'
import { isLocal } from './execute/local.ts'
import { authorizedOperation } from './answer/authorized-operation.ts'
import { openPlanner } from './plan/planner.ts'
import type { Planner } from './plan/planner.ts'
import { openProjection } from './answer/projection.ts'
import type { Project } from './answer/projection.ts'
import { runPlan } from './execute/run-plan.ts'
import type { SubgraphExecutor } from './execute/run-plan.ts'
import { readSupergraph } from './supergraph/supergraph.ts'
import type { Supergraph } from './supergraph/supergraph.ts'
import { fitsOf } from './execute/tree.ts'
import type { Fits } from './execute/tree.ts'

export { openRemote } from './execute/remote.ts'
export type { Remote, RemoteOptions, RemoteState } from './execute/remote.ts'
export type { SubgraphExecutor, SubgraphRequest } from './execute/run-plan.ts'
export { readSupergraph } from './supergraph/supergraph.ts'
export type { SubgraphAddress, Supergraph } from './supergraph/supergraph.ts'

export interface FederationOptions {
  /** As a composer writes it: join specification 0.2 or later. */
  readonly supergraph: string
  /** Who answers for each subgraph, by its name in `join__graph`. */
  readonly subgraphs: ReadonlyMap<string, SubgraphExecutor>
  /** The codes of the configuration's purposes; null when it lists none. */
  readonly purposes: ReadonlySet<string> | null
  /** The labels of progressive overrides that are on for an operation. Default: none. */
  readonly labels?: (operation: Operation) => ReadonlySet<string>
  /** 0 to 100, drawn for each operation: overrides by `percent(x)` are on below x. */
  readonly percentage?: () => number
  /** The hub's own subgraph: an operation that touches it alone is delegated to it. */
  readonly local?: LocalSubgraph
  /** What becomes of an operation that selects what its caller may not have: null and an error there, or nothing at all. */
  readonly unauthorized?: 'null' | 'reject'
  /** Objects asked of a subgraph in one request. Default 250. */
  readonly chunk?: number
}

export interface LocalSubgraph {
  readonly name: string
  readonly execute: Execute
  readonly schema: GraphQLSchema
  readonly policy: Policy
}

const usualChunk = 250

/** What an opened supergraph answers with. */
interface Federation {
  readonly options: FederationOptions
  readonly supergraph: Supergraph
  readonly schema: GraphQLSchema
  readonly fits: Fits
  readonly plan: Planner
  readonly project: Project
}

/**
 * What serves operations on a supergraph: plans and runs what the caller may have, and answers the client's own document from
 * what came back. Throws CONFIG_INVALID for a text that is no supergraph, and when a subgraph has no executor.
 */
export function openFederation(options: FederationOptions): Generation {
  const { subgraphs, purposes, local } = options
  const supergraph = readSupergraph(options.supergraph)
  for (const { name } of supergraph.subgraphs) {
    if (!subgraphs.has(name)) throw hubError('CONFIG_INVALID', `Nothing answers for the subgraph ${name}.`)
  }
  const api = local === undefined ? supergraph.apiDocument() : withLocalRules(supergraph.apiDocument(), local.schema)
  const schema = withScalars(buildASTSchema(api, { assumeValid: true, assumeValidSDL: true }), local?.schema)
  const policy = openPolicy({ schema, purposes })
  const fits = fitsOf(supergraph.whole)
  const plan = openPlanner({ supergraph, fits })
  const federation: Federation = { options, supergraph, schema, fits, plan, project: openProjection(api) }
  const execute: Execute = (operation) => answered(federation, operation)
  if (local === undefined) return { schema, policy, execute }
  const answers = (type: string, field: string): boolean => supergraph.answers(local.name, type, field)
  const locality = { schema, policy, local, answers }
  return { schema, policy, execute, delegate: (operation) => (isLocal(locality, operation) ? local : null) }
}

async function answered(federation: Federation, operation: AllowedOperation): Promise<ExecutionResult> {
  const { options, supergraph, schema, fits, plan, project } = federation
  const { subgraphs, unauthorized = 'null', chunk = usualChunk } = options
  const { labels = () => none, percentage = () => Math.random() * 100 } = options
  const { definition, decision, allowed, values } = operation
  if (definition.operation === 'subscription') throw hubError('BAD_REQUEST', subscribeAtStream)
  if (decision.denied.length > 0 && unauthorized === 'reject') return { data: null, errors: refusalsOf(decision) }
  const { query, clientNames } = authorizedOperation(schema, definition, allowed)
  const planned = query === null ? undefined : plan({ query, labels: labels(operation), percentage: percentage() })
  const gathered = await runPlan(planned?.node, {
    supergraph,
    fits,
    isConcrete: (typeName) => isConcrete(supergraph.whole, typeName),
    subgraphs,
    variables: values,
    context: operation,
    chunk,
  })
  const result = await project({ operation, ...gathered, clientNames })
  return decision.denied.length === 0 ? result : withRefusals(result, decision)
}

function isConcrete(whole: GraphQLSchema, typeName: string): boolean {
  const type = whole.getType(typeName)
  return type !== undefined && 'getInterfaces' in type && type.astNode?.kind === 'ObjectTypeDefinition'
}

const none: ReadonlySet<string> = new Set()

const refusalsOf = ({ denied }: Decision) => {
  const byPath = new Map(denied.map((one) => [one.path.join('.'), deniedError(one.code, one.path)]))
  return [...byPath.values()]
}

/** A refused selection to which no object leads is reported too: an answer does not show by this whether there is one. */
function withRefusals(result: ExecutionResult, { denied }: Decision): ExecutionResult {
  const reported = new Set(
    (result.errors ?? []).map(({ path }) => (path ?? []).filter((part) => typeof part === 'string').join('.')),
  )
  const missing = denied.filter((one) => !one.shared && !reported.has(one.path.join('.')))
  const errors = [...(result.errors ?? []), ...refusalsOf({ denied: missing })]
  return errors.length === 0 ? result : { ...result, errors }
}

/** The local subgraph's scalars refuse what does not fit them before anything is asked. */
function withScalars(schema: GraphQLSchema, local: GraphQLSchema | undefined): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    const own = local?.getType(type.name)
    if (!isScalarType(type) || isSpecifiedScalarType(type) || !isScalarType(own)) continue
    type.parseValue = own.parseValue.bind(own)
    type.parseLiteral = own.parseLiteral.bind(own)
  }
  return schema
}

// Projects what the subgraphs gave onto the client's document.
import { buildASTSchema, execute, getNamedType, GraphQLObjectType, GraphQLSchema } from 'graphql'
import { isAbstractType, isEnumType, isInterfaceType, isObjectType } from 'graphql'
import type {
  DocumentNode,
  ExecutionResult,
  GraphQLError,
  GraphQLFieldResolver,
  GraphQLNamedType,
  GraphQLResolveInfo,
} from 'graphql'
import type { AllowedOperation } from '../../graph/operation/operation.ts'
import type { Selection } from '../../graph/operation/selection.ts'
import { deniedError } from '../../access/error.ts'
import type { DenialCode, HubError } from '../../access/error.ts'
import { askedName } from './authorized-operation.ts'
import { openFastPath } from './fast-path.ts'
import type { FastPath } from './fast-path.ts'
import { isErrorAt, errorAt, subgraphErrorOf } from './subgraph-error.ts'
import type { Path, SubgraphError } from './subgraph-error.ts'
import { isTree } from '../execute/tree.ts'
import type { Tree } from '../execute/tree.ts'

export interface Projection {
  readonly operation: AllowedOperation
  readonly tree: Tree
  readonly subgraphErrors: readonly SubgraphError[]
  readonly clientNames: ReadonlyMap<string, string>
}

export type Project = (projection: Projection) => Promise<ExecutionResult>

const standIn = 'HubStandIn_'

/** What answers are made with, for one supergraph. */
interface Projecting {
  readonly apiSchema: GraphQLSchema
  /** `apiSchema` with its substitutes. */
  readonly schema: GraphQLSchema
  readonly fastPaths: WeakMap<readonly Selection[], FastPath>
}

/**
 * Answers the client's own document from the tree by graphql-js itself, so that null spreads, fragments apply and paths read
 * as the reference says. Every fault of a subgraph is reported: at the positions that it took, else once.
 */
export function openProjection(api: DocumentNode): Project {
  const apiSchema = buildASTSchema(api, { assumeValid: true, assumeValidSDL: true })
  const projecting = { apiSchema, schema: withStandIns(apiSchema), fastPaths: new WeakMap() }
  return async (projection) => {
    const data = fastAnswer(projecting, projection)
    return data === null ? answered(projecting, projection) : { data }
  }
}

function fastAnswer({ fastPaths }: Projecting, { operation, tree, subgraphErrors }: Projection): Tree | null {
  const { schema, definition, selections, decision } = operation
  const root = schema.getRootType(definition.operation)
  if (subgraphErrors.length > 0 || decision.denied.length > 0 || !root) return null
  const fastPath = fastPaths.get(selections) ?? openFastPath(schema, root, selections)
  fastPaths.set(selections, fastPath)
  return fastPath(tree)
}

async function answered(projecting: Projecting, projection: Projection): Promise<ExecutionResult> {
  const { schema } = projecting
  const { operation, tree, subgraphErrors, clientNames } = projection
  const denied = new Map(operation.decision.denied.map((one) => [`${one.typeName} ${one.path.join('.')}`, one.code]))
  const reported = new Set<SubgraphError>()
  const report = (error: HubError): HubError => {
    const subgraphError = subgraphErrorOf(error)
    if (subgraphError === null) return error
    reported.add(subgraphError)
    return errorAt(subgraphError, clientPath(error.path ?? [], clientNames))
  }
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, _args, _context, info) => {
    if (denied.size > 0) {
      const code = refusal(projecting, info.parentType, namesOf(info.path), denied)
      if (code !== null) throw deniedError(code)
    }
    const asked = askedName(String(info.path.key), info.fieldName)
    const value = Object.hasOwn(source as Tree, asked) ? (source as Tree)[asked] : null
    const fits = known(schema, getNamedType(info.returnType))
    const given = (one: unknown): unknown => {
      if (isErrorAt(one)) return report(one)
      if (Array.isArray(one)) return one.map(given)
      return fits(one) ? one : null
    }
    const answer = given(value)
    if (isErrorAt(answer)) throw answer
    return answer
  }
  const result = await execute({
    schema,
    document: operation.document,
    operationName: operation.operationName,
    rootValue: tree,
    variableValues: operation.variables,
    fieldResolver,
    typeResolver: (value, _context, _info, abstract) => {
      const name = (value as Tree)['__typename']
      return typeof name === 'string' && isObjectType(schema.getType(name)) ? name : `${standIn}${abstract.name}`
    },
  })
  const rest = subgraphErrors
    .filter((subgraphError) => !reported.has(subgraphError))
    .map((subgraphError) => errorAt(subgraphError, clientPath(subgraphError.path ?? [], clientNames)))
  const errors: GraphQLError[] = [...(result.errors ?? []), ...oneOfEach(rest, result.errors ?? [])]
  return { ...(result.data === undefined ? {} : { data: result.data }), ...(errors.length === 0 ? {} : { errors }) }
}

/** What of a type clients may see: the values and types that are inaccessible are null, as a composed schema promises. */
function known(schema: GraphQLSchema, type: GraphQLNamedType): (value: unknown) => boolean {
  if (isEnumType(type)) return (value) => typeof value !== 'string' || type.getValue(value) !== undefined
  if (!isAbstractType(type)) return () => true
  return (value) => {
    const name = isTree(value) ? value['__typename'] : undefined
    return typeof name !== 'string' || schema.getType(name) !== undefined
  }
}

/** For an object of no known type: what is refused of every type that it can be. */
function refusal(
  { apiSchema, schema }: Projecting,
  type: GraphQLObjectType,
  path: string,
  denied: ReadonlyMap<string, DenialCode>,
): DenialCode | null {
  const own = denied.get(`${type.name} ${path}`)
  const named = schema.getType(type.name)
  if (own !== undefined || !isInterfaceType(named)) return own ?? null
  const codes = apiSchema.getPossibleTypes(named).map((one) => denied.get(`${one.name} ${path}`))
  return codes.length > 0 && codes.every((one) => one !== undefined) ? (codes[0] ?? null) : null
}

/** The path in the client's own names, as far as it is the client's. */
function clientPath(path: Path, clientNames: ReadonlyMap<string, string>): Path {
  const names = path.map((part) => (typeof part === 'string' ? (clientNames.get(part) ?? part) : part))
  const inner = names.findIndex((part) => typeof part === 'string' && part.startsWith('_internal_qp_'))
  return inner === -1 ? names : names.slice(0, inner)
}

/** One error for each path and code, and none for what is reported already. */
function oneOfEach(errors: readonly GraphQLError[], reported: readonly GraphQLError[]): GraphQLError[] {
  const positionOf = (error: GraphQLError): string => `${String(error.extensions['code'])} ${error.path?.join('.')}`
  const known = new Set(reported.map(positionOf))
  const byPosition = new Map(errors.map((error) => [positionOf(error), error]))
  return [...byPosition].flatMap(([position, error]) => (known.has(position) ? [] : [error]))
}

export function namesOf(path: GraphQLResolveInfo['path']): string {
  const names: string[] = []
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at !== undefined; at = at.prev) {
    if (typeof at.key === 'string') names.unshift(at.key)
  }
  return names.join('.')
}

/**
 * An object whose type no subgraph can say, or clients may not see, still has the fields of its interface. Each interface gets a
 * type for those here, which is found under a hidden name and calls itself by the interface's.
 */
function withStandIns(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig()
  const added = config.types.filter(isInterfaceType).map((type) => {
    const { fields, interfaces } = type.toConfig()
    return new GraphQLObjectType({ name: `${standIn}${type.name}`, fields, interfaces: [...interfaces, type] })
  })
  if (added.length === 0) return schema
  const whole = new GraphQLSchema({ ...config, types: [...config.types, ...added], assumeValid: true })
  for (const type of added) type.name = type.name.slice(standIn.length)
  return whole
}

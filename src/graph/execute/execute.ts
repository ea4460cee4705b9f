import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql'
import { getVariableValues } from 'graphql/execution/values.js'
import type pg from 'pg'
import type { Caller } from '../../access/caller.ts'
import { deniedError, type HubError, hubError } from '../../access/error.ts'
import type { Policy } from '../../access/policy/policy.ts'
import { kyselyWithin, queryWithin, type RowScope } from '../../db/row-scope.ts'
import { compile, type Compiled, type CompileOptions } from '../sql/compile.ts'
import { bindingOf, connectionValue, type RawConnection } from '../sql/connection.ts'
import { type GraphContext, newContext } from './context.ts'
import type { Cursors } from '../sql/cursor.ts'
import { pathsOf } from '../entities/errors.ts'
import { pruned } from './prune.ts'
import { valueName } from '../sql/select.ts'
import type { TypeMappings } from '../schema/type-mapping.ts'
import { assertMappings } from '../schema/mapping-faults.ts'
import { matcherOf, personalLookUps, type PersonalLookUp } from './personal-look-ups.ts'

export interface ExecutorOptions {
  readonly schema: GraphQLSchema
  readonly mappings: TypeMappings
  readonly policy: Policy
  readonly cursors: Cursors
  /** Each statement is sent within the caller's rows: the policies of the tables stand behind the compiled conditions. */
  readonly pool: pg.Pool
  /** The rows that a caller may see, a range a domain. */
  readonly rowScopeOf: (caller: Caller) => RowScope
  /**
   * Settles when the look-ups by personal values stand in the access log: what they find tells of somebody, although no
   * personal field is read. Rejects where they may not be made. Nothing is fetched before.
   */
  readonly lookedUp?: (personalLookUps: readonly PersonalLookUp[], caller: Caller) => Promise<unknown>
  now(): Date
}

export interface Asked {
  readonly document: DocumentNode
  readonly operationName: string | null
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
  readonly signal: AbortSignal
}

export type Execute = (asked: Asked) => Promise<ExecutionResult>

/** Stands in the place of a denied value so that nulls spread as they should; its error is the decision's, not the row's. */
class Denied extends Error {}

/**
 * Answers validated operations: what the caller may not have is decided first, what is left is fetched by one SQL statement,
 * and graphql-js walks the rows. Errors in the result are HubErrors or bugs; whoever sends them masks the latter.
 */
export function openExecutor(options: ExecutorOptions): Execute {
  const { schema, mappings, policy, cursors } = options
  assertMappings(schema, mappings)

  async function fetched(
    compiled: Compiled,
    scope: RowScope,
    looked: readonly PersonalLookUp[],
    caller: Caller,
  ): Promise<Record<string, unknown>> {
    if (compiled.sql === null) return {}
    if (looked.length > 0) await options.lookedUp?.(looked, caller)
    try {
      const rows = await queryWithin<{ answer: string }>(options.pool, scope, compiled.sql, compiled.params)
      return JSON.parse(rows[0]!.answer) as Record<string, unknown>
    } catch (error) {
      if (!isTooLong(error)) throw error
      throw hubError('OPERATION_TOO_COMPLEX', tooLong, { originalError: error as Error })
    }
  }

  return async (asked) => {
    const operation = getOperationAST(asked.document, asked.operationName)
    if (operation === null || operation === undefined) {
      return {
        errors: [hubError('BAD_USER_INPUT', 'Không có thao tác mang tên đó. · There is no operation of that name.')],
      }
    }
    const variables = getVariableValues(schema, operation.variableDefinitions ?? [], { ...asked.variables })
    if (variables.errors !== undefined) return { errors: variables.errors }
    const document = pruned(asked.document, variables.coerced)
    const { caller } = asked
    const decision = policy.decide(document, asked.operationName, caller, variables.coerced)
    const denied = new Set(decision.denied.map((one) => `${one.typeName} ${one.path.join('.')}`))
    const now = options.now()
    const errors: HubError[] = []
    const looked = personalLookUps()
    const compileOptions: CompileOptions = {
      schema,
      mappings,
      cursors,
      errors,
      operation: getOperationAST(document, asked.operationName) ?? operation,
      variables: variables.coerced,
      fragments: fragmentsOf(document),
      allowed: (type, field) => policy.allowed(policy.fieldRule(type, field), caller) === 'ALLOWED',
      scope: {
        caller,
        now: now.toISOString(),
        mayMatch: matcherOf(caller, policy.purposes),
        lookedUp: looked.by,
      },
    }
    const rowScope = options.rowScopeOf(caller)
    const reading = (rows?: Parameters<typeof compile>[1]): Promise<Record<string, unknown>> => {
      const compiled = compile(compileOptions, rows)
      return fetched(compiled, rowScope, looked.take(), caller)
    }
    const rootValue = operation.operation === 'query' ? await reading() : {}
    const context = newContext({
      caller,
      db: kyselyWithin(options.pool, rowScope),
      now,
      signal: asked.signal,
      async fetch(type, on, orderBy, info) {
        const selections = info.fieldNodes.flatMap((node) => node.selectionSet ?? [])
        const rows = await reading({ type, on, orderBy, selections })
        return rows['rows'] as Record<string, unknown>[]
      },
    })

    const entities = new Map<string, readonly unknown[]>()
    const fieldResolver: GraphQLFieldResolver<unknown, GraphContext> = (
      source,
      args: Record<string, unknown>,
      ctx,
      info,
    ) => {
      if (denied.size > 0 && denied.has(`${info.parentType.name} ${namesOf(info.path)}`)) throw new Denied()
      if (info.fieldName === '_entities') entities.set(String(info.path.key), args['representations'] as unknown[])
      const parent = source as Record<string, unknown>
      const field = mappings.get(info.parentType.name)?.fields[info.fieldName]
      if (field === undefined) return parent[info.fieldName]
      if (field.kind === 'resolver' || field.kind === 'computed') return field.resolve(parent, args, ctx, info)
      const found = parent[valueName(info.fieldName, args)]
      if (typeof found === 'object' && found !== null && '__error' in found) throw errors[found.__error as number]
      if (field.kind === 'connection' || (field.kind === 'custom' && isRawConnection(found))) {
        const binding = bindingOf(caller, info.parentType.name, info.fieldName, args)
        return connectionValue(found as RawConnection, args, cursors, binding)
      }
      return field.kind === 'custom' && field.resolve !== undefined ? field.resolve(found, args) : found
    }

    const result = await execute({
      schema,
      document,
      rootValue,
      contextValue: context,
      variableValues: { ...asked.variables },
      operationName: asked.operationName,
      fieldResolver: fieldResolver as GraphQLFieldResolver<unknown, unknown>,
      typeResolver: (found) => (found as { __typename: string }).__typename,
    })
    const faults = decision.denied.filter((one) => !one.shared)
    const decided = new Map(
      faults.flatMap((one) =>
        pathsOf(one, entities, faults.length).map((path) => [path.join('.'), deniedError(one.code, path)]),
      ),
    )
    const thrown = (result.errors ?? []).filter((error) => !(error.originalError instanceof Denied))
    const all: GraphQLError[] = [...decided.values(), ...thrown]
    return { ...(result.data === undefined ? {} : { data: result.data }), ...(all.length === 0 ? {} : { errors: all }) }
  }
}

/** The database stopped the statement at the time that one may take. */
const isTooLong = (error: unknown): boolean => (error as { code?: unknown }).code === '57014'
const tooLong = 'Thao tác mất quá nhiều thời gian. · The operation takes too long: narrow it.'

const isRawConnection = (found: unknown): boolean => typeof found === 'object' && found !== null && 'rows' in found

function namesOf(path: GraphQLResolveInfo['path']): string {
  const names: string[] = []
  for (let place: GraphQLResolveInfo['path'] | undefined = path; place !== undefined; place = place.prev) {
    if (typeof place.key === 'string') names.unshift(place.key)
  }
  return names.join('.')
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition)
  }
  return fragments
}

// Answers operations from the database: one statement fetches what is allowed, graphql-js walks the rows.
import { execute, type ExecutionResult, type GraphQLError, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql'
import type pg from 'pg'
import { type Caller, isPurposeAllowed } from '../../access/caller.ts'
import { deniedError, type HubError, hubError } from '../../access/error.ts'
import type { Denial } from '../../access/policy/decide.ts'
import type { Policy } from '../../access/policy/policy.ts'
import { kyselyWithin, queryWithin, type RowScope } from '../../db/row-scope.ts'
import { pathsOf } from '../entities/errors.ts'
import type { AllowedOperation, Execute } from '../operation/operation.ts'
import { selectionsAt } from '../operation/selection.ts'
import type { TypeMappings } from '../schema/type-mapping.ts'
import { assertMappings } from '../schema/mapping-faults.ts'
import { compile, type CompileOptions, type Rows } from '../sql/compile.ts'
import { bindingOf, connectionValue, type RawConnection } from '../sql/connection.ts'
import type { Cursors } from '../sql/cursor.ts'
import { valueName } from '../sql/select.ts'
import { type GraphContext, newContext } from './context.ts'
import { type MissedLookUp, missedLookUps } from './missed-look-ups.ts'
import { matcherOf, personalLookUps, type PersonalLookUp, type PersonalLookUps } from './personal-look-ups.ts'

export interface ExecutorOptions {
  readonly schema: GraphQLSchema
  readonly mappings: TypeMappings
  readonly policy: Policy
  readonly cursors: Cursors
  /** Each statement is sent within the caller's rows: the policies of the tables back the compiled conditions. */
  readonly pool: pg.Pool
  /** The rows that a caller may see, a range a domain. */
  readonly rowScopeOf: (caller: Caller) => RowScope
  /**
   * Settles when the look-ups by personal values are in the access log: what they find concerns somebody, although no
   * personal field is read. Rejects where they may not be made. Nothing is fetched before.
   */
  readonly lookedUp?: (personalLookUps: readonly PersonalLookUp[], caller: Caller) => Promise<unknown>
  /** Settles when the look-ups for personal fields that found no row are in the access log. */
  readonly missed?: (lookUps: readonly MissedLookUp[], caller: Caller) => Promise<unknown>
  now(): Date
}

/** One operation while it is answered. */
interface Answering {
  readonly options: ExecutorOptions
  readonly operation: AllowedOperation
  readonly rowScope: RowScope
  readonly looked: PersonalLookUps
  readonly compileOptions: CompileOptions
  /** `Type path.of.response.names` of what is denied. */
  readonly denied: ReadonlySet<string>
  /** Errors of single fields, found while the statement is written. */
  readonly errors: HubError[]
  /** The representations of each `_entities`, by response name. */
  readonly entities: Map<string, readonly unknown[]>
}

/** Replaces a denied value so that nulls spread as they should; its error is the decision's, not the row's. */
class Denied extends Error {}

/**
 * Answers operations on this schema. Errors in the result are HubErrors or bugs; their sender masks the latter. Throws
 * at once where the mappings do not explain the schema.
 */
export function openExecutor(options: ExecutorOptions): Execute {
  assertMappings(options.schema, options.mappings)
  return (operation) => answered(options, operation)
}

async function answered(options: ExecutorOptions, operation: AllowedOperation): Promise<ExecutionResult> {
  const { schema } = options
  const { document, definition, operationName, variables, caller, signal, decision } = operation
  const now = options.now()
  const answering = answeringOf(options, operation, now)
  const rootValue = definition.operation === 'query' ? await read(answering) : {}
  const contextValue = newContext({
    caller,
    db: kyselyWithin(options.pool, answering.rowScope),
    now,
    signal,
    async fetch(type, on, orderBy, info) {
      const selections = selectionsAt(operation.allowed, info.path)
      const found = await read(answering, { type, on, orderBy, selections })
      return found['rows'] as Record<string, unknown>[]
    },
  })
  const result = await execute({
    schema,
    document,
    rootValue,
    contextValue,
    variableValues: variables,
    operationName: operationName ?? null,
    fieldResolver: (source, args: Record<string, unknown>, context: GraphContext, info) =>
      fieldValue(answering, source as Record<string, unknown>, args, context, info),
    typeResolver: (found) => (found as { __typename: string }).__typename,
  })
  const thrown = (result.errors ?? []).filter((error) => !(error.originalError instanceof Denied))
  const errors: GraphQLError[] = [...refusals(decision.denied, answering.entities), ...thrown]
  const answer = {
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(errors.length === 0 ? {} : { errors }),
  }
  if (options.missed !== undefined && isPurposeAllowed(caller, options.policy.purposes)) {
    const missed = missedLookUps(options.policy, operation, answer)
    if (missed.length > 0) await options.missed(missed, caller)
  }
  return answer
}

function answeringOf(options: ExecutorOptions, operation: AllowedOperation, now: Date): Answering {
  const { schema, mappings, policy, cursors } = options
  const { caller, values, decision, allowed } = operation
  const errors: HubError[] = []
  const looked = personalLookUps()
  const compileOptions: CompileOptions = {
    schema,
    mappings,
    cursors,
    errors,
    selections: allowed,
    values,
    allowed: (type, field) => policy.allowed(policy.fieldRule(type, field), caller) === 'ALLOWED',
    scope: {
      caller,
      now: now.toISOString(),
      mayMatch: matcherOf(caller, policy.purposes),
      lookedUp: looked.by,
    },
  }
  const denied = new Set(decision.denied.map((one) => `${one.typeName} ${one.path.join('.')}`))
  return {
    options,
    operation,
    rowScope: options.rowScopeOf(caller),
    looked,
    compileOptions,
    denied,
    errors,
    entities: new Map(),
  }
}

/** Sends the operation's statement, or one of some rows, once its look-ups by personal values are logged. */
async function read(
  { options, operation: { caller }, rowScope, looked, compileOptions }: Answering,
  rows?: Rows,
): Promise<Record<string, unknown>> {
  const { sql, params } = compile(compileOptions, rows)
  const personal = looked.take()
  if (sql === null) return {}
  if (personal.length > 0) await options.lookedUp?.(personal, caller)
  try {
    const found = await queryWithin<{ answer: string }>(options.pool, rowScope, sql, params)
    return JSON.parse(found[0]!.answer) as Record<string, unknown>
  } catch (error) {
    if (!isTooLong(error)) throw error
    throw hubError('OPERATION_TOO_COMPLEX', tooLong, { originalError: error as Error })
  }
}

function fieldValue(
  { options: { mappings, cursors }, operation: { caller }, denied, errors, entities }: Answering,
  parent: Record<string, unknown>,
  args: Record<string, unknown>,
  context: GraphContext,
  info: GraphQLResolveInfo,
): unknown {
  const type = info.parentType.name
  if (denied.size > 0 && denied.has(`${type} ${namesOf(info.path)}`)) throw new Denied()
  if (info.fieldName === '_entities') entities.set(String(info.path.key), args['representations'] as unknown[])
  const field = mappings.get(type)?.fields[info.fieldName]
  if (field === undefined) return parent[info.fieldName]
  if (field.kind === 'resolver' || field.kind === 'computed') return field.resolve(parent, args, context, info)
  const found = parent[valueName(info.fieldName, args)]
  if (typeof found === 'object' && found !== null && '__error' in found) throw errors[found.__error as number]
  if (field.kind === 'connection' || (field.kind === 'custom' && isRawConnection(found))) {
    const binding = bindingOf(caller, type, info.fieldName, args)
    return connectionValue(found as RawConnection, args, cursors, binding)
  }
  return field.kind === 'custom' && field.resolve !== undefined ? field.resolve(found, args) : found
}

/** The errors of what is denied, one for each path. */
function refusals(
  denied: readonly Denial[],
  entities: ReadonlyMap<string, readonly unknown[]>,
): readonly GraphQLError[] {
  const faults = denied.filter((one) => !one.shared)
  const byPath = faults.flatMap((one) =>
    pathsOf(one, entities, faults.length).map((path) => [path.join('.'), deniedError(one.code, path)] as const),
  )
  return [...new Map(byPath).values()]
}

/** The database stopped the statement at the time that one may take. */
const isTooLong = (error: unknown): boolean => (error as { code?: unknown }).code === '57014'
const tooLong = 'Thao tác mất quá nhiều thời gian. · The operation takes too long: ask for less.'

const isRawConnection = (found: unknown): boolean => typeof found === 'object' && found !== null && 'rows' in found

function namesOf(path: GraphQLResolveInfo['path']): string {
  const names: string[] = []
  for (let at: GraphQLResolveInfo['path'] | undefined = path; at !== undefined; at = at.prev) {
    if (typeof at.key === 'string') names.unshift(at.key)
  }
  return names.join('.')
}

// Coerces the variables of an operation, once, and says what is wrong with them without their values.
import {
  coerceInputValue,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
} from 'graphql'
import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { hubError } from '../../access/error.ts'
import type { HubError } from '../../access/error.ts'
import type { Values } from './selection.ts'

export type Coerced = { readonly values: Values } | { readonly faults: readonly HubError[] }

/** Messages of the coercion with names and types alone, whole. */
const nameless = [
  /^Expected non-nullable type "[\w![\]]+" not to be null\.$/,
  /^Expected type "\w+" to be an object\.$/,
  /^Field "\w+" of required type "[\w![\]]+" was not provided\.$/,
  /^Field "\w+" is not defined by type "\w+"\.$/,
  /^Exactly one key must be specified for OneOf type "\w+"\.$/,
  /^Field "\w+" must be non-null\.$/,
]

const maxErrors = 20

/**
 * An operation's variables as its types make them, defaults filled in; or what is wrong with them, as graphql-js finds it, said
 * without their values: variable, position and the type that is expected there. An unknown member and one that the schema
 * hides read alike. All faults are BAD_USER_INPUT, twenty at most.
 */
export function coercedVariables(
  schema: GraphQLSchema,
  definition: OperationDefinitionNode,
  variables: Values,
): Coerced {
  const faults: HubError[] = []
  const values: Record<string, unknown> = {}
  for (const one of definition.variableDefinitions ?? []) {
    const name = one.variable.name.value
    const type = typeFromAST(schema, one.type)
    if (type === undefined || !isInputType(type)) continue // refused by validation
    const fault = (text: string): void => {
      if (faults.length < maxErrors)
        faults.push(hubError('BAD_USER_INPUT', `Variable "$${name}" ${text}`, { nodes: one }))
    }
    if (!Object.hasOwn(variables, name)) {
      if (one.defaultValue !== undefined) values[name] = valueFromAST(one.defaultValue, type)
      else if (isNonNullType(type)) fault(`of required type "${String(type)}" was not provided.`)
    } else if (variables[name] === null && isNonNullType(type)) {
      fault(`of non-null type "${String(type)}" must not be null.`)
    } else {
      values[name] = coerceInputValue(
        variables[name],
        type,
        (path, _value, error) => {
          const said = nameless.some((pattern) => pattern.test(error.message))
          const text = said ? error.message : `Expected a value of type "${String(typeAt(type, path))}".`
          fault(`got an invalid value${positionOf(name, path)}; ${text}`)
        },
        true,
      )
    }
    if (faults.length >= maxErrors) break
  }
  return faults.length > 0 ? { faults } : { values }
}

function positionOf(name: string, path: readonly (string | number)[]): string {
  if (path.length === 0) return ''
  return ` at "${name}${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')}"`
}

function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  const [first, ...rest] = path
  const open = getNullableType(type) as GraphQLInputType
  if (isListType(open)) return typeAt(open.ofType as GraphQLInputType, typeof first === 'number' ? rest : path)
  if (typeof first !== 'string' || !isInputObjectType(open)) return open
  const field = open.getFields()[first]
  return field === undefined ? open : typeAt(field.type, rest)
}

// Finds personal data in what clients write: in literals and in variables.
import { getNamedType, getNullableType, isInputObjectType, isListType, isNonNullType, Kind } from 'graphql'
import type { GraphQLInputType, GraphQLSchema, ValueNode } from 'graphql'

type Variables = { readonly [name: string]: unknown }

/** Finds uses of input fields for which `needs` is true, in a document's literals and in its variables. */
export interface PersonalInputs {
  /** Whether a value of this input type can contain such a field, at any depth. */
  reaches(type: GraphQLInputType): boolean
  uses(value: ValueNode, type: GraphQLInputType, variables: Variables): boolean
}

/** `coordinates` are those of the input fields to find: `DossierFilter.identityNumber`. */
export function personalInputs(schema: GraphQLSchema, coordinates: ReadonlySet<string>): PersonalInputs {
  const reaching = reachingTypes(schema, coordinates)
  const reaches = (type: GraphQLInputType): boolean => reaching.has(getNamedType(type).name)

  function uses(value: ValueNode, type: GraphQLInputType, variables: Variables): boolean {
    if (!reaches(type)) return false
    if (value.kind === Kind.VARIABLE) return usesField(variables[value.name.value], type)
    if (value.kind === Kind.LIST) return value.values.some((item) => uses(item, itemOf(type), variables))
    const named = getNamedType(type)
    if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return false
    const fields = named.getFields()
    return value.fields.some(({ name, value: inner }) => {
      if (coordinates.has(`${named.name}.${name.value}`)) return true
      const field = fields[name.value]
      return field !== undefined && uses(inner, field.type, variables)
    })
  }

  function usesField(value: unknown, type: GraphQLInputType): boolean {
    if (!reaches(type) || typeof value !== 'object' || value === null) return false
    if (Array.isArray(value)) return value.some((item) => usesField(item, itemOf(type)))
    const named = getNamedType(type)
    if (!isInputObjectType(named)) return false
    const fields = named.getFields()
    return Object.entries(value).some(([name, inner]) => {
      if (coordinates.has(`${named.name}.${name}`)) return true
      const field = fields[name]
      return field !== undefined && usesField(inner, field.type)
    })
  }

  return { reaches, uses }
}

/** Whether a value contains a variable, at any depth. */
export function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable)
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasVariable(field.value))
  return value.kind === Kind.VARIABLE
}

function itemOf(type: GraphQLInputType): GraphQLInputType {
  const nullable = isNonNullType(type) ? getNullableType(type) : type
  return isListType(nullable) ? (nullable.ofType as GraphQLInputType) : type
}

function reachingTypes(schema: GraphQLSchema, coordinates: ReadonlySet<string>): ReadonlySet<string> {
  const reaching = new Set<string>()
  for (const coordinate of coordinates) reaching.add(coordinate.split('.')[0] ?? '')
  for (let grown = true; grown;) {
    grown = false
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isInputObjectType(type) || reaching.has(type.name)) continue
      if (Object.values(type.getFields()).some((field) => reaching.has(getNamedType(field.type).name))) {
        reaching.add(type.name)
        grown = true
      }
    }
  }
  return reaching
}

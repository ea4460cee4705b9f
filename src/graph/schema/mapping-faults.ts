// What a schema says and its mappings do not answer: found at the start, all of it at once.
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import type { Field, Filter, TypeMapping, TypeMappings } from './type-mapping.ts'

/** Arguments that every connection answers. */
const paging = new Set(['first', 'after', 'last', 'before', 'filter', 'orderBy'])

/** Throws one error that lists every fault. */
export function assertMappings(schema: GraphQLSchema, mappings: TypeMappings): void {
  const faults = mappingFaults(schema, mappings)
  if (faults.length > 0) throw new Error(`the mappings do not answer the schema:\n${faults.join('\n')}`)
}

/**
 * One line a fault, each with the type, the member and what is expected: fields that nothing maps, members of filters and their
 * operators that nothing reads, orders, arguments and values of enums that nothing knows.
 */
export function mappingFaults(schema: GraphQLSchema, mappings: TypeMappings): readonly string[] {
  const faults: string[] = []
  for (const mapping of mappings.values()) {
    const type = schema.getType(mapping.type)
    if (!isObjectType(type) && !isInterfaceType(type)) {
      faults.push(`${mapping.type}: the schema has no type of this name, expected one for its mapping`)
      continue
    }
    for (const field of Object.values(type.getFields())) {
      const declared = mapping.fields[field.name]
      if (declared === undefined) {
        faults.push(`${mapping.type}.${field.name}: expected a field of the mapping that says where it comes from`)
      } else faults.push(...fieldFaults(mapping.type, field, declared, mappings))
    }
  }
  return [...faults, ...unmappedFaults(schema, mappings), ...searchFaults(schema, mappings)]
}

function fieldFaults(
  parent: string,
  field: GraphQLField<unknown, unknown>,
  declared: Field,
  mappings: TypeMappings,
): string[] {
  const at = `${parent}.${field.name}`
  switch (declared.kind) {
    case 'connection': {
      const target = mappings.get(declared.type)
      if (target?.table === undefined) return [`${at}: expected a mapping of ${declared.type} with a table`]
      const others = field.args.filter(({ name }) => !paging.has(name))
      return [
        ...(target.id === undefined ? [`${declared.type}: expected an id, by which cursors of ${at} know a row`] : []),
        ...(target.defaultOrder === undefined ? [`${declared.type}: expected a default order for ${at}`] : []),
        ...filterFaults(at, argument(field, 'filter'), target),
        ...orderFaults(at, argument(field, 'orderBy'), target),
        ...others.flatMap((one) => memberFaults(`${at}(${one.name}:)`, one, declared.args?.[one.name])),
      ]
    }
    case 'custom': {
      const filter = argument(field, 'filter')
      const target = declared.filters === undefined ? undefined : mappings.get(declared.filters)
      return [
        ...(filter === undefined ? [] : filterFaults(at, filter, target)),
        ...field.args.flatMap((one) => valueFaults(`${at}(${one.name}:)`, one, declared.values?.[one.name], mappings)),
      ]
    }
    case 'one':
    case 'list':
      return [
        ...(mappings.get(declared.type)?.table === undefined
          ? [`${at}: expected a mapping of ${declared.type} with a table`]
          : []),
        // A condition that takes no arguments cannot read them.
        ...(declared.kind === 'one' && declared.on.length > 3 ? [] : unreadFaults(at, field)),
      ]
    case 'value':
    case 'json':
    case 'group':
    case 'external':
      return unreadFaults(at, field)
    default:
      return []
  }
}

/** Arguments of a field that is answered alike whatever they say. */
const unreadFaults = (at: string, { args }: GraphQLField<unknown, unknown>): string[] =>
  args.map(({ name }) => `${at}(${name}:): expected no argument, as nothing of the mapping reads one`)

const argument = (field: GraphQLField<unknown, unknown>, name: string): GraphQLArgument | undefined =>
  field.args.find((one) => one.name === name)

/** What `filter` of a connection, of a custom field or of a topic asks for and the filters of its type do not read. */
export function filterFaults(
  at: string,
  given: GraphQLArgument | undefined,
  target: TypeMapping | undefined,
): string[] {
  const input = given === undefined ? undefined : getNamedType(given.type)
  if (!isInputObjectType(input)) return []
  if (target === undefined) return [`${at}(filter:): expected the type whose filters it takes`]
  return Object.values(input.getFields()).flatMap((member) =>
    memberFaults(`${input.name}.${member.name} (${at})`, member, target.filters?.[member.name]),
  )
}

function memberFaults(at: string, member: Pick<GraphQLArgument, 'type'>, filter: Filter | undefined): string[] {
  if (filter === undefined) return [`${at}: expected a filter of the mapping`]
  const input = getNamedType(member.type)
  if (!isInputObjectType(input)) return []
  return Object.keys(input.getFields())
    .filter((name) => filter.members?.includes(name) !== true)
    .map(
      (name) =>
        `${input.name}.${name} (${at}): expected an operator that the filter knows, one of ${filter.members?.join(', ') ?? 'none'}`,
    )
}

function orderFaults(at: string, given: GraphQLArgument | undefined, target: TypeMapping): string[] {
  const type = given === undefined ? undefined : getNamedType(given.type)
  if (!isEnumType(type)) return []
  return type
    .getValues()
    .filter(({ name }) => !Object.hasOwn(target.orders ?? {}, name))
    .map(({ name }) => `${type.name}.${name} (${at}): expected an order of the mapping of ${target.type}`)
}

/** Values of an enum that the code of a custom field does not know; those of `search` are the mappings'. */
function valueFaults(
  at: string,
  given: GraphQLArgument,
  known: readonly string[] | undefined,
  mappings: TypeMappings,
): string[] {
  const type = getNamedType(given.type)
  if (!isEnumType(type)) return []
  const values = known ?? (type.name === 'SearchType' ? searchedTypes(mappings).map(({ as }) => as) : [])
  return type
    .getValues()
    .filter(({ name }) => !values.includes(name))
    .map(({ name }) => `${type.name}.${name} (${at}): expected code that knows this value`)
}

const searchedTypes = (mappings: TypeMappings): readonly { readonly type: string; readonly as: string }[] =>
  [...mappings.values()].flatMap(({ type, search }) => (search === undefined ? [] : [{ type, as: search.as }]))

/** What a mapping lets `search` find must be in the schema's enum and union. */
function searchFaults(schema: GraphQLSchema, mappings: TypeMappings): string[] {
  const names = schema.getType('SearchType')
  const union = schema.getType('SearchResult')
  return searchedTypes(mappings).flatMap(({ type, as }) => [
    ...(isEnumType(names) && names.getValue(as) === undefined
      ? [`SearchType: expected a value ${as} for ${type}`]
      : []),
    ...(union !== undefined && 'getTypes' in union && !union.getTypes().some(({ name }) => name === type)
      ? [`SearchResult: expected ${type}, which search finds`]
      : []),
  ])
}

/** Objects without a mapping are fine inside what is made as a whole; elsewhere nothing would answer their fields. */
function unmappedFaults(schema: GraphQLSchema, mappings: TypeMappings): string[] {
  const faults: string[] = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    const mapping = mappings.get(type.name)
    if (mapping?.id === undefined && isNode(type)) {
      faults.push(`${type.name}: expected a mapping with an id, as it implements Node`)
    }
    for (const field of mapping === undefined ? [] : Object.values(type.getFields())) {
      const declared = mapping?.fields[field.name]
      const leads = getNamedType(field.type)
      if (declared?.kind === 'value' && isObjectType(leads)) {
        faults.push(
          `${type.name}.${field.name}: expected a field that makes an object ${leads.name}, found a single value`,
        )
      }
      if (declared?.kind === 'group' && mappings.get(declared.type) === undefined) {
        faults.push(`${declared.type} (${type.name}.${field.name}): expected a mapping`)
      }
    }
  }
  return faults
}

const isNode = (type: GraphQLObjectType): boolean => type.getInterfaces().some(({ name }) => name === 'Node')

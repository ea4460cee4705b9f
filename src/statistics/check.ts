// What a declaration and the SDL say must be the same: a group, a field or a filter that only one of them knows is refused.
import {
  getNamedType,
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
} from 'graphql'
import type { TypeMapping } from '../graph/schema/type-mapping.ts'
import { type AnyDeclaration, groupField } from './declaration.ts'
import { statisticFields } from './statistics.ts'

/** Throws an error that names every fault when statistics of these mappings are not what the schema says of them. */
export function assertStatistics(schema: GraphQLSchema, mappings: readonly TypeMapping[]): void {
  const faults = statisticFaults(schema, mappings)
  if (faults.length > 0) throw new Error(`the statistics are not those of the schema:\n${faults.join('\n')}`)
}

export function statisticFaults(schema: GraphQLSchema, mappings: readonly TypeMapping[]): string[] {
  const roots = schema.getQueryType()?.getFields() ?? {}
  return Object.entries(statisticFields(mappings)).flatMap(([name, { statistics: declaration }]) => {
    const root = roots[name]
    if (root === undefined) return [`Query.${name} is not in the schema`]
    const faults = [
      ...groupFaults(root, declaration),
      ...cellFaults(schema, root, declaration),
      ...filterFaults(root, declaration),
      ...mappingFaults(mappings, declaration),
    ]
    return faults.map((fault) => `Query.${name}: ${fault}`)
  })
}

function argumentType(root: GraphQLField<unknown, unknown>, name: string) {
  const found = root.args.find((one) => one.name === name)
  return found === undefined ? null : getNamedType(found.type)
}

function groupFaults(root: GraphQLField<unknown, unknown>, { groups }: AnyDeclaration): string[] {
  const type = argumentType(root, 'groupBy')
  if (!isEnumType(type)) return ['its argument groupBy is no enum']
  return differences(
    type.getValues().map(({ name }) => name),
    Object.keys(groups),
    `group of ${type.name}`,
  )
}

function cellFaults(
  schema: GraphQLSchema,
  root: GraphQLField<unknown, unknown>,
  { cell, groups, measures }: AnyDeclaration,
): string[] {
  const type = getNamedType(root.type)
  if (!isObjectType(type) || type.name !== cell || schema.getType(cell) !== type) return [`it does not answer ${cell}`]
  const declared = [...Object.keys(groups).map(groupField), ...Object.keys(measures), 'count', 'suppressed']
  return differences(Object.keys(type.getFields()), declared, `field of ${cell}`)
}

function filterFaults(root: GraphQLField<unknown, unknown>, { groups }: AnyDeclaration): string[] {
  const type = argumentType(root, 'filter')
  const members = isInputObjectType(type) ? Object.keys(type.getFields()) : []
  return Object.entries(groups).flatMap(([name, group]) =>
    'filter' in group && !members.includes(group.filter)
      ? [`the group ${name} is restricted by ${group.filter}, which is no member of its filter`]
      : [],
  )
}

function mappingFaults(mappings: readonly TypeMapping[], { counted, table, cell }: AnyDeclaration): string[] {
  const known = mappings.find(({ type }) => type === counted)
  return [
    ...(known?.table === table ? [] : [`${counted} has no mapping of the table ${table}`]),
    ...(mappings.some(({ type }) => type === cell) ? [] : [`no mapping says where ${cell} comes from`]),
  ]
}

function differences(said: readonly string[], declared: readonly string[], what: string): string[] {
  return [
    ...said.filter((name) => !declared.includes(name)).map((name) => `the ${what} ${name} is not declared`),
    ...declared.filter((name) => !said.includes(name)).map((name) => `the ${what} ${name} is not in the schema`),
  ]
}

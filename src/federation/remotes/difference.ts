// Lists what a subgraph's new schema changes.
import {
  buildSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql'

export interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

/** What clients can ask of the second schema and could not of the first, and the other way round, by coordinate. */
export function differenceOf(before: string | null, after: string): Difference {
  const earlier = before === null ? new Map<string, string>() : coordinates(buildSchema(before))
  const later = coordinates(buildSchema(after))
  return {
    added: [...later.keys()].filter((name) => !earlier.has(name)),
    removed: [...earlier.keys()].filter((name) => !later.has(name)),
    changed: [...later].flatMap(([name, type]) => {
      const was = earlier.get(name)
      return was === undefined || was === type ? [] : [`${name}: ${was} → ${type}`]
    }),
  }
}

function coordinates(schema: GraphQLSchema): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, type] of Object.entries(schema.getTypeMap())) {
    if (name.startsWith('__')) continue
    found.set(name, type.astNode?.kind ?? '')
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        const args = field.args.map((argument) => `${argument.name}: ${String(argument.type)}`).join(', ')
        found.set(`${name}.${field.name}`, args === '' ? String(field.type) : `(${args}): ${String(field.type)}`)
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) found.set(`${name}.${field.name}`, String(field.type))
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) found.set(`${name}.${value.name}`, name)
    } else if (isUnionType(type)) {
      for (const member of type.getTypes()) found.set(`${name}.${member.name}`, name)
    }
  }
  return found
}

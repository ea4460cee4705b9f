// The executable schema of a subgraph, with `_service` and `_entities`.
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeDefinitionNode,
  validateSchema,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql'
import { keysOf } from './keys.ts'
import { scalars } from '../schema/scalars.ts'
import { applyScalars } from '../schema/load.ts'
import type { TypeMapping, TypeMappings } from '../schema/type-mapping.ts'

/**
 * The schema that answers for a subgraph: what the document defines, with `_service` and, where it has entities,
 * `_entities`. Extensions of a type that nothing defines define it; directives of the federation specification need no
 * definition and say nothing here, save those of access. Throws when what is left is no valid schema.
 */
export function executableSubgraph(document: DocumentNode, entities: readonly string[]): GraphQLSchema {
  const merged = withoutExtensions(document)
  const machinery = parse(
    entities.length === 0
      ? `type _Service { sdl: String! } type Query { _service: _Service! }`
      : `type _Service { sdl: String! } scalar _Any union _Entity = ${entities.join(' | ')}
         type Query { _entities(representations: [_Any!]!): [_Entity]! _service: _Service! }`,
    { noLocation: true },
  )
  const definitions = withoutExtensions({ ...merged, definitions: [...merged.definitions, ...machinery.definitions] })
  const schema = buildASTSchema(definitions, { assumeValidSDL: true })
  applyScalars(schema, { ...scalars, _Any: any })
  const [fault] = validateSchema(schema)
  if (fault !== undefined) throw fault
  return schema
}

/** A type's representation: an object; what is in it is read member by member, never as a whole. */
const any = {
  parseValue: (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAny()
    return value
  },
  parseLiteral: (node: ValueNode, variables?: { [name: string]: unknown } | null): unknown => {
    if (node.kind !== Kind.OBJECT) throw notAny()
    return valueFromASTUntyped(node, variables)
  },
  serialize: (value: unknown): unknown => value,
}

const notAny = (): GraphQLError =>
  new GraphQLError('_Any: an object with __typename', { extensions: { code: 'BAD_USER_INPUT' } })

/** The types with keys that the mappings declare, by name. */
export const keyedTypes = (mappings: TypeMappings): readonly string[] =>
  [...mappings.values()]
    .filter((mapping) => mapping.table !== undefined && keysOf(mapping).length > 0)
    .map((mapping) => mapping.type)
    .toSorted()

/** `_service`, answered with this text. */
export const serviceMappings = (sdl: string): readonly TypeMapping[] => [
  { type: 'Query', fields: { _service: { kind: 'resolver', resolve: () => ({ sdl }) } } },
]

/** Each type once: several definitions and extensions of one are one definition. `extend schema` goes. */
function withoutExtensions(document: DocumentNode): DocumentNode {
  const others: DefinitionNode[] = []
  const types = new Map<string, TypeDefinitionNode>()
  for (const given of document.definitions) {
    if (given.kind === Kind.SCHEMA_EXTENSION || given.kind === Kind.SCHEMA_DEFINITION) continue
    if (!('name' in given) || given.name === undefined || given.kind === Kind.DIRECTIVE_DEFINITION) {
      others.push(given)
      continue
    }
    const name = given.name.value
    const kind = given.kind.replace('Extension', 'Definition')
    const definition = { ...given, kind } as ObjectTypeDefinitionNode
    const known = types.get(name) as ObjectTypeDefinitionNode | undefined
    types.set(name, known === undefined ? definition : joinedTypes(known, definition))
  }
  return { ...document, definitions: [...others, ...types.values()] }
}

function joinedTypes(one: ObjectTypeDefinitionNode, other: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode {
  const members = ['fields', 'interfaces', 'directives', 'types', 'values'] as const
  const joined = members.flatMap((member) => {
    const [a, b] = [one, other].map((node) => (node as unknown as Record<string, unknown[] | undefined>)[member])
    return a === undefined && b === undefined ? [] : [[member, [...(a ?? []), ...(b ?? [])]] as const]
  })
  return { ...other, ...one, ...Object.fromEntries(joined) }
}

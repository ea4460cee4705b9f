// Opens a subgraph: by the published schema or by a text of its own.
import { type GraphQLSchema, parse, print } from 'graphql'
import { entitiesField } from './entities.ts'
import { readEntities, selectionOf } from './keys.ts'
import type { PublishedSchema } from '../schema/load.ts'
import { gatherMappings, type TypeMapping, type TypeMappings } from '../schema/type-mapping.ts'
import { executableSubgraph, keyedTypes, serviceMappings } from './subgraph-schema.ts'
import { authoredKeys } from './authored-keys.ts'
import { subgraphSdl } from './subgraph-sdl.ts'

export interface OpenedSubgraph {
  /** What `_service` answers with. */
  readonly sdl: string
  readonly schema: GraphQLSchema
  /** The declared mappings with what answers `_service` and `_entities`. */
  readonly mappings: TypeMappings
}

/** The published schema as a subgraph, entities by the keys of the mappings. Throws where a key does not fit the schema. */
export function publishedSubgraph(published: PublishedSchema, declared: readonly TypeMapping[]): OpenedSubgraph {
  const own = gatherMappings(declared)
  const sdl = subgraphSdl(published.sdl, own)
  const schema = executableSubgraph(parse(published.sdl, { noLocation: true }), keyedTypes(own))
  return { sdl, schema, mappings: withEntities(declared, schema, sdl) }
}

/**
 * A subgraph by its own text, which `_service` gives back as it is: Federation 2 with any import list, or Federation 1.
 * Throws where a mapping does not say how to find a row by one of the text's keys.
 */
export function authoredSubgraph(sdl: string, declared: readonly TypeMapping[]): OpenedSubgraph {
  const document = parse(sdl, { noLocation: true })
  const keys = authoredKeys(document)
  const schema = executableSubgraph(document, [...keys.keys()].toSorted())
  const entities = readEntities(schema, gatherMappings(declared))
  for (const [type, wanted] of keys) {
    const known = new Set(entities.get(type)?.keys.map(({ fields }) => print(selectionOf(fields))))
    for (const fields of wanted) {
      if (!known.has(print(selectionOf(fields)))) throw new Error(`no mapping says how ${type} is found by ${fields}`)
    }
  }
  return { sdl, schema, mappings: withEntities(declared, schema, sdl) }
}

/** The mappings with what answers `_service` and `_entities` of a schema that `executableSubgraph` made. */
function withEntities(declared: readonly TypeMapping[], schema: GraphQLSchema, sdl: string): TypeMappings {
  const entities = readEntities(schema, gatherMappings(declared))
  const roots: readonly TypeMapping[] =
    entities.size === 0 ? [] : [{ type: 'Query', fields: { _entities: entitiesField(entities) } }]
  return gatherMappings([...declared, ...serviceMappings(sdl), ...roots])
}

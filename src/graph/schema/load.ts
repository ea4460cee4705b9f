import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildASTSchema,
  concatAST,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  getLocation,
  GraphQLError,
  type GraphQLScalarType,
  type GraphQLSchema,
  isScalarType,
  isSpecifiedScalarType,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  Source,
  validateSchema,
} from 'graphql'
import { validateSDL } from 'graphql/validation/validate.js'
import { scalars } from './scalars.ts'

export interface PublishedSchema {
  /** One text: every type once, roots first, with descriptions and directives. The same files give the same text. */
  readonly sdl: string
  readonly schema: GraphQLSchema
}

/** What was promised last stands beside the sources and is none of them. */
const notSource = new Set(['released.graphql'])
const published = join(import.meta.dirname, '..', '..', '..', 'schema')
const roots = ['Query', 'Mutation', 'Subscription']

/**
 * The schema of `schema/*.graphql`, a new instance at each call. Throws an error that names file, line and column of each
 * fault when the files do not make a valid schema.
 */
export function loadSchema(folder: string = published): PublishedSchema {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.graphql') && !notSource.has(name))
    .toSorted()
  return buildSchema(files.map((name) => ({ name: `schema/${name}`, text: readFileSync(join(folder, name), 'utf8') })))
}

export function buildSchema(files: readonly { readonly name: string; readonly text: string }[]): PublishedSchema {
  const sources = parsed(files)
  stopOn(validateSDL(sources))
  const document = joined(sources)
  // The sources were validated just above; validating the joined document again would double the time of a start.
  const schema = buildASTSchema(document, { assumeValidSDL: true })
  applyScalars(schema)
  stopOn(validateSchema(schema))
  return { sdl: `${print(document)}\n`, schema }
}

/** Only what a scalar does: its description is the schema's own. A scalar that nobody reads stops the start. */
export function applyScalars(
  schema: GraphQLSchema,
  known: Readonly<Record<string, Pick<GraphQLScalarType, 'parseValue' | 'parseLiteral' | 'serialize'>>> = scalars,
): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || isSpecifiedScalarType(type)) continue
    const scalar = known[type.name]
    if (scalar === undefined) throw new Error(`no code reads the scalar ${type.name}`)
    Object.assign(type, {
      parseValue: scalar.parseValue,
      parseLiteral: scalar.parseLiteral,
      serialize: scalar.serialize,
    })
  }
}

function parsed(files: readonly { readonly name: string; readonly text: string }[]): DocumentNode {
  const faults: GraphQLError[] = []
  const documents = files.flatMap(({ name, text }) => {
    try {
      return [parse(new Source(text, name))]
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      faults.push(error)
      return []
    }
  })
  stopOn(faults)
  return concatAST(documents)
}

function stopOn(faults: readonly GraphQLError[]): void {
  if (faults.length === 0) return
  const lines = faults.map(({ message, nodes, source, positions }) => {
    const starts = nodes?.flatMap(({ loc }) => (loc === undefined ? [] : [placeOf(loc.source, loc.start)])) ?? []
    const [position] = positions ?? []
    const places =
      starts.length > 0 || source === undefined || position === undefined ? starts : [placeOf(source, position)]
    return [...places, message].join(' ')
  })
  throw new Error(`the schema is not valid:\n${lines.join('\n')}`)
}

function placeOf(source: Source, position: number): string {
  const { line, column } = getLocation(source, position)
  return `${source.name}:${line}:${column}`
}

/** Extensions of a root put into the root, directives first, then roots, then all others by name. */
function joined(document: DocumentNode): DocumentNode {
  const added = new Map<string, FieldDefinitionNode[]>()
  const definitions: DefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind !== 'ObjectTypeExtension') definitions.push(definition)
    else added.set(definition.name.value, [...(added.get(definition.name.value) ?? []), ...(definition.fields ?? [])])
  }
  const whole = definitions.map((definition) => {
    const more = definition.kind === 'ObjectTypeDefinition' ? added.get(definition.name.value) : undefined
    if (more === undefined) return definition
    const base = definition as ObjectTypeDefinitionNode
    return { ...base, fields: [...(base.fields ?? []), ...more] }
  })
  return { ...document, definitions: whole.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }
}

function keyOf(definition: DefinitionNode): string {
  const name = 'name' in definition ? (definition.name?.value ?? '') : ''
  if (definition.kind === 'DirectiveDefinition') return `0 ${name}`
  const root = roots.indexOf(name)
  if (root >= 0) return `1 ${root}`
  return definition.kind === 'ScalarTypeDefinition' ? `2 ${name}` : `3 ${name}`
}

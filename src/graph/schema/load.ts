// Loads and checks the published schema.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildASTSchema,
  concatAST,
  type DefinitionNode,
  type DocumentNode,
  getLocation,
  GraphQLError,
  type GraphQLScalarType,
  type GraphQLSchema,
  isScalarType,
  isSpecifiedScalarType,
  isTypeExtensionNode,
  parse,
  print,
  Source,
  type TypeExtensionNode,
  validateSchema,
} from 'graphql'
import { validateSDL } from 'graphql/validation/validate.js'
import { scalars } from './scalars.ts'

export interface PublishedSchema {
  /** One text: every type once, roots first, with descriptions and directives. The same files give the same text. */
  readonly sdl: string
  readonly schema: GraphQLSchema
}

/** What was promised last is beside the sources and is none of them. */
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
    const starts = nodes?.flatMap(({ loc }) => (loc === undefined ? [] : [locationOf(loc.source, loc.start)])) ?? []
    const [position] = positions ?? []
    const locations =
      starts.length > 0 || source === undefined || position === undefined ? starts : [locationOf(source, position)]
    return [...locations, message].join(' ')
  })
  throw new Error(`the schema is not valid:\n${lines.join('\n')}`)
}

function locationOf(source: Source, position: number): string {
  const { line, column } = getLocation(source, position)
  return `${source.name}:${line}:${column}`
}

/** Extensions put into what they extend, so that a domain's file adds to types of others; directives first, then roots, then all by name. */
function joined(document: DocumentNode): DocumentNode {
  const definitions = new Map<string, DefinitionNode>()
  const extensions: TypeExtensionNode[] = []
  for (const definition of document.definitions) {
    if (isTypeExtensionNode(definition)) extensions.push(definition)
    else definitions.set(`${definition.kind} ${nameOf(definition)}`, definition)
  }
  for (const extension of extensions) {
    const key = `${extension.kind.replace('Extension', 'Definition')} ${extension.name.value}`
    const base = definitions.get(key)
    if (base !== undefined) definitions.set(key, extended(base, extension))
  }
  return { ...document, definitions: [...definitions.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) }
}

/** Whatever lists of members the two have, put together. */
function extended(base: DefinitionNode, extension: TypeExtensionNode): DefinitionNode {
  const given = extension as unknown as Readonly<Record<string, readonly unknown[] | undefined>>
  const own = base as unknown as Readonly<Record<string, readonly unknown[] | undefined>>
  const members = (['fields', 'values', 'types', 'interfaces', 'directives'] as const).filter(
    (name) => (given[name]?.length ?? 0) > 0,
  )
  return { ...base, ...Object.fromEntries(members.map((name) => [name, [...(own[name] ?? []), ...given[name]!]])) }
}

const nameOf = (definition: DefinitionNode): string => ('name' in definition ? (definition.name?.value ?? '') : '')

function keyOf(definition: DefinitionNode): string {
  const name = nameOf(definition)
  if (definition.kind === 'DirectiveDefinition') return `0 ${name}`
  const root = roots.indexOf(name)
  if (root >= 0) return `1 ${root}`
  return definition.kind === 'ScalarTypeDefinition' ? `2 ${name}` : `3 ${name}`
}

// The schema as one caller sees it: without what is hidden.
import { buildASTSchema, isScalarType, Kind, parse, printSchema } from 'graphql'
import type {
  DefinitionNode,
  DocumentNode,
  FieldDefinitionNode,
  GraphQLSchema,
  InputValueDefinitionNode,
  TypeNode,
} from 'graphql'

/** Directives that speak of access or federation and that no client can use. */
const inner = new Set(['requiresScopes', 'authenticated', 'personal', 'policy'])

const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID'])

export interface Visibility {
  /** By coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`. */
  hidden(coordinate: string): boolean
  /** `all`: what may not be read is absent too. `inputs`: only inputs are; what is selected stays, to be answered with null. */
  readonly what: 'all' | 'inputs'
}

/** The schema without what is hidden, without types that became empty and, for `all`, without what nothing leads to any more. */
export function filterSchema(schema: GraphQLSchema, visibility: Visibility): GraphQLSchema {
  const original = parse(printSchema(schema), { noLocation: true })
  const gone = new Set<string>()
  if (visibility.what === 'all') {
    for (const name of Object.keys(schema.getTypeMap())) if (visibility.hidden(name)) gone.add(name)
  }
  let document = original
  for (let before = -1; before !== gone.size;) {
    before = gone.size
    document = { ...original, definitions: original.definitions.flatMap((one) => kept(one, gone, visibility)) }
  }
  if (visibility.what === 'all') document = reachable(document, schema)
  const filtered = buildASTSchema(withRoot(document, schema), { assumeValid: true, assumeValidSDL: true })
  copyScalars(schema, filtered)
  return filtered
}

/** The definition as this caller sees it; a type that has nothing left goes into `gone`. */
function kept(definition: DefinitionNode, gone: Set<string>, { hidden, what }: Visibility): DefinitionNode[] {
  if (definition.kind === Kind.DIRECTIVE_DEFINITION) return inner.has(definition.name.value) ? [] : [definition]
  if (!('name' in definition) || definition.name === undefined) return [definition]
  const type = definition.name.value
  if (gone.has(type)) return []
  const usable = (coordinate: string, node: { readonly type: TypeNode }): boolean => {
    const name = namedOf(node.type)
    return !hidden(coordinate) && !gone.has(name) && !hidden(name)
  }
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const fields = (definition.fields ?? []).flatMap((field) => {
        const coordinate = `${type}.${field.name.value}`
        const open = what === 'inputs' || usable(coordinate, field)
        return open ? [withArguments(field, coordinate, usable)] : []
      })
      if (fields.length === 0) gone.add(type)
      const interfaces = (definition.interfaces ?? []).filter((one) => !gone.has(one.name.value))
      return fields.length === 0 ? [] : [{ ...definition, fields, interfaces }]
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const fields = (definition.fields ?? []).filter((field) => usable(`${type}.${field.name.value}`, field))
      if (fields.length === 0) gone.add(type)
      return fields.length === 0 ? [] : [{ ...definition, fields }]
    }
    case Kind.ENUM_TYPE_DEFINITION: {
      const values = (definition.values ?? []).filter((value) => !hidden(`${type}.${value.name.value}`))
      if (values.length === 0) gone.add(type)
      return values.length === 0 ? [] : [{ ...definition, values }]
    }
    case Kind.UNION_TYPE_DEFINITION: {
      const types = (definition.types ?? []).filter((one) => !gone.has(one.name.value))
      if (types.length === 0) gone.add(type)
      return types.length === 0 ? [] : [{ ...definition, types }]
    }
    default:
      return [definition]
  }
}

function withArguments(
  field: FieldDefinitionNode,
  coordinate: string,
  usable: (coordinate: string, node: InputValueDefinitionNode) => boolean,
): FieldDefinitionNode {
  const open = (field.arguments ?? []).filter((one) => usable(`${coordinate}(${one.name.value}:)`, one))
  return { ...field, arguments: open }
}

function namedOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedOf(type.type)
}

/** Only what a root leads to; an implementer keeps an interface only with all of its fields. */
function reachable(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const types = new Map<string, DefinitionNode>()
  const implementers = new Map<string, string[]>()
  for (const definition of document.definitions) {
    if (!('name' in definition) || definition.name === undefined || definition.kind === Kind.DIRECTIVE_DEFINITION)
      continue
    types.set(definition.name.value, definition)
    for (const one of 'interfaces' in definition ? (definition.interfaces ?? []) : []) {
      implementers.set(one.name.value, [...(implementers.get(one.name.value) ?? []), definition.name.value])
    }
  }
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const waiting = roots.flatMap((root) => (root === null || root === undefined ? [] : [root.name]))
  for (const definition of document.definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) {
      waiting.push(...(definition.arguments ?? []).map((one) => namedOf(one.type)))
    }
  }
  const seen = new Set<string>()
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const definition = types.get(name)
    if (seen.has(name) || definition === undefined) continue
    seen.add(name)
    waiting.push(...(implementers.get(name) ?? []), ...leadsTo(definition))
  }
  const definitions = document.definitions.filter((definition) => {
    if (!('name' in definition) || definition.name === undefined) return true
    return definition.kind === Kind.DIRECTIVE_DEFINITION || seen.has(definition.name.value)
  })
  return { ...document, definitions: definitions.map((definition) => honest(definition, types)) }
}

function leadsTo(definition: DefinitionNode): string[] {
  if (definition.kind === Kind.UNION_TYPE_DEFINITION) return (definition.types ?? []).map((one) => one.name.value)
  const fields: readonly (FieldDefinitionNode | InputValueDefinitionNode)[] =
    'fields' in definition ? (definition.fields ?? []) : []
  const interfaces = 'interfaces' in definition ? (definition.interfaces ?? []).map((one) => one.name.value) : []
  const given = fields.flatMap((field) => ('arguments' in field ? (field.arguments ?? []) : []))
  return [...interfaces, ...[...fields, ...given].map((one) => namedOf(one.type))]
}

function honest(definition: DefinitionNode, types: ReadonlyMap<string, DefinitionNode>): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) {
    return definition
  }
  const own = new Set((definition.fields ?? []).map((field) => field.name.value))
  const interfaces = (definition.interfaces ?? []).filter((one) => {
    const named = types.get(one.name.value)
    const asked = named?.kind === Kind.INTERFACE_TYPE_DEFINITION ? (named.fields ?? []) : []
    return asked.every((field) => own.has(field.name.value))
  })
  return { ...definition, interfaces }
}

/** A caller who may read nothing at all still has a schema. */
function withRoot(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const query = schema.getQueryType()?.name ?? 'Query'
  if (document.definitions.some((one) => 'name' in one && one.name?.value === query)) return document
  const empty = parse(`type ${query} { _: Boolean }`, { noLocation: true })
  return { ...document, definitions: [...document.definitions, ...empty.definitions] }
}

function copyScalars(from: GraphQLSchema, to: GraphQLSchema): void {
  for (const type of Object.values(to.getTypeMap())) {
    const source = from.getType(type.name)
    if (builtIn.has(type.name) || !isScalarType(type) || !isScalarType(source)) continue
    type.serialize = source.serialize.bind(source)
    type.parseValue = source.parseValue.bind(source)
    type.parseLiteral = source.parseLiteral.bind(source)
  }
}

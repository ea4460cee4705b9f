// The part of a supergraph that clients see, as a document.
import { Kind } from 'graphql'
import type {
  ConstDirectiveNode,
  DefinitionNode,
  DirectiveDefinitionNode,
  DocumentNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  TypeNode,
} from 'graphql'
import { ownName } from './link.ts'
import type { LinkedNames } from './link.ts'

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

const executable = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
])

/** Directives that stay where they are: those of GraphQL itself and the rules of access. */
const kept = new Set(['deprecated', 'specifiedBy', 'oneOf', 'authenticated', 'requiresScopes', 'policy', 'personal'])

/**
 * The schema of a supergraph as clients see it: without what is inaccessible, without the types and directives of composition.
 * Rules of access stay, under the names of their specifications.
 */
export function apiDocument(document: DocumentNode, linked: LinkedNames): DocumentNode {
  const hides = (node: Annotated): boolean =>
    (node.directives ?? []).some((one) => ownName(linked, one.name.value) === 'inaccessible')
  const gone = new Set<string>()
  for (const one of document.definitions) {
    if ('name' in one && one.name !== undefined && hides(one as Annotated)) gone.add(one.name.value)
  }

  const plain = <Node extends Annotated>(node: Node): Node => {
    const directives = (node.directives ?? []).flatMap((one) => {
      const name = ownName(linked, one.name.value)
      return kept.has(name) ? [{ ...one, name: { ...one.name, value: name } }] : []
    })
    return { ...node, directives }
  }
  const open = (node: Annotated & { readonly type: TypeNode }): boolean => !hides(node) && !gone.has(namedOf(node.type))
  const inputs = (given: readonly InputValueDefinitionNode[] | undefined): InputValueDefinitionNode[] =>
    (given ?? []).filter(open).map(plain)
  const fields = (given: readonly FieldDefinitionNode[] | undefined): FieldDefinitionNode[] =>
    (given ?? []).filter(open).map((field) => ({ ...plain(field), arguments: inputs(field.arguments) }))

  const seen = (one: DefinitionNode): DefinitionNode[] => {
    if (one.kind === Kind.DIRECTIVE_DEFINITION) return isForClients(one, linked) ? [directive(one)] : []
    if (one.kind === Kind.SCHEMA_DEFINITION) {
      return [
        { ...one, directives: [], operationTypes: one.operationTypes.filter((root) => !gone.has(namedOf(root.type))) },
      ]
    }
    if (!('name' in one) || one.name === undefined || gone.has(one.name.value)) return []
    if (isOfFeature(one.name.value, linked)) return []
    switch (one.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION: {
        const interfaces = (one.interfaces ?? []).filter(({ name }) => !gone.has(name.value))
        return [{ ...plain(one), interfaces, fields: fields(one.fields) }]
      }
      case Kind.UNION_TYPE_DEFINITION:
        return [{ ...plain(one), types: (one.types ?? []).filter(({ name }) => !gone.has(name.value)) }]
      case Kind.ENUM_TYPE_DEFINITION:
        return [{ ...plain(one), values: (one.values ?? []).filter((value) => !hides(value)).map(plain) }]
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return [{ ...plain(one), fields: inputs(one.fields) }]
      case Kind.SCALAR_TYPE_DEFINITION:
        return [plain(one)]
      default:
        return []
    }
  }
  const directive = (one: DirectiveDefinitionNode): DirectiveDefinitionNode => ({
    ...one,
    arguments: inputs(one.arguments),
    locations: one.locations.filter(({ value }) => executable.has(value)),
  })

  return { ...document, definitions: document.definitions.flatMap(seen) }
}

/** A directive that documents may use and that belongs to no feature of composition. */
function isForClients(one: DirectiveDefinitionNode, linked: LinkedNames): boolean {
  if (linked.directives.has(one.name.value) || isOfFeature(one.name.value, linked)) return false
  return one.locations.some(({ value }) => executable.has(value))
}

function isOfFeature(name: string, linked: LinkedNames): boolean {
  const [prefix, rest] = name.split('__')
  return rest !== undefined && prefix !== '' && linked.prefixes.has(prefix ?? '')
}

function namedOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedOf(type.type)
}

// Writes the published schema as a subgraph's document.
import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql'
import { keysOf, selectionOf } from './keys.ts'
import type { TypeMappings } from '../schema/type-mapping.ts'

/**
 * What the hub asks of a composer: scopes in the federation specification's own directives since 2.5; the kind of personal
 * data as a directive of its own, carried into the supergraph for gateways that know it.
 */
const links = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@composeDirective"])
  @link(url: "https://lgsp.example/access/v1.0", import: ["@personal"])
  @composeDirective(name: "@personal")`

/** Imported by the link above, and so defined by the specification. */
const imported = new Set(['requiresScopes', 'authenticated'])

/** What every subgraph with lists has under the same name and in the same form. */
const common = new Set(['PageInfo'])

/**
 * The published schema as a subgraph for composition: its types with the keys of the mappings. Rules of access on inputs and
 * enum values, for which the specification has no element, are left out here and kept where the operation is answered. The
 * same schema and mappings give the same text.
 */
export function subgraphSdl(published: string, mappings: TypeMappings): string {
  const document = parse(published, { noLocation: true })
  const shared = sharedFields(document, mappings)
  const written = visit(document, {
    DirectiveDefinition: (node) => (imported.has(node.name.value) ? null : undefined),
    InputValueDefinition: (node) => ({ ...node, directives: (node.directives ?? []).filter(isNotImported) }),
    EnumValueDefinition: (node) => ({ ...node, directives: (node.directives ?? []).filter(isNotImported) }),
    ObjectTypeDefinition: {
      leave(node: ObjectTypeDefinitionNode) {
        const name = node.name.value
        const mapping = mappings.get(name)
        const keys =
          mapping?.table === undefined
            ? []
            : keysOf(mapping).map(({ fields }) => directive(`@key(fields: "${fields}")`))
        const share = common.has(name) ? [directive('@shareable')] : []
        const fields = (node.fields ?? []).map((field) =>
          shared.has(`${name}.${field.name.value}`)
            ? { ...field, directives: [...(field.directives ?? []), directive('@shareable')] }
            : field,
        )
        return { ...node, fields, directives: [...keys, ...share, ...(node.directives ?? [])] }
      },
    },
  })
  return `${links}\n\n${print(written)}\n`
}

const isNotImported = (node: ConstDirectiveNode): boolean => !imported.has(node.name.value)

function directive(text: string): ConstDirectiveNode {
  const [definition] = parse(`type T ${text}`, { noLocation: true }).definitions
  return (definition as ObjectTypeDefinitionNode).directives![0]!
}

/** Fields of types that are no entities themselves but are inside a key: who names the key has them too. */
function sharedFields(document: DocumentNode, mappings: TypeMappings): ReadonlySet<string> {
  const types = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.OBJECT_TYPE_DEFINITION ? [[one.name.value, one]] : [])),
  )
  const shared = new Set<string>()
  const enter = (type: string, set: SelectionSetNode, inside: boolean): void => {
    for (const node of set.selections) {
      if (node.kind !== Kind.FIELD) continue
      const field = types.get(type)?.fields?.find(({ name }) => name.value === node.name.value)
      if (field === undefined) continue
      let led = field.type
      while (led.kind !== Kind.NAMED_TYPE) led = led.type
      if (node.selectionSet !== undefined) enter(led.name.value, node.selectionSet, true)
      if (inside) shared.add(`${type}.${node.name.value}`)
    }
  }
  for (const mapping of mappings.values()) {
    for (const { fields } of mapping.keys ?? []) enter(mapping.type, selectionOf(fields), false)
  }
  return shared
}

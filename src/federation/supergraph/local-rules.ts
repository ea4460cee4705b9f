// Adds the local schema's access rules on inputs to a supergraph.
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, Kind } from 'graphql'
import type {
  ConstDirectiveNode,
  DefinitionNode,
  DocumentNode,
  EnumValueDefinitionNode,
  FieldDefinitionNode,
  GraphQLSchema,
  InputValueDefinitionNode,
  InterfaceTypeDefinitionNode,
} from 'graphql'

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

const rules: ReadonlySet<string> = new Set(['authenticated', 'requiresScopes', 'policy', 'personal'])

/**
 * The document with the local schema's own rules on what clients write: the access directives of the federation
 * specification are on outputs alone, and what a caller may not filter, order or group by is to be unknown to him here too.
 */
export function withLocalRules(document: DocumentNode, local: GraphQLSchema): DocumentNode {
  return { ...document, definitions: document.definitions.map((one) => ruled(one, local)) }
}

function ruled(one: DefinitionNode, local: GraphQLSchema): DefinitionNode {
  switch (one.kind) {
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const own = local.getType(one.name.value)
      if (!isInputObjectType(own)) return one
      const known = own.getFields()
      const fields = (one.fields ?? []).map((field) => marked<InputValueDefinitionNode>(field, known[field.name.value]))
      return { ...one, fields }
    }
    case Kind.ENUM_TYPE_DEFINITION: {
      const own = local.getType(one.name.value)
      if (!isEnumType(own)) return one
      const values = (one.values ?? []).map((value) =>
        marked<EnumValueDefinitionNode>(value, own.getValue(value.name.value) ?? undefined),
      )
      return { ...one, values }
    }
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const own = local.getType(one.name.value)
      if (!isInterfaceType(own)) return one
      // A composer gives an interface the rules of all its objects together. Each object keeps its own, and they decide.
      const known = own.getFields()
      const fields = (one.fields ?? []).map((field) => asOwn<FieldDefinitionNode>(field, known[field.name.value]))
      return asOwn<InterfaceTypeDefinitionNode>({ ...one, fields }, own)
    }
    case Kind.OBJECT_TYPE_DEFINITION: {
      const own = local.getType(one.name.value)
      if (!isObjectType(own)) return one
      const known = own.getFields()
      const fields = (one.fields ?? []).map((field): FieldDefinitionNode => {
        const args = known[field.name.value]?.args ?? []
        if (args.length === 0) return field
        const given = (field.arguments ?? []).map((argument) =>
          marked<InputValueDefinitionNode>(
            argument,
            args.find(({ name }) => name === argument.name.value),
          ),
        )
        return { ...field, arguments: given }
      })
      return { ...one, fields }
    }
    default:
      return one
  }
}

/** The node with the rules of its twin alone. */
function asOwn<Node extends Annotated>(
  node: Node,
  own: { readonly astNode?: Annotated | null | undefined } | undefined,
): Node {
  const others = (node.directives ?? []).filter(({ name }) => !rules.has(name.value))
  return own === undefined ? node : marked({ ...node, directives: others }, own)
}

/** The node with the rules of its twin that it does not have yet. */
function marked<Node extends Annotated>(
  node: Node,
  own: { readonly astNode?: Annotated | null | undefined } | undefined,
): Node {
  const has = new Set((node.directives ?? []).map(({ name }) => name.value))
  const missing = (own?.astNode?.directives ?? []).filter(({ name }) => rules.has(name.value) && !has.has(name.value))
  return missing.length === 0 ? node : { ...node, directives: [...(node.directives ?? []), ...missing] }
}

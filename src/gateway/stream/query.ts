import { Kind, visit } from 'graphql'
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  NameNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  TypeNode,
  VariableDefinitionNode,
} from 'graphql'

/** A subscription's selection as an ordinary query of one object by its global id. */
export interface EventQuery {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** The variable that takes the id. */
  readonly idVariable: string
  /** The field's name in answers. */
  readonly responseName: string
  /** The subscription's one field, as it is first selected. */
  readonly field: FieldNode
}

const name = (value: string): NameNode => ({ kind: Kind.NAME, value })
const required = (type: string): TypeNode => ({
  kind: Kind.NON_NULL_TYPE,
  type: { kind: Kind.NAMED_TYPE, name: name(type) },
})

/**
 * The query that answers one event: `node(id: …)` under the response name of the subscription's field, with its selection on
 * the field's type. Null when there is no field. The document holds this operation alone, and no variable that it does not use.
 */
export function eventQuery(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  type: string,
): EventQuery | null {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  }
  const fields = rootFields(operation.selectionSet, fragments, new Set())
  const [field] = fields
  if (field === undefined) return null
  const responseName = field.alias?.value ?? field.name.value
  const declared = new Set((operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value))
  let idVariable = 'eventId'
  while (declared.has(idVariable)) idVariable += '_'

  const selectionSet: SelectionSetNode = {
    kind: Kind.SELECTION_SET,
    selections: fields.map((one): FieldNode => ({
      kind: Kind.FIELD,
      alias: name(responseName),
      name: name('node'),
      arguments: [
        {
          kind: Kind.ARGUMENT,
          name: name('id'),
          value: { kind: Kind.VARIABLE, name: name(idVariable) },
        },
      ],
      selectionSet: {
        kind: Kind.SELECTION_SET,
        selections: [
          {
            kind: Kind.INLINE_FRAGMENT,
            typeCondition: { kind: Kind.NAMED_TYPE, name: name(type) },
            selectionSet: one.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] },
          },
        ],
      },
    })),
  }
  const used = reached(selectionSet, fragments)
  const idDefinition: VariableDefinitionNode = {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: name(idVariable) },
    type: required('ID'),
  }
  const query: OperationDefinitionNode = {
    ...operation,
    operation: 'query' as OperationDefinitionNode['operation'],
    directives: [],
    variableDefinitions: [
      idDefinition,
      ...(operation.variableDefinitions ?? []).filter(({ variable }) => used.variables.has(variable.name.value)),
    ],
    selectionSet,
  }
  return {
    document: { kind: Kind.DOCUMENT, definitions: [query, ...used.fragments] },
    operation: query,
    idVariable,
    responseName,
    field,
  }
}

/** Fields of the root, fragments opened: validation has seen to it that they are one field. */
function rootFields(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  inside: Set<string>,
): FieldNode[] {
  return set.selections.flatMap((selection: SelectionNode): FieldNode[] => {
    if (selection.kind === Kind.FIELD) return [selection]
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, fragments, inside)
    const fragment = fragments.get(selection.name.value)
    if (fragment === undefined || inside.has(selection.name.value)) return []
    inside.add(selection.name.value)
    return rootFields(fragment.selectionSet, fragments, inside)
  })
}

function reached(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): { fragments: FragmentDefinitionNode[]; variables: ReadonlySet<string> } {
  const found = new Map<string, FragmentDefinitionNode>()
  const variables = new Set<string>()
  const enter = (node: SelectionSetNode | FragmentDefinitionNode): void => {
    visit(node, {
      Variable: ({ name: { value } }) => void variables.add(value),
      FragmentSpread({ name: { value } }) {
        const fragment = fragments.get(value)
        if (fragment === undefined || found.has(value)) return
        found.set(value, fragment)
        enter(fragment)
      },
    })
  }
  enter(set)
  return { fragments: [...found.values()], variables }
}

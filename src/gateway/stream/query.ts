// A subscription's selection as an ordinary query of one object.
import { getNamedType, Kind } from 'graphql'
import type { DocumentNode, GraphQLCompositeType, NameNode, OperationDefinitionNode, TypeNode } from 'graphql'
import type { Operation } from '../../graph/operation/operation.ts'
import type { Selection } from '../../graph/operation/selection.ts'
import { onType, selectionNodes, setOf, variablesIn } from '../../graph/operation/write.ts'

/** The query that answers one event. */
export interface EventQuery {
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  /** The variable that takes the id. */
  readonly idVariable: string
  /** The subscription's one field, as it is first selected; its response name is the answer's. */
  readonly field: Selection
}

const name = (value: string): NameNode => ({ kind: Kind.NAME, value })
const required = (type: string): TypeNode => ({
  kind: Kind.NON_NULL_TYPE,
  type: { kind: Kind.NAMED_TYPE, name: name(type) },
})

const kept = new WeakMap<readonly Selection[], EventQuery>()

/**
 * `node(id: …)` under the response name of the subscription's field, with its selection on the field's type. Null when there
 * is no field. The document has this operation alone, and no variable that it does not use. The same object again for the
 * same tree: decisions are remembered by it.
 */
export function eventQuery({ schema, definition, selections }: Operation): EventQuery | null {
  const found = kept.get(selections)
  const [field] = selections
  if (found !== undefined || field === undefined) return found ?? null
  const declared = new Set((definition.variableDefinitions ?? []).map(({ variable }) => variable.name.value))
  let idVariable = 'eventId'
  while (declared.has(idVariable)) idVariable += '_'
  const type = getNamedType(field.field.type) as GraphQLCompositeType
  const writing = { schema, nameOf: (responseName: string) => responseName, complete: <T>(given: T): T => given }
  const children = selections.flatMap((one) => one.children)
  const selectionSet = setOf([
    {
      kind: Kind.FIELD,
      alias: name(field.responseName),
      name: name('node'),
      arguments: [{ kind: Kind.ARGUMENT, name: name('id'), value: { kind: Kind.VARIABLE, name: name(idVariable) } }],
      selectionSet: setOf([onType(type.name, selectionNodes(children, type, writing))]),
    },
  ])
  const query: OperationDefinitionNode = {
    ...definition,
    operation: 'query' as OperationDefinitionNode['operation'],
    directives: [],
    variableDefinitions: [
      {
        kind: Kind.VARIABLE_DEFINITION,
        variable: { kind: Kind.VARIABLE, name: name(idVariable) },
        type: required('ID'),
      },
      ...variablesIn(selectionSet, definition),
    ],
    selectionSet,
  }
  const made = {
    document: { kind: Kind.DOCUMENT as const, definitions: [query] },
    definition: query,
    idVariable,
    field,
  }
  kept.set(selections, made)
  return made
}

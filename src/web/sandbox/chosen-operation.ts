// The operation of a document that is run.
import { Kind, parse } from 'graphql'
import type { OperationDefinitionNode } from 'graphql'

export type ChosenOperation = { name: string | null; isSubscription: boolean }

/**
 * Which operation of a text is meant. The editor learns the names in a text a moment after it changed; a name that the
 * text does not contain is therefore one of an earlier text, and the first operation is taken. Null for a text that is no
 * document: the server then says what is wrong with it.
 */
export function chosenOperation(query: string, wanted: string | null | undefined): ChosenOperation | null {
  let operations: OperationDefinitionNode[]
  try {
    operations = parse(query, { noLocation: true }).definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    )
  } catch {
    return null
  }
  const chosen = operations.find((operation) => operation.name?.value === wanted) ?? operations[0]
  if (chosen === undefined) return null
  return { name: chosen.name?.value ?? null, isSubscription: chosen.operation === 'subscription' }
}

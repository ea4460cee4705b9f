// Asking the hub's own schema as the operator, for the commands.
import { parse } from 'graphql'
import { hubErrorIn } from '../access/error.ts'
import { anonymous, type Caller } from '../access/caller.ts'
import type { Scope } from '../access/policy/scopes.ts'
import { house } from '../domains/index.ts'
import { provinceCode } from './access/agency-ranges.ts'
import { answer, operationOf } from '../gateway/graphql/pipeline.ts'
import { definitionIn } from '../graph/operation/operation.ts'
import type { Hub } from './hub.ts'

/** A person who may run commands on this machine with the hub's key is the province's operator. */
const operator = (purpose: string | null): Caller => ({
  ...anonymous,
  subject: 'operator on this machine',
  issuer: 'urn:hub:command-line',
  scopes: new Set<Scope>([
    'operation:read',
    'operation:write',
    'audit:read',
    ...[...house.rejectedBytes.values()].filter((scope) => scope !== 'open'),
  ]),
  agency: provinceCode,
  agencyRange: { from: null, to: null },
  purposes: new Set(purpose === null ? [] : [purpose]),
  purpose,
})

/** The answer of the hub's own schema to an operator's question: what commands print is what the console shows. */
export async function ask(
  hub: Hub,
  text: string,
  variables: Readonly<Record<string, unknown>> = {},
  purpose: string | null = null,
): Promise<Record<string, unknown>> {
  const { graph } = hub
  const document = parse(text)
  const definition = definitionIn(document, null)
  if (definition === null) throw new Error('an operation is expected')
  const chosen = { document, definition, operationName: undefined, variables }
  const context = { caller: operator(purpose), signal: new AbortController().signal, requestId: 'command' }
  const operation = operationOf(graph, chosen, context)
  if ('refused' in operation) throw operation.refused[0]!
  const result = await answer(graph, operation)
  if (result.errors !== undefined) throw hubErrorIn(result.errors[0]) ?? result.errors[0]!
  return result.data as Record<string, unknown>
}

// The tree of what is allowed is the key under which plans may be kept.
import { buildASTSchema, type OperationDefinitionNode, parse } from 'graphql'
import { expect, it } from 'vitest'
import { anonymous, type Caller } from '../../../src/access/caller.ts'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import { decided, writtenOn } from '../../../src/graph/operation/build.ts'
import { allow, type Operation } from '../../../src/graph/operation/operation.ts'

const schema = buildASTSchema(
  parse(`directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION directive @personal(kind: String) on FIELD_DEFINITION
    type Query { a: String b: String @requiresScopes(scopes: [["b:masked"]]) @personal(kind: "NAME") }`),
)
const policy = openPolicy({ schema, purposes: null })
const document = parse('{ a b }')
const definition = document.definitions[0] as OperationDefinitionNode
const written = writtenOn(schema, document, definition)

const allowedTo = (caller: Caller) =>
  allow(
    {
      caller,
      signal: new AbortController().signal,
      requestId: '',
      schema,
      document,
      definition,
      operationName: undefined,
      variables: {},
      values: {},
      written,
      selections: decided(written, {}),
    } satisfies Operation,
    policy,
  ).allowed

const masked: Caller = { ...anonymous, subject: 's', scopes: new Set(['b:masked']) as never }
const unmasked: Caller = { ...masked, purposes: new Set(['p']), purpose: 'p' }
const more: Caller = { ...masked, scopes: new Set(['b:masked', 'c:read']) as never }

it('is another for a caller with a purpose, with other scopes, also where nothing is denied', () => {
  expect(allowedTo(unmasked)).not.toBe(allowedTo(masked))
  expect(allowedTo(more)).not.toBe(allowedTo(masked))
})

it('is the same again for the same rights', () => {
  expect(allowedTo({ ...masked })).toBe(allowedTo(masked))
  expect(allowedTo({ ...masked, purposes: new Set(), scopes: new Set(['b:masked']) as never })).toBe(allowedTo(masked))
})

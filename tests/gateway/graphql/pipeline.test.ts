import { parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { anonymous, type Caller } from '../../../src/access/caller.ts'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import { scopesOf } from '../../../src/access/policy/scopes.ts'
import { answer, operationOf } from '../../../src/gateway/graphql/pipeline.ts'
import { openSubgraph } from '../../../src/gateway/graphql/subgraph-endpoint.ts'
import type { Generation } from '../../../src/graph/operation/generation.ts'
import { allow, definitionIn } from '../../../src/graph/operation/operation.ts'
import { operationIn } from '../../kit/operation.ts'
import { plainExecute, smallSchema } from '../small-schema.ts'

const signal = new AbortController().signal
const clerk: Caller = { ...anonymous, subject: 'clerk', scopes: scopesOf('dossier:read', () => true) }

function counting(): { readonly generation: Generation; readonly decided: () => number } {
  const schema = smallSchema()
  const policy = openPolicy({ schema, purposes: null })
  let decided = 0
  const decide: typeof policy.decide = (...given) => {
    decided += 1
    return policy.decide(...given)
  }
  return {
    generation: { schema, policy: { ...policy, decide }, execute: plainExecute(smallSchema()) },
    decided: () => decided,
  }
}

describe('the rights of an operation', () => {
  it('are decided once, also where another generation answers it, and then by that one alone', async () => {
    const { generation, decided } = counting()
    const other = counting()
    await answer(generation, operationIn(generation, '{ dossier(code: "x") { code note } }', { caller: clerk }))
    expect([decided(), other.decided()]).toEqual([1, 0])
    const delegating = { ...generation, delegate: () => other.generation }
    const operation = operationIn(delegating, '{ dossier(code: "H53.21-26-0001") { code note } }', { caller: clerk })
    const result = await answer(delegating, operation)
    expect([decided(), other.decided()]).toEqual([1, 1])
    expect(JSON.parse(JSON.stringify(result.data))).toEqual({ dossier: { code: 'H53.21-26-0001', note: null } })
  })

  it('are the same object for the same text, deciding variables and rights, and for no other', () => {
    const { generation } = counting()
    const document = parse('query ($a: String!, $no: Boolean!) { dossier(code: $a) { code note @skip(if: $no) } }')
    const allowedFor = (caller: Caller, variables: Record<string, unknown>) =>
      allow(operationIn(generation, document, { caller, variables }), generation.policy).allowed
    const one = allowedFor(clerk, { a: 'x', no: false })
    expect(one[0]?.children.map(({ responseName }) => responseName)).toEqual(['code'])
    expect(allowedFor({ ...clerk, subject: 'another' }, { a: 'y', no: false })).toBe(one)
    expect(
      allowedFor({ ...clerk, scopes: scopesOf('dossier:read audit:read', () => true) }, { a: 'x', no: false }),
    ).not.toBe(one)
    expect(allowedFor({ ...clerk, purpose: 'handling' }, { a: 'x', no: false })).not.toBe(one)
    expect(allowedFor(clerk, { a: 'x', no: true })).not.toBe(one)
  })
})

describe('an operation without an end', () => {
  const bomb = `{ ...F0 } ${Array.from({ length: 20 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ')}
    fragment F20 on Query { hello }`

  it('is refused where no limit of a client was asked before', async () => {
    const { generation } = counting()
    const document = parse(bomb)
    const chosen = { document, definition: definitionIn(document, null)!, operationName: undefined, variables: {} }
    const refused = operationOf(generation, chosen, { caller: clerk, signal, requestId: 'r' })
    expect('refused' in refused && refused.refused[0]?.extensions['code']).toBe('OPERATION_TOO_COMPLEX')
    const subgraph = openSubgraph({ ...generation, sdl: '' })
    const { data, errors } = await subgraph.executeSubgraph({ query: bomb, caller: clerk, signal })
    expect([data, errors?.[0]?.extensions['code']]).toEqual([undefined, 'OPERATION_TOO_COMPLEX'])
  })
})

it('an operation that a document does not have is said in one way', async () => {
  const { generation } = counting()
  const subgraph = openSubgraph({ ...generation, sdl: '' })
  const query = 'query A { hello } query B { hello }'
  for (const operationName of [null, 'C']) {
    const { errors } = await subgraph.executeSubgraph({ query, operationName, caller: clerk, signal })
    expect(errors?.[0]?.message).toContain('Name one operation of the document in operationName.')
  }
})

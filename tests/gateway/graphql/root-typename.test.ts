import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import { ask, openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'
import { plainExecute, smallSchema } from '../small-schema.ts'

let opened: OpenedGateway
let composer: string
beforeAll(async () => {
  // Nobody but an auditor sees a mutation: to other callers the schema has none.
  const schema = smallSchema('@requiresScopes(scopes: [["audit:read"]])')
  const generation = { schema, policy: openPolicy({ schema, purposes: null }), execute: plainExecute(smallSchema()) }
  opened = await openSmallGateway(async () => ({ generation, subgraph: { ...generation, sdl: '' } }))
  composer = await opened.issuer.mint({ scope: 'subgraph:compose' })
})
afterAll(() => opened.close())

const query = 'mutation { __typename }'
const post = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${opened.gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })

describe('a mutation that asks for nothing but the name of its root', () => {
  it.each(['/graphql', '/subgraph'])('is answered at %s, also where the caller sees no mutation', async (path) => {
    opened.logged.length = 0
    const answer = await post(path, { authorization: `Bearer ${composer}` })
    expect([answer.status, await answer.text()]).toEqual([200, '{"data":{"__typename":"Mutation"}}\n'])
    expect(opened.logged.filter((line) => line.includes('failed'))).toEqual([])
  })

  it('is answered on an event stream', async () => {
    opened.logged.length = 0
    const answer = await post('/graphql/stream', { accept: 'text/event-stream' })
    expect(await answer.text()).toContain('data: {"data":{"__typename":"Mutation"}}')
    expect(opened.logged.filter((line) => line.includes('failed'))).toEqual([])
  })

  it('stands beside what the schema says of itself, each in its position', async () => {
    const answer = await ask(
      opened.gateway,
      '{ one: __typename __schema { queryType { name } } hello two: __typename }',
    )
    expect(answer.text).toBe(
      '{"data":{"one":"Query","__schema":{"queryType":{"name":"Query"}},"hello":"hello world","two":"Query"}}\n',
    )
    expect((await ask(opened.gateway, '{ hello @skip(if: true) }')).json).toEqual({ data: {} })
  })
})

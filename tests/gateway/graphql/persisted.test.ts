import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPersistedQueries, sha256Of } from '../../../src/gateway/graphql/persisted.ts'
import { openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'

let opened: OpenedGateway
let one: string
let other: string
beforeAll(async () => {
  opened = await openSmallGateway()
  one = await opened.issuer.mint({ claims: { sub: 'one' } })
  other = await opened.issuer.mint({ claims: { sub: 'other' } })
})
afterAll(() => opened.close())

async function send(token: string, query: string | undefined, hash: unknown, version: unknown = 1) {
  const answer = await fetch(`${opened.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, extensions: { persistedQuery: { version, sha256Hash: hash } } }),
  })
  return { status: answer.status, json: (await answer.json()) as unknown }
}
const missing = { status: 200, json: { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] } }

describe('an operation sent with its hash', () => {
  const query = '{ hello(name: "once") }'
  const hash = sha256Of(query)
  const answered = { status: 200, json: { data: { hello: 'hello once' } } }

  it('is found by the hash alone from then on, by the same client', async () => {
    expect(await send(one, undefined, hash)).toMatchObject(missing)
    expect(await send(one, query, hash)).toEqual(answered)
    expect(await send(one, undefined, hash)).toEqual(answered)
    const search = new URLSearchParams({
      extensions: JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash } }),
    })
    const over = await fetch(`${opened.gateway.url}/graphql?${search}`, {
      headers: { 'apollo-require-preflight': '1', authorization: `Bearer ${one}` },
    })
    expect(await over.json()).toEqual(answered.json)
  })

  it("A46 is not another client's", async () => {
    expect(await send(other, undefined, hash)).toMatchObject(missing)
  })

  it.each([
    [undefined, hash, 'x'],
    [query, hash, 2],
    [query, sha256Of('other'), 1],
    [undefined, '../../etc', 1],
    [undefined, { $ne: 1 }, 1],
  ])('A46 is refused when it is ill-formed: %s %s %s', async (text, sha256, version) => {
    const answer = await send(one, text, sha256, version)
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } })
  })
})

it('A46 no number of texts of one client pushes out those of another', () => {
  const kept = openPersistedQueries({ texts: 10, size: 1_000, clients: 5 })
  kept.keep('quiet', 'q', '{ quiet }')
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 100 }), (texts) => {
      for (const text of texts) kept.keep('loud', sha256Of(text), text)
      expect(kept.find('quiet', 'q')).toBe('{ quiet }')
      const last = texts.at(-1)!
      expect(kept.find('loud', sha256Of(last))).toBe(last)
      expect(kept.find('quiet', sha256Of(last))).toBeNull()
    }),
  )
})

it('one client holds so many texts and so much of them, the latest used', () => {
  const kept = openPersistedQueries({ texts: 3, size: 10, clients: 2 })
  for (const name of ['a', 'b', 'c']) kept.keep('x', name, name)
  expect(kept.find('x', 'a')).toBe('a')
  kept.keep('x', 'd', 'd')
  expect(['a', 'b', 'c', 'd'].map((name) => kept.find('x', name))).toEqual(['a', null, 'c', 'd'])
  kept.keep('x', 'large', '12345678')
  expect(['a', 'c', 'd', 'large'].filter((name) => kept.find('x', name) !== null)).toEqual(['c', 'd', 'large'])
  kept.keep('x', 'endless', '12345678901')
  expect(kept.find('x', 'endless')).toBeNull()
  kept.keep('y', 'a', 'a')
  kept.keep('z', 'a', 'a')
  expect(kept.find('x', 'large')).toBeNull()
})

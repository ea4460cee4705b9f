import { GraphQLError } from 'graphql'
import { expect, it } from 'vitest'
import type { SubgraphExecutor } from '../../../src/federation/index.ts'
import { faultsOf, openSmall } from '../open.ts'

const subgraphs = {
  a: {
    sdl: 'type Query { t: T list: [T!] constructor: String } type T @key(fields: "id") { id: ID! }',
    resolvers: { Query: { t: () => ({ id: '1' }), list: () => [{ id: '1' }] } },
  },
  b: {
    sdl: 'type T @key(fields: "id") { id: ID! x: Int s: String kind: K inner: I list: [Int] } type I { y: Int! } enum K { A B }',
  },
}
const openWith = (b: SubgraphExecutor, a?: SubgraphExecutor) =>
  openSmall(subgraphs, { instead: { b, ...(a === undefined ? {} : { a }) } })
const entity =
  (text: string): SubgraphExecutor =>
  async () => ({ data: { _entities: [JSON.parse(text)] } })

it('an answer that reaches for the prototype changes nothing', async () => {
  const { ask } = openWith(
    entity('{ "x": 1, "__proto__": { "polluted": 1, "s": "p" }, "constructor": { "prototype": { "polluted": 1 } } }'),
  )
  expect(await ask('{ t { x s } }')).toEqual({ data: { t: { x: 1, s: null } } })
  const errors: (string | number)[][] = [
    ['_entities', 0, '__proto__', 'polluted'],
    ['_entities', 0, 'constructor', 'prototype', 'polluted'],
    ['__proto__', 'polluted'],
    ['_entities', '__proto__'],
  ]
  const failing = openWith(async () => ({
    data: { _entities: [{ x: 1, s: null }] },
    errors: errors.map((path) => new GraphQLError('', { path })),
  }))
  expect((await failing.ask('{ t { x s } }')).data).toMatchObject({ t: { x: 1 } })
  const root = openWith(entity('{}'), async () => ({
    data: JSON.parse('{ "__proto__": { "polluted": 1 }, "t": null }') as Record<string, unknown>,
    errors: [
      new GraphQLError('', { path: ['__proto__', 'polluted'] }),
      new GraphQLError('', { path: ['constructor', 'prototype', 'polluted'] }),
    ],
  }))
  expect((await root.ask('{ t { id } constructor }')).data).toEqual({ t: null, constructor: null })
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

it.each([
  ['{ "x": "one", "s": 1 }', '{ t { x } }', { t: { x: null } }, 1],
  ['{ "x": 1e400 }', '{ t { x } }', { t: { x: null } }, 1],
  ['{ "kind": "C" }', '{ t { kind } }', { t: { kind: null } }, 0],
  ['{ "list": 5 }', '{ t { list } }', { t: { list: null } }, 1],
  ['{ "list": [1, null, "x"] }', '{ t { list } }', { t: { list: [1, null, null] } }, 1],
  ['{ "inner": {} }', '{ t { inner { y } } }', { t: { inner: null } }, 1],
  ['{ "inner": { "y": null } }', '{ t { inner { y } } }', { t: { inner: null } }, 1],
  ['[]', '{ t { x } }', { t: { x: null } }, 0],
  ['5', '{ t { x } }', { t: { x: null } }, 0],
])('an answer that the schema does not know (%s) is no value', async (text, query, data, faults) => {
  const result = await openWith(entity(text)).ask(query)
  expect(result.data).toEqual(data)
  expect(faultsOf(result)).toHaveLength(faults)
})

it.each([
  ['nothing', {}],
  ['no list of entities', { data: {} }],
  ['null', { data: null }],
  ['an error without a path', { data: { _entities: null }, errors: [new GraphQLError('x')] }],
])('an answer of %s is told of at the fields that were asked', async (_name, answer) => {
  const result = await openWith(async () => answer).ask('{ list { id a: x inner { y } } }')
  expect(result.data).toEqual({ list: [{ id: '1', a: null, inner: null }] })
  expect(result.errors?.map(({ path }) => path?.join('.')).toSorted()).toEqual(['list.0.a', 'list.0.inner'])
})

it('fewer entities than were asked leave the rest empty, more are not read', async () => {
  const { ask } = openSmall(
    { ...subgraphs, a: { ...subgraphs.a, resolvers: { Query: { list: () => [{ id: '1' }, { id: '2' }] } } } },
    { instead: { b: async () => ({ data: { _entities: [{ x: 1 }] } }) } },
  )
  expect(await ask('{ list { x } }')).toEqual({ data: { list: [{ x: 1 }, { x: null }] } })
  const more = openWith(async () => ({ data: { _entities: [{ x: 1 }, { x: 2 }, { x: 3 }] } }))
  expect(await more.ask('{ list { x } }')).toEqual({ data: { list: [{ x: 1 }] } })
})

// Plans ask no more requests than they have to.
import { expect, it } from 'vitest'
import { openSmall } from '../open.ts'
import { costOf, native } from './cost.ts'

it('takes at most 1.15 × the requests of the native planner that it replaced', async () => {
  const [{ samples, operations, requests }] = native
  const own = await costOf(samples)
  expect(own.operations).toBe(operations)
  expect(own.requests / requests).toBeLessThanOrEqual(1.15)
})

const byId = { __resolveReference: (one: object) => one }
const towns = {
  a: {
    sdl: `type Query { towns: [Town] capital: Town } type Town @key(fields: "id") { id: ID! mayor: Person } type Person @key(fields: "no") { no: ID! }`,
    resolvers: {
      Query: { towns: () => [{ id: 't1', mayor: { no: 'p1' } }], capital: () => ({ id: 't2', mayor: { no: 'p2' } }) },
    },
  },
  b: {
    sdl: `type Town @key(fields: "id") { id: ID! size: Int! } type Person @key(fields: "no") { no: ID! name: String }`,
    resolvers: {
      Town: { ...byId, size: ({ id }: { id: string }) => Number(id.slice(1)) },
      Person: { ...byId, name: ({ no }: { no: string }) => `tên ${no}` },
    },
  },
}

it('asks one subgraph for all that it has of a round in one request, objects of one question together', async () => {
  const { ask, asked } = openSmall(towns)
  expect(await ask('{ towns { size mayor { name } } capital { size mayor { name } } }')).toEqual({
    data: { towns: [{ size: 1, mayor: { name: 'tên p1' } }], capital: { size: 2, mayor: { name: 'tên p2' } } },
  })
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b'])
  expect(Object.values(asked[1]?.request.variables ?? {})).toEqual([
    [
      { __typename: 'Town', id: 't1' },
      { __typename: 'Town', id: 't2' },
    ],
    [
      { __typename: 'Person', no: 'p1' },
      { __typename: 'Person', no: 'p2' },
    ],
  ])
})

it('lets what can wait go with what has to: no request of its own for a field beside one that requires others', async () => {
  const { ask, asked } = openSmall({
    a: {
      sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! }',
      resolvers: { Query: { t: () => ({ id: '1' }) } },
    },
    b: { sdl: 'type T @key(fields: "id") { id: ID! x: Int }', resolvers: { T: { ...byId, x: () => 4 } } },
    c: {
      sdl: 'type T @key(fields: "id") { id: ID! x: Int @external twice: Int @requires(fields: "x") plain: Int }',
      resolvers: { T: { ...byId, twice: ({ x }: { x: number }) => x * 2, plain: () => 3 } },
    },
  })
  expect(await ask('{ t { plain twice } }')).toEqual({ data: { t: { plain: 3, twice: 8 } } })
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'c'])
})

it('chooses the subgraph that gives most of what is asked', async () => {
  const { ask, asked } = openSmall({
    a: {
      sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! }',
      resolvers: { Query: { t: () => ({ id: '1' }) } },
    },
    b: { sdl: 'type T @key(fields: "id") { id: ID! x: Int @shareable }', resolvers: { T: { ...byId, x: () => 4 } } },
    c: {
      sdl: 'type T @key(fields: "id") { id: ID! x: Int @shareable y: Int }',
      resolvers: { T: { ...byId, x: () => 4, y: () => 5 } },
    },
  })
  expect(await ask('{ t { x y } }')).toEqual({ data: { t: { x: 4, y: 5 } } })
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'c'])
})

it('tells of the error that took the whole answer of a request away at every field that it was asked for', async () => {
  const { ask } = openSmall(towns, {
    instead: {
      b: async () => ({
        data: null,
        errors: [{ message: 'no', path: ['_e0'], extensions: { code: 'LOST' } } as never],
      }),
    },
  })
  const answer = await ask('{ towns { mayor { name } } capital { size } }')
  expect(answer.errors?.map(({ path }) => path?.join('.')).toSorted()).toEqual(['capital.size', 'towns.0.mayor.name'])
})

it('asks the fields of a mutation one after another, neighbours of one subgraph in one request', async () => {
  const done: string[] = []
  const step = (name: string) => ({ [name]: () => (done.push(name), done.length) })
  const { ask, asked } = openSmall({
    a: {
      sdl: 'type Query { q: Int } type Mutation { one: Int two: Int four: Int }',
      resolvers: { Mutation: { ...step('one'), ...step('two'), ...step('four') } },
    },
    b: { sdl: 'type Mutation { three: Int }', resolvers: { Mutation: step('three') } },
  })
  expect(await ask('mutation { one two three four }')).toEqual({ data: { one: 1, two: 2, three: 3, four: 4 } })
  expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'a'])
})

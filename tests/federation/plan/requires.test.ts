// Fields that require others of their object.
import { describe, expect, it } from 'vitest'
import { faultsOf, openSmall } from '../open.ts'

describe('@requires', () => {
  const goods = {
    a: {
      sdl: `type Query { goods: [Good!]! }
        type Good @key(fields: "id") { id: ID! weight(unit: String): Float size: Size } type Size { w: Int h: Int }`,
      resolvers: {
        Query: {
          goods: () => [
            { id: '1', w: 2 },
            { id: '2', w: null },
          ],
        },
        Good: {
          __resolveReference: ({ id }: { id: string }) => ({ id, w: id === '1' ? 2 : null }),
          weight: ({ w }: { w: number | null }, { unit }: { unit?: string }) =>
            w === null ? null : unit === 'g' ? w * 1000 : w,
          size: ({ id }: { id: string }) => (id === '1' ? { w: 3, h: 4 } : null),
        },
      },
    },
    b: {
      sdl: `type Good @key(fields: "id") {
          id: ID!
          weight(unit: String): Float @external
          size: Size @external
          price: String @requires(fields: "weight(unit: \\"g\\") size { w h }")
          tax: String @requires(fields: "weight(unit: \\"g\\")")
        }
        type Size @external { w: Int h: Int }`,
      resolvers: {
        Good: {
          price: (one: object) => JSON.stringify(one, ['weight', 'size', 'w', 'h']),
          tax: ({ weight }: { weight: number }) => `${weight / 10}`,
        },
      },
    },
  }

  it('hands on what the field needs, nested and with its arguments, beside what the client asks of the same field', async () => {
    const { ask } = openSmall(goods)
    expect(await ask('{ goods { weight price weightG: weight(unit: "g") size { h } tax } }')).toEqual({
      data: {
        goods: [
          { weight: 2, price: '{"weight":2000,"size":{"w":3,"h":4}}', weightG: 2000, size: { h: 4 }, tax: '200' },
          { weight: null, price: '{"weight":null,"size":null}', weightG: null, size: null, tax: '0' },
        ],
      },
    })
  })

  it('needs a field of a third subgraph, and tells the subgraphError of that one at the field that it blocks', async () => {
    const subgraphs = {
      a: {
        sdl: 'type Query { t: [T!]! } type T @key(fields: "id") { id: ID! }',
        resolvers: { Query: { t: () => [{ id: '1' }, { id: '2' }] } },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID! base: Int }',
        resolvers: {
          T: {
            __resolveReference: (one: object) => one,
            base: ({ id }: { id: string }) => {
              if (id === '2') throw Object.assign(new Error('no'), { extensions: { code: 'BASE_LOST' } })
              return 5
            },
          },
        },
      },
      c: {
        sdl: 'type T @key(fields: "id") { id: ID! base: Int @external twice: Int @requires(fields: "base") other: Int }',
        resolvers: {
          T: {
            __resolveReference: (one: object) => one,
            twice: ({ base }: { base: number }) => base * 2,
            other: () => 1,
          },
        },
      },
    }
    const { ask } = openSmall(subgraphs)
    const result = await ask('{ t { id twice } }')
    expect(result.data).toEqual({
      t: [
        { id: '1', twice: 10 },
        { id: '2', twice: null },
      ],
    })
    expect(faultsOf(result)).toEqual(['BASE_LOST t.1.twice'])
  })

  it('chains: what is required may itself require', async () => {
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        resolvers: {
          Query: { t: () => ({ id: '1', x: 1 }) },
          T: { __resolveReference: ({ id }: { id: string }) => ({ id, x: 1 }) },
        },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }',
        resolvers: { T: { y: ({ x }: { x: number }) => x + 1 } },
      },
      c: {
        sdl: 'type T @key(fields: "id") { id: ID! y: Int @external z: Int @requires(fields: "y") }',
        resolvers: { T: { z: ({ y }: { y: number }) => y * 10 } },
      },
    })
    expect(await ask('{ t { z } }')).toEqual({ data: { t: { z: 20 } } })
    expect(await ask('{ t { y: z z: y x } }')).toEqual({ data: { t: { y: 20, z: 2, x: 1 } } })
  })

  it('requires through interfaces and with fragments', async () => {
    const { ask } = openSmall({
      a: {
        sdl: `type Query { t: [T] } type T @key(fields: "id") { id: ID! owner: Owner }
          interface Owner { name: String } type Man implements Owner { name: String age: Int } type Firm implements Owner { name: String tax: String }`,
        resolvers: {
          Query: { t: () => [{ id: 'm' }, { id: 'f' }] },
          T: {
            __resolveReference: (one: object) => one,
            owner: ({ id }: { id: string }) =>
              id === 'm' ? { __typename: 'Man', name: 'An', age: 3 } : { __typename: 'Firm', name: 'Cty', tax: 'X' },
          },
          Owner: { __resolveType: (one: { __typename: string }) => one.__typename },
        },
      },
      b: {
        sdl: `type T @key(fields: "id") { id: ID! owner: Owner @external line: String @requires(fields: "owner { name ... on Man { age } ... on Firm { tax } }") }
          interface Owner { name: String } type Man implements Owner @external { name: String age: Int } type Firm implements Owner @external { name: String tax: String }`,
        resolvers: {
          T: {
            __resolveReference: (one: object) => one,
            line: ({ owner }: { owner: { name: string; age?: number; tax?: string; __typename: string } }) =>
              `${owner.__typename} ${owner.name} ${owner.age ?? owner.tax}`,
          },
          Owner: { __resolveType: (one: { __typename: string }) => one.__typename },
        },
      },
    })
    expect(await ask('{ t { line } }')).toEqual({ data: { t: [{ line: 'Man An 3' }, { line: 'Firm Cty X' }] } })
  })

  it('requires of an object that hangs on one of its own kind', async () => {
    const named = ({ id }: { id: string }) => ({ id, name: `n${id}` })
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { users: [User] } type User @key(fields: "id") { id: ID! name: String }',
        resolvers: { Query: { users: () => [named({ id: '1' })] }, User: { __resolveReference: named } },
      },
      b: {
        sdl: 'type User @key(fields: "id") { id: ID! name: String @external friend: User greeting: String @requires(fields: "name") }',
        resolvers: {
          User: {
            friend: ({ id }: { id: string }) => ({ id: String(Number(id) + 1) }),
            greeting: ({ name }: { name: string }) => `hi ${name}`,
          },
        },
      },
    })
    expect(await ask('{ users { greeting friend { greeting friend { name } } } }')).toEqual({
      data: { users: [{ greeting: 'hi n1', friend: { greeting: 'hi n2', friend: { name: 'n3' } } }] },
    })
  })

  it('two requirements of one field with other arguments stay apart', async () => {
    const { ask } = openSmall(goods)
    expect(await ask('{ goods { tax weight(unit: "kg") w: weight(unit: "g") } }')).toEqual({
      data: {
        goods: [
          { tax: '200', weight: 2, w: 2000 },
          { tax: '0', weight: null, w: null },
        ],
      },
    })
  })
})

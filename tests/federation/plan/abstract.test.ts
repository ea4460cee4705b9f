// Interfaces and unions whose objects several subgraphs know.
import { describe, expect, it } from 'vitest'
import { faultsOf, openSmall } from '../open.ts'
import { underLoad } from '../../kit/under-load.ts'

const byName = { __resolveType: (one: { __typename: string }) => one.__typename }

describe('interfaces and unions over subgraphs', () => {
  const shared = {
    a: {
      sdl: `type Query { pets: [Pet] any: [Any!] named: Named }
        interface Named { name: String } interface Pet implements Named { id: ID! name: String }
        type Dog implements Pet & Named @key(fields: "id") { id: ID! name: String bark: Int }
        type Cat implements Pet & Named @key(fields: "id") { id: ID! name: String }
        union Any = Dog | Cat`,
      resolvers: {
        Query: {
          pets: () => [
            { __typename: 'Dog', id: 'd1', name: 'Vàng', bark: 1 },
            { __typename: 'Cat', id: 'c1', name: 'Mun' },
            null,
          ],
          any: () => [{ __typename: 'Cat', id: 'c2', name: 'Tam' }],
          named: () => ({ __typename: 'Cat', id: 'c3', name: 'Ba' }),
        },
        Pet: byName,
        Named: byName,
        Any: byName,
      },
    },
    b: {
      sdl: `type Dog @key(fields: "id") { id: ID! legs: Int friend: Animal } type Cat @key(fields: "id") { id: ID! legs: Float lives: Int! }
        union Animal = Dog | Cat`,
      resolvers: {
        Dog: {
          __resolveReference: (one: object) => one,
          legs: () => 4,
          friend: () => ({ __typename: 'Cat', id: 'c1' }),
        },
        Cat: {
          __resolveReference: ({ id }: { id: string }) => (id === 'c2' ? null : { id }),
          legs: () => 3.5,
          lives: () => 9,
        },
        Animal: byName,
      },
    },
  }

  it('goes on to other subgraphs by the type that each object has', async () => {
    const { ask } = openSmall(shared)
    expect(
      await ask(
        '{ pets { name ... on Dog { d: legs friend { ... on Cat { name lives } } } ...C } } fragment C on Cat { c: legs ... on Pet { n: name } }',
      ),
    ).toEqual({
      data: {
        pets: [{ name: 'Vàng', d: 4, friend: { name: null, lives: 9 } }, { name: 'Mun', c: 3.5, n: 'Mun' }, null],
      },
    })
  })

  it('lets one response name mean two fields on types that exclude each other', async () => {
    const { ask } = openSmall(shared)
    expect(await ask('{ pets { ... on Dog { n: bark } ... on Cat { n: lives } } }').catch(String)).toContain('conflict')
    expect(
      await ask('{ pets { ... on Dog { x: name } ... on Cat { x: id } } any { __typename ... on Cat { id } } }').catch(
        String,
      ),
    ).toContain('conflict')
    expect(
      await ask('{ pets { ... on Named { x: name } t: __typename } named { __typename ... on Dog { bark } } }'),
    ).toEqual({
      data: { pets: [{ x: 'Vàng', t: 'Dog' }, { x: 'Mun', t: 'Cat' }, null], named: { __typename: 'Cat' } },
    })
  })

  it('spreads the null of a missing entity within a union’s list', async () => {
    const { ask } = openSmall(shared)
    const result = await ask('{ any { ... on Cat { id lives } } }')
    expect(result.data).toEqual({ any: null })
    expect(result.errors?.map(({ path }) => path)).toEqual([['any', 0, 'lives']])
    expect(faultsOf(result)).toHaveLength(1)
  })

  it('reads the same arguments on each type, and variables within fragments', async () => {
    const { ask } = openSmall({
      a: {
        sdl: `type Query { list: [Item] } interface Item { text(n: Int!): String }
          type One implements Item @key(fields: "id") { id: ID! text(n: Int!): String } type Two implements Item { text(n: Int!): String }`,
        resolvers: {
          Query: { list: () => [{ __typename: 'One', id: '1' }, { __typename: 'Two' }] },
          Item: byName,
          One: { text: (_: unknown, { n }: { n: number }) => `one ${n}` },
          Two: { text: (_: unknown, { n }: { n: number }) => `two ${n}` },
        },
      },
      b: {
        sdl: 'type One @key(fields: "id") { id: ID! more(t: [String!]): String }',
        resolvers: {
          One: { __resolveReference: (one: object) => one, more: (_: unknown, { t }: { t: string[] }) => t.join() },
        },
      },
    })
    const query =
      'query Q($n: Int!, $t: String! = "x") { list { ... on One { a: text(n: $n) more(t: ["y", $t]) } ... on Two { a: text(n: 2) } } }'
    expect(await ask(query, { variables: { n: 1 } })).toEqual({
      data: { list: [{ a: 'one 1', more: 'y,x' }, { a: 'two 2' }] },
    })
  })

  it('gives null, not an error, for a union member that one of two subgraphs does not have', async () => {
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { media: Media @shareable } union Media = Book type Book { title: String @shareable }',
        resolvers: { Query: { media: () => ({ title: 't' }) }, Media: { __resolveType: () => 'Book' } },
      },
      b: {
        sdl: 'type Query { media: Media @shareable other: Media } union Media = Book | Film type Book { title: String @shareable } type Film { title: String }',
        resolvers: {
          Query: { media: () => ({ title: 't' }), other: () => ({ title: 'f' }) },
          Media: { __resolveType: ({ title }: { title: string }) => (title === 'f' ? 'Film' : 'Book') },
        },
      },
    })
    expect(
      await ask('{ media { ... on Book { title } } other { ... on Film { title } ... on Book { title } } }'),
    ).toEqual({
      data: { media: { title: 't' }, other: { title: 'f' } },
    })
  })

  const kinds = Array.from({ length: 12 }, (_, index) => `Kind${index}`)
  const nested = (depth: number, inner: string): string =>
    depth === 0 ? inner : `next { ${nested(depth - 1, inner)} }`
  const many = {
    a: {
      sdl: `type Query { start: Node } interface Node { id: ID! next: Node }
        ${kinds.map((kind) => `type ${kind} implements Node @key(fields: "id") { id: ID! next: Node }`).join('\n')}`,
      resolvers: {
        Query: { start: () => ({ __typename: 'Kind0', id: '1', next: { __typename: 'Kind3', id: '2' } }) },
        Node: byName,
      },
    },
    b: { sdl: kinds.map((kind) => `type ${kind} @key(fields: "id") { id: ID! size: Int }`).join('\n') },
  }

  it('asks an interface as it is written where one subgraph has all of it, however many types it has', async () => {
    const { ask, asked } = openSmall(many)
    expect(await ask(`{ start { id ${nested(12, 'id')} } }`)).toMatchObject({
      data: { start: { id: '1', next: { next: null } } },
    })
    expect(asked[0]?.request.query).not.toContain('... on')
  })

  it('refuses what would lead to too many kinds of objects, at once', async () => {
    const { ask } = openSmall(many)
    const query = `{ start { ${nested(12, kinds.map((kind) => `... on ${kind} { size }`).join(' '))} } }`
    const before = performance.now()
    await expect(ask(query)).rejects.toMatchObject({ extensions: { code: 'OPERATION_TOO_COMPLEX' } })
    expect(performance.now() - before).toBeLessThan(underLoad(5_000))
  })
})

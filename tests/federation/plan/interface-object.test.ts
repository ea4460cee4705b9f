// Subgraphs that have an interface as one object type.
import { describe, expect, it } from 'vitest'
import { compose, faultsOf, openSmall } from '../open.ts'
import type { SmallSubgraph } from '../open.ts'

const typed = { __resolveType: (one: { id: string }) => (one.id.startsWith('v') ? 'Video' : 'Article') }
const found = (one: { id: string }): object => ({ ...one, title: `tên ${one.id}`, length: 9, words: 900 })

const media: Readonly<Record<string, SmallSubgraph>> = {
  media: {
    sdl: `type Query { media: [Media!] }
      interface Media @key(fields: "id") { id: ID! title: String }
      type Video implements Media @key(fields: "id") { id: ID! title: String length: Int }
      type Article implements Media @key(fields: "id") { id: ID! title: String words: Int }`,
    resolvers: {
      Query: { media: () => [found({ id: 'v1' }), found({ id: 'a1' })] },
      Media: { ...typed, __resolveReference: (one: { id: string }) => found(one) },
      Video: { __resolveReference: found },
      Article: { __resolveReference: found },
    },
  },
  votes: {
    sdl: `type Query { best: Media lists: [List!]! }
      type List { items: [Media] }
      type Media @key(fields: "id") @interfaceObject { id: ID! votes: Int! title: String @external loud: String @requires(fields: "title") }`,
    resolvers: {
      Query: { best: () => ({ id: 'v7' }), lists: () => [{ items: [{ id: 'a3' }, null, { id: 'v3' }] }] },
      Media: {
        __resolveReference: (one: object) => one,
        votes: ({ id }: { id: string }) => Number(id.slice(1)) * 10,
        loud: ({ title }: { title: string }) => title.toUpperCase(),
      },
    },
  },
  writers: {
    sdl: 'type Video @key(fields: "id") { id: ID! writer: String }',
    resolvers: { Video: { __resolveReference: (one: object) => one, writer: ({ id }: { id: string }) => `w ${id}` } },
  },
}

/** The composer leaves out that an interface object's field is external; the reference writes it. */
const supergraph = compose(media).replace(
  /(interface Media [^{]*\{\s+id: ID!\s+title: String)/,
  '$1 @join__field(graph: MEDIA) @join__field(graph: VOTES, external: true)',
)

describe('@interfaceObject', () => {
  it('adds fields to every implementer, also where the implementers are asked by name', async () => {
    const { ask } = openSmall(media, { supergraph })
    expect(
      await ask(
        '{ media { __typename id votes loud ... on Video { length v: votes writer } ... on Article { words } } }',
      ),
    ).toEqual({
      data: {
        media: [
          { __typename: 'Video', id: 'v1', votes: 10, loud: 'TÊN V1', length: 9, v: 10, writer: 'w v1' },
          { __typename: 'Article', id: 'a1', votes: 10, loud: 'TÊN A1', words: 900 },
        ],
      },
    })
  })

  it('finds the real type of an object that it knows only as the interface', async () => {
    const { ask } = openSmall(media, { supergraph })
    expect(await ask('{ best { __typename id t: title ... on Video { writer } } }')).toEqual({
      data: { best: { __typename: 'Video', id: 'v7', t: 'tên v7', writer: 'w v7' } },
    })
    expect(await ask('{ lists { items { votes ... on Article { words } ... on Video { length } } } }')).toEqual({
      data: { lists: [{ items: [{ votes: 30, words: 900 }, null, { votes: 30, length: 9 }] }] },
    })
  })

  it('asks for no real type where nothing hangs on it', async () => {
    const { ask, asked } = openSmall(media, { supergraph })
    expect(await ask('{ best { id n: votes } }')).toEqual({ data: { best: { id: 'v7', n: 70 } } })
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['votes'])
  })

  it('answers the fields of an interface that has no implementer at all', async () => {
    const { ask } = openSmall({
      a: {
        sdl: `type Query { node: Node } interface Node @key(fields: "id") { id: ID! } type Unused { a: Int }`,
        resolvers: { Query: { node: () => null } },
      },
      b: {
        sdl: 'type Query { b: Node! list: [Node!] } type Node @key(fields: "id") @interfaceObject { id: ID! field: String }',
        resolvers: {
          Query: { b: () => ({ id: 'n1' }), list: () => [{ id: 'n2' }] },
          Node: { field: ({ id }: { id: string }) => `f ${id}` },
        },
      },
    })
    expect(await ask('{ b { id field x: field } list { ... on Node { id } } }')).toEqual({
      data: { b: { id: 'n1', field: 'f n1', x: 'f n1' }, list: [{ id: 'n2' }] },
    })
  })

  it('says that there is no type when none of the real ones can be found', async () => {
    const { ask } = openSmall(
      {
        ...media,
        media: {
          ...media['media']!,
          resolvers: { ...media['media']!.resolvers, Media: { ...typed, __resolveReference: () => null } },
        },
      },
      { supergraph },
    )
    const result = await ask('{ best { id title } }')
    expect(result.data).toEqual({ best: { id: 'v7', title: null } })
    expect(faultsOf(result)).toEqual([])
  })
})

// Types, fields and keys of which a subgraph knows a part.
import { describe, expect, it } from 'vitest'
import { compose, faultsOf, openSmall } from '../open.ts'

const byName = { __resolveType: (one: { __typename: string }) => one.__typename }

/** Two agencies that both keep a file's papers, each with a kind of paper that the other has not. */
const papers = (own: string, root: string) => ({
  sdl: `type Query { ${root}: File } type File @key(fields: "no") { no: ID! folder: Folder @shareable ${root}Folder: Folder }
    type Folder @shareable { papers: [Paper!]! } union Paper = Letter | ${own}
    type Letter @shareable { title: String } type ${own} { ${own.toLowerCase()}: String }`,
  resolvers: {
    Query: { [root]: () => ({ no: '1' }) },
    File: {
      __resolveReference: (file: object) => file,
      folder: () => ({
        papers: [
          { __typename: 'Letter', title: 'Công văn' },
          { __typename: own, [own.toLowerCase()]: 'x' },
        ],
      }),
      [`${root}Folder`]: () => ({ papers: [{ __typename: own, [own.toLowerCase()]: 'y' }] }),
    },
    Paper: byName,
  },
})

describe('a union of which each subgraph knows a part', () => {
  it('gives the fields of a type that one subgraph alone has', async () => {
    const { ask } = openSmall({ land: papers('Map', 'land'), tax: papers('Bill', 'tax') })
    const inside = 'papers { __typename ... on Letter { title } ... on Map { map } ... on Bill { bill } }'
    const letter = { __typename: 'Letter', title: 'Công văn' }
    expect(await ask(`{ land { folder { ${inside} } } }`)).toEqual({
      data: { land: { folder: { papers: [letter, { __typename: 'Map', map: 'x' }] } } },
    })
    expect(await ask(`{ tax { folder { ${inside} } landFolder { ${inside} } } }`)).toEqual({
      data: {
        tax: {
          folder: { papers: [letter, { __typename: 'Bill', bill: 'x' }] },
          landFolder: { papers: [{ __typename: 'Map', map: 'y' }] },
        },
      },
    })
  })

  it('is asked in the words of the subgraph that has one of its types only', async () => {
    const found = { __typename: 'Decree', title: 'Nghị định' }
    const subgraphs = {
      a: {
        sdl: `type Query { latest: Decree @shareable } type Decree @shareable { title: String }`,
        resolvers: { Query: { latest: () => found } },
      },
      b: {
        sdl: `type Query { other: Text latest: Decree @shareable } union Text = Decree | Circular
          type Decree @shareable { title: String } type Circular { title: String }`,
        resolvers: { Query: { latest: () => found, other: () => found }, Text: byName },
      },
    }
    // As the reference composer writes it: the field has the wider of its types.
    const supergraph = compose(subgraphs).replace(
      /latest: Decree.*/,
      'latest: Text @join__field(graph: A, type: "Decree")',
    )
    const { ask, asked } = openSmall(subgraphs, { supergraph })
    const data = { latest: found }
    const query = '{ latest { __typename ... on Decree { title } ... on Circular { title } } }'
    expect(await ask(query)).toEqual({ data })
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a'])
  })
})

describe('a field of an interface', () => {
  const owners = {
    a: {
      sdl: `type Query { party(id: ID!): Party @shareable } interface Party { id: ID! }
        type Person implements Party @key(fields: "id") { id: ID! name: String }
        type Firm implements Party @key(fields: "id") { id: ID! @external seat: String }`,
      resolvers: {
        Query: {
          party: (_: unknown, { id }: { id: string }) => ({
            __typename: id === '1' ? 'Person' : 'Firm',
            id,
            name: 'Lan',
          }),
        },
        Party: byName,
      },
    },
    b: {
      sdl: `type Query { party(id: ID!): Party @shareable } interface Party { id: ID! }
        type Person implements Party @key(fields: "id") { id: ID! @external age: Int }
        type Firm implements Party @key(fields: "id") { id: ID! tax: String }`,
      resolvers: {
        Query: {
          party: (_: unknown, { id }: { id: string }) => ({
            __typename: id === '1' ? 'Person' : 'Firm',
            id,
            tax: '03',
          }),
        },
        Party: byName,
      },
    },
  }

  it('is refused where no subgraph gives it for every type, and given by type', async () => {
    const { ask } = openSmall(owners)
    await expect(ask('{ party(id: "1") { id } }')).rejects.toThrow()
    expect(
      await ask('{ one: party(id: "1") { ... on Person { id name } } two: party(id: "2") { ... on Firm { id tax } } }'),
    ).toEqual({ data: { one: { id: '1', name: 'Lan' }, two: { id: '2', tax: '03' } } })
  })
})

describe('a key of which a part is null', () => {
  const units = (type: string) => ({
    a: {
      sdl: `type Query { units: [Unit!]! } type Unit @key(fields: "code until") { code: ID until: String }`,
      resolvers: {
        Query: {
          units: () => [
            { code: '19', until: null },
            { code: '24', until: '2025' },
            { code: null, until: null },
          ],
        },
      },
    },
    b: {
      sdl: `type Unit @key(fields: "code until") { code: ID until: ${type} people: Int }`,
      resolvers: {
        Unit: { __resolveReference: (key: object) => key, people: ({ code }: { code: string }) => Number(code) },
      },
    },
  })

  it('still finds its object, where the part may be null and another is there', async () => {
    const { ask, asked } = openSmall(units('String'))
    const answer = await ask('{ units { people } }')
    expect(answer).toEqual({ data: { units: [{ people: 19 }, { people: 24 }, { people: null }] } })
    expect(faultsOf(answer)).toEqual([])
    const [, second] = asked
    expect(Object.values(second?.request.variables ?? {}).flat()).toMatchObject([
      { code: '19', until: null },
      { code: '24', until: '2025' },
    ])
  })
})

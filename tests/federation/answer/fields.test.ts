import { describe, expect, it } from 'vitest'
import { openSmall } from '../open.ts'

const ok = (more: object = {}): object => ({ __resolveReference: (one: object) => one, ...more })

describe('@provides and @external', () => {
  it('takes a provided field from where it is provided, and only on that path', async () => {
    const { ask, asked } = openSmall({
      a: {
        sdl: `type Query { top: T @provides(fields: "name note { text }") plain: T } type T @key(fields: "id") { id: ID! name: String @external note: Note @external }
          type Note @shareable { text: String }`,
        resolvers: {
          Query: { top: () => ({ id: '1', name: 'of a', note: { text: 'na' } }), plain: () => ({ id: '2' }) },
          T: ok(),
        },
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID! name: String @shareable note: Note @shareable } type Note @shareable { text: String }',
        resolvers: { T: ok({ name: () => 'of b', note: () => ({ text: 'nb' }) }) },
      },
    })
    expect(await ask('{ top { name n: note { text } } }')).toEqual({
      data: { top: { name: 'of a', n: { text: 'na' } } },
    })
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a'])
    expect(await ask('{ plain { name } }')).toEqual({ data: { plain: { name: 'of b' } } })
  })
})

describe('@override', () => {
  const subgraphs = (label?: string) => ({
    old: {
      sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! x: String y: String }',
      resolvers: { Query: { t: () => ({ id: '1' }) }, T: ok({ x: () => 'old', y: () => 'old' }) },
    },
    new: {
      sdl: `type T @key(fields: "id") { id: ID! x: String @override(from: "old"${label === undefined ? '' : `, label: "${label}"`}) }`,
      resolvers: { T: ok({ x: () => 'new' }) },
    },
  })

  it('takes the field from the subgraph that took it over', async () => {
    expect(await openSmall(subgraphs()).ask('{ t { x y } }')).toEqual({ data: { t: { x: 'new', y: 'old' } } })
  })

  it('follows a label from one operation to the next, although the document is the same', async () => {
    let on: ReadonlySet<string> = new Set()
    const { ask } = openSmall(subgraphs('moved'), { labels: () => on })
    expect(await ask('{ t { x } }')).toEqual({ data: { t: { x: 'old' } } })
    on = new Set(['moved'])
    expect(await ask('{ t { x } }')).toEqual({ data: { t: { x: 'new' } } })
    on = new Set(['other'])
    expect(await ask('{ t { x } }')).toEqual({ data: { t: { x: 'old' } } })
  })

  it('draws for each operation whether it is below a percentage', async () => {
    let drawn = 10
    const { ask } = openSmall(subgraphs('percent(30)'), { percentage: () => drawn })
    expect(await ask('{ t { x } }')).toEqual({ data: { t: { x: 'new' } } })
    drawn = 31
    expect(await ask('{ t { x } }')).toEqual({ data: { t: { x: 'old' } } })
  })
})

describe('@shareable', () => {
  it('joins one object, and lists item by item, from two subgraphs that both have the root field', async () => {
    const { ask, asked } = openSmall({
      a: {
        sdl: 'type Query @shareable { box: Box boxes: [Box!]! } type Box { id: ID! @shareable a: Inner @shareable left: Int } type Inner @shareable { n: Int }',
        resolvers: {
          Query: {
            box: () => ({ id: '1', a: { n: 1 }, left: 5 }),
            boxes: () => [
              { id: '1', left: 1 },
              { id: '2', left: 2 },
            ],
          },
        },
      },
      b: {
        sdl: 'type Query @shareable { box: Box boxes: [Box!]! } type Box { id: ID! @shareable a: Inner @shareable right: Int } type Inner @shareable { n: Int }',
        resolvers: {
          Query: {
            box: () => ({ id: '1', a: { n: 1 }, right: 6 }),
            boxes: () => [
              { id: '1', right: 3 },
              { id: '2', right: 4 },
            ],
          },
        },
      },
    })
    expect(await ask('{ box { id a { n } left right } boxes { left right } }')).toEqual({
      data: {
        box: { id: '1', a: { n: 1 }, left: 5, right: 6 },
        boxes: [
          { left: 1, right: 3 },
          { left: 2, right: 4 },
        ],
      },
    })
    asked.length = 0
    await ask('{ box { id a { n } } }')
    expect(asked).toHaveLength(1)
  })
})

describe('@inaccessible', () => {
  const subgraphs = {
    a: {
      sdl: `type Query { t: T list: [T!] node: Node hidden: Secret @inaccessible }
        interface Node { id: ID! } enum Kind { OPEN CLOSED @inaccessible }
        type T implements Node @key(fields: "key") { id: ID! key: ID! @inaccessible kind: Kind kinds: [Kind] }
        type Secret implements Node @inaccessible { id: ID! }`,
      resolvers: {
        Query: {
          t: () => ({ id: '1', key: 'k', kind: 'CLOSED', kinds: ['OPEN', 'CLOSED'] }),
          node: () => ({ __typename: 'Secret', id: 's' }),
        },
        Node: { __resolveType: (one: { __typename: string }) => one.__typename },
      },
    },
    b: {
      sdl: 'type T @key(fields: "key") { key: ID! @inaccessible size(of: Int, by: Int @inaccessible): Int }',
      resolvers: { T: ok({ size: () => 4 }) },
    },
  }

  it('joins by a hidden key that nobody can ask for', async () => {
    const { ask, generation } = openSmall(subgraphs)
    expect(await ask('{ t { id size } }')).toEqual({ data: { t: { id: '1', size: 4 } } })
    await expect(ask('{ t { key } }')).rejects.toThrow('Cannot query field "key"')
    await expect(ask('{ t { size(by: 1) } }')).rejects.toThrow('Unknown argument "by"')
    await expect(ask('{ node { ... on Secret { id } } }')).rejects.toThrow('Unknown type "Secret"')
    expect(Object.keys(generation.schema.getTypeMap()).filter((name) => /join|link|Secret/.test(name))).toEqual([])
    expect(generation.schema.getDirectives().map(({ name }) => name)).not.toContain('inaccessible')
  })

  it('shows hidden values and objects of hidden types as null', async () => {
    const { ask } = openSmall(subgraphs)
    expect(await ask('{ t { kind kinds } node { id __typename } }')).toEqual({
      data: { t: { kind: null, kinds: ['OPEN', null] }, node: null },
    })
  })
})

describe('subgraphs of Federation 1', () => {
  it('joins extensions with external keys', async () => {
    const { ask } = openSmall({
      a: {
        federation: 1,
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! name: String }',
        resolvers: { Query: { t: () => ({ id: '1' }) }, T: ok({ name: ({ id }: { id: string }) => `n ${id}` }) },
      },
      b: {
        federation: 1,
        sdl: 'extend type Query { mine: [T] } extend type T @key(fields: "id") { id: ID! @external name: String @external size: Int loud: String @requires(fields: "name") }',
        resolvers: {
          Query: { mine: () => [{ id: '7' }] },
          T: ok({ size: () => 3, loud: ({ name }: { name: string }) => name.toUpperCase() }),
        },
      },
    })
    expect(await ask('{ t { loud size } mine { id name } }')).toEqual({
      data: { t: { loud: 'N 1', size: 3 }, mine: [{ id: '7', name: 'n 7' }] },
    })
  })
})

describe('mutations', () => {
  it('run one after the other in the order of the document, whatever subgraph they belong to', async () => {
    const log: string[] = []
    const did =
      (name: string) =>
      async (_: unknown, { n }: { n: number }) => {
        await new Promise((resolve) => setTimeout(resolve, 10 - n))
        log.push(`${name}${n}`)
        return { id: String(n) }
      }
    const { ask, asked } = openSmall({
      a: {
        sdl: 'type Query { a: Int } type Mutation { a(n: Int!): T } type T @key(fields: "id") { id: ID! }',
        resolvers: { Mutation: { a: did('a') }, T: ok() },
      },
      b: {
        sdl: 'type Mutation { b(n: Int!): T } type T @key(fields: "id") { id: ID! more: String }',
        resolvers: {
          Mutation: { b: did('b') },
          T: ok({
            more: ({ id }: { id: string }) => {
              log.push(`m${id}`)
              return `m ${id}`
            },
          }),
        },
      },
    })
    expect(
      await ask('mutation { x: a(n: 1) { id more } b(n: 2) { id } y: a(n: 3) { id } z: b(n: 4) { more } }'),
    ).toEqual({
      data: { x: { id: '1', more: 'm 1' }, b: { id: '2' }, y: { id: '3' }, z: { more: 'm 4' } },
    })
    expect(log.filter((one) => !one.startsWith('m'))).toEqual(['a1', 'b2', 'a3', 'b4'])
    expect(asked.map(({ request }) => request.kind)).toContain('mutation')
    expect(
      asked
        .filter(({ request }) => request.query.includes('_entities'))
        .every(({ request }) => request.kind === 'query'),
    ).toBe(true)
  })
})

// How objects are joined by their keys, and values that have none.
import { describe, expect, it } from 'vitest'
import { faultsOf, openSmall } from '../open.ts'

const books = [
  { isbn: 'i1', shelf: { room: 'R1', row: 1 }, code: 'c1' },
  { isbn: 'i2', shelf: { room: 'R1', row: 2 }, code: null },
]

describe('@key', () => {
  it('joins by whichever of several keys the next subgraph knows', async () => {
    const { ask, asked } = openSmall({
      list: {
        sdl: 'type Query { books: [Book] } type Book @key(fields: "isbn") { isbn: ID! }',
        resolvers: { Query: { books: () => books } },
      },
      both: {
        sdl: 'type Book @key(fields: "isbn") @key(fields: "code") { isbn: ID! code: ID }',
        resolvers: {
          Book: { __resolveReference: ({ isbn }: { isbn: string }) => books.find((one) => one.isbn === isbn) },
        },
      },
      prices: {
        sdl: 'type Book @key(fields: "code") { code: ID price: Int }',
        resolvers: { Book: { price: ({ code }: { code: string }) => (code === 'c1' ? 7 : 0) } },
      },
    })
    const result = await ask('{ books { price isbn } }')
    expect(result).toEqual({
      data: {
        books: [
          { price: 7, isbn: 'i1' },
          { price: null, isbn: 'i2' },
        ],
      },
    })
    const last = asked.at(-1)
    expect(last?.request.variables['representations'], 'a null key finds nothing').toEqual([
      { __typename: 'Book', code: 'c1' },
    ])
  })

  it('joins by a compound and nested key, and gives one representation for many equal objects', async () => {
    const { ask, asked } = openSmall({
      a: {
        sdl: `type Query { books: [[Book!]!]! } type Book @key(fields: "shelf { room row } isbn") { isbn: ID! shelf: Shelf! }
          type Shelf @shareable { room: String! row: Int! }`,
        resolvers: { Query: { books: () => [[books[0], books[1]], [], [books[0]]] } },
      },
      b: {
        sdl: `type Book @key(fields: "shelf { room row } isbn") { isbn: ID! shelf: Shelf! place: String! }
          type Shelf @shareable { room: String! row: Int! }`,
        resolvers: {
          Book: {
            __resolveReference: (one: object) => one,
            place: ({ isbn, shelf }: (typeof books)[0]) => `${isbn} ${shelf.room}/${shelf.row}`,
          },
        },
      },
    })
    const result = await ask('{ books { p: place } }')
    expect(result.data).toEqual({ books: [[{ p: 'i1 R1/1' }, { p: 'i2 R1/2' }], [], [{ p: 'i1 R1/1' }]] })
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b'])
    expect(asked[1]?.request.variables['representations']).toHaveLength(2)
  })

  it('says where an object is missing: null where it may be, spreading where it may not', async () => {
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { some: [Thing] all: [Thing!] } type Thing @key(fields: "id") { id: ID! }',
        resolvers: { Query: { some: () => [{ id: '1' }, { id: '2' }], all: () => [{ id: '1' }, { id: '2' }] } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! size: Int! note: String }',
        resolvers: {
          Thing: {
            __resolveReference: ({ id }: { id: string }) => (id === '1' ? { id, size: 3, note: 'n' } : null),
          },
        },
      },
    })
    expect(await ask('{ some { id note } }')).toEqual({
      data: {
        some: [
          { id: '1', note: 'n' },
          { id: '2', note: null },
        ],
      },
    })
    const some = await ask('{ some { id size } }')
    expect(some.data).toEqual({ some: [{ id: '1', size: 3 }, null] })
    expect(some.errors?.map(({ path }) => path)).toEqual([['some', 1, 'size']])
    const all = await ask('{ all { size } }')
    expect(all.data).toEqual({ all: null })
    expect(all.errors?.map(({ path }) => path)).toEqual([['all', 1, 'size']])
  })

  it('does not ask a subgraph by a key that it declares unresolvable', async () => {
    const { ask, asked } = openSmall({
      a: {
        sdl: 'type Query { orders: [Order] } type Order { who: Who } type Who @key(fields: "id", resolvable: false) { id: ID! }',
        resolvers: { Query: { orders: () => [{ who: { id: '5' } }] } },
      },
      b: {
        sdl: 'type Query { who: Who } type Who @key(fields: "id") { id: ID! name: String }',
        resolvers: {
          Query: { who: () => ({ id: '9' }) },
          Who: { __resolveReference: (one: object) => one, name: ({ id }: { id: string }) => `tên ${id}` },
        },
      },
    })
    expect(await ask('{ orders { who { name } } who { id name } }')).toEqual({
      data: { orders: [{ who: { name: 'tên 5' } }], who: { id: '9', name: 'tên 9' } },
    })
    expect(asked.filter(({ request }) => request.query.includes('_entities')).map(({ subgraph }) => subgraph)).toEqual([
      'b',
    ])
  })

  it('keeps a client’s alias apart from a key of the same name', async () => {
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { things: [Thing] } type Thing @key(fields: "id") { id: ID! label(n: Int): String }',
        resolvers: {
          Query: { things: () => [{ id: '1' }] },
          Thing: { label: ({ id }: { id: string }, { n }: { n: number }) => `${id}-${n}` },
        },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! size: Int }',
        resolvers: { Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, size: Number(id) * 10 }) } },
      },
    })
    const result = await ask('{ things { id: label(n: 4) size: label(n: 5) label: size __typename } }')
    expect(result).toEqual({ data: { things: [{ id: '1-4', size: '1-5', label: 10, __typename: 'Thing' }] } })
  })

  it('gives an error of an entity the path that the client knows, for each place where it stands', async () => {
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { l: [[Thing]] one: Thing } type Thing @key(fields: "id") { id: ID! }',
        resolvers: { Query: { l: () => [[{ id: '1' }, { id: '2' }], [{ id: '2' }]], one: () => ({ id: '2' }) } },
      },
      b: {
        sdl: 'type Thing @key(fields: "id") { id: ID! inner: [Inner!] } type Inner { n: Int! m: Int }',
        resolvers: {
          Thing: { __resolveReference: (one: object) => one, inner: ({ id }: { id: string }) => [{ id: '1' }, { id }] },
          Inner: {
            m: ({ id }: { id: string }) => {
              if (id === '2') throw new Error('the secret of id 2')
              return 1
            },
            n: () => 1,
          },
        },
      },
    })
    const result = await ask('{ l { i: inner { n x: m } } one { inner { m } } }')
    expect(result.data).toEqual({
      l: [
        [
          {
            i: [
              { n: 1, x: 1 },
              { n: 1, x: 1 },
            ],
          },
          {
            i: [
              { n: 1, x: 1 },
              { n: 1, x: null },
            ],
          },
        ],
        [
          {
            i: [
              { n: 1, x: 1 },
              { n: 1, x: null },
            ],
          },
        ],
      ],
      one: { inner: [{ m: 1 }, { m: null }] },
    })
    expect(faultsOf(result)).toEqual(['INTERNAL l.0.1.i.1.x', 'INTERNAL l.1.0.i.1.x', 'INTERNAL one.inner.1.m'])
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  const lots = {
    a: {
      sdl: 'type Query { lots: [Lot] } type Lot @key(fields: "id") { id: ID! sheet: Sheet @shareable } type Sheet @key(fields: "no") { no: ID! }',
      resolvers: { Query: { lots: () => [{ id: '1', sheet: { no: 's1' } }] } },
    },
    b: {
      sdl: 'type Lot @key(fields: "id") { id: ID! code: String @shareable }',
      resolvers: { Lot: { __resolveReference: (one: object) => one, code: ({ id }: { id: string }) => `c${id}` } },
    },
  }
  const sheets = {
    sdl: 'type Sheet @key(fields: "no") { no: ID! scale: Int! @shareable }',
    resolvers: { Sheet: { __resolveReference: (one: object) => one, scale: () => 500 } },
  }

  it('joins by a key whose parts two subgraphs give', async () => {
    const { ask, asked } = openSmall({
      ...lots,
      c: {
        sdl: 'type Lot @key(fields: "code sheet { no }") { code: String @shareable sheet: Sheet @shareable tax: Int } type Sheet @key(fields: "no") { no: ID! }',
        resolvers: { Lot: { __resolveReference: (one: object) => one, tax: () => 7 } },
      },
    })
    expect(await ask('{ lots { tax } }')).toEqual({ data: { lots: [{ tax: 7 }] } })
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a', 'b', 'c'])
    expect(asked[2]?.request.variables['representations']).toEqual([
      { __typename: 'Lot', code: 'c1', sheet: { no: 's1' } },
    ])
  })

  it('joins by a key of which a part is an object that another subgraph has to complete', async () => {
    const { ask, asked } = openSmall({
      ...lots,
      s: sheets,
      c: {
        sdl: 'type Lot @key(fields: "id sheet { scale }") { id: ID! sheet: Sheet @shareable tax: Int } type Sheet { scale: Int! @shareable }',
        resolvers: {
          Lot: {
            __resolveReference: (one: object) => one,
            tax: ({ sheet }: { sheet: { scale: number } }) => sheet.scale * 2,
          },
        },
      },
    })
    expect(await ask('{ lots { tax } }')).toEqual({ data: { lots: [{ tax: 1000 }] } })
    expect(asked.at(-1)?.request.variables['representations']).toEqual([
      { __typename: 'Lot', id: '1', sheet: { __typename: 'Sheet', scale: 500 } },
    ])
  })

  it('asks again what leads to a value, where another subgraph knows the value’s key', async () => {
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { lot: Lot } type Lot @key(fields: "id") { id: ID! }',
        resolvers: { Query: { lot: () => ({ id: '1' }) } },
      },
      b: {
        sdl: 'type Lot @key(fields: "id") { id: ID! use: Use @shareable } type Use { note: String }',
        resolvers: { Lot: { __resolveReference: (one: object) => one, use: () => ({ note: 'n' }) } },
      },
      c: {
        sdl: 'type Lot @key(fields: "id") { id: ID! use: Use @shareable } type Use { code: ID @shareable }',
        resolvers: { Lot: { __resolveReference: (one: object) => one, use: () => ({ code: 'u3' }) } },
      },
      d: {
        sdl: 'type Use @key(fields: "code") { code: ID title: String }',
        resolvers: {
          Use: { __resolveReference: (one: object) => one, title: ({ code }: { code: string }) => `tên ${code}` },
        },
      },
    })
    expect(await ask('{ lot { use { note title code } } }')).toEqual({
      data: { lot: { use: { note: 'n', title: 'tên u3', code: 'u3' } } },
    })
  })

  it('asks again what leads to a value within a value', async () => {
    const part = (name: string) => ({
      sdl: `type Lot @key(fields: "id") { id: ID! use: Use } type Use { rule: Rule } type Rule { ${name}: Int }`
        .replace('use: Use', 'use: Use @shareable')
        .replace('rule: Rule', 'rule: Rule @shareable'),
      resolvers: { Lot: { __resolveReference: (one: object) => one, use: () => ({ rule: { [name]: name.length } }) } },
    })
    const { ask } = openSmall({
      a: {
        sdl: 'type Query { lot: Lot } type Lot @key(fields: "id") { id: ID! }',
        resolvers: { Query: { lot: () => ({ id: '1' }) } },
      },
      b: part('height'),
      c: part('depth'),
    })
    expect(await ask('{ lot { use { rule { height depth } } } }')).toEqual({
      data: { lot: { use: { rule: { height: 6, depth: 5 } } } },
    })
  })
})

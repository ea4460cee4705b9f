// Fields that require the same field with other arguments.
import { expect, it } from 'vitest'
import { openSmall } from '../open.ts'
import type { SmallSubgraph } from '../open.ts'

const two = (one: string, other: string, field: string): Readonly<Record<string, SmallSubgraph>> => ({
  a: {
    sdl: `type Query { item: Item } type Item @key(fields: "id") { id: ID! price(in: String, at: Int): String box: Box } type Box { size(in: String): String }`,
    resolvers: {
      Query: { item: () => ({ id: '1' }) },
      Item: {
        price: (_: unknown, args: object) => JSON.stringify(args),
        box: () => ({ size: (args: { in: string }) => args.in }),
        __resolveReference: () => ({ id: '1' }),
      },
    },
  },
  b: {
    sdl: `type Item @key(fields: "id") { id: ID! ${field === 'price' ? 'price(in: String, at: Int): String' : 'box: Box'} @external
      one: String @requires(fields: ${JSON.stringify(one)}) other: String @requires(fields: ${JSON.stringify(other)}) }
      ${field === 'box' ? 'type Box { size(in: String): String @external }' : ''}`,
    resolvers: {
      Item: {
        __resolveReference: (one: object) => one,
        one: (it: Record<string, unknown>) => JSON.stringify(it[field]),
        other: (it: Record<string, unknown>) => JSON.stringify(it[field]),
      },
    },
  },
})

it.each([
  ['currencies that differ in a sign alone', 'price(in: "€")', 'price(in: "$")', 'price', '{"in":"€"}', '{"in":"$"}'],
  ['numbers that differ in their sign', 'price(at: 1)', 'price(at: -1)', 'price', '{"at":1}', '{"at":-1}'],
])('%s', async (_, one, other, field, first, second) => {
  const { ask } = openSmall(two(one, other, field))
  expect(await ask('{ item { one other } }')).toEqual({
    data: { item: { one: JSON.stringify(first), other: JSON.stringify(second) } },
  })
})

it('arguments of a field inside what is required', async () => {
  const { ask } = openSmall(two('box { size(in: "cm") }', 'box { size(in: "m") }', 'box'))
  expect(await ask('{ item { one other } }')).toEqual({
    data: { item: { one: '{"size":"cm"}', other: '{"size":"m"}' } },
  })
})

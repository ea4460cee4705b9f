// One response name on types that a subgraph writes differently.
import { expect, it } from 'vitest'
import { compose, openSmall } from '../open.ts'
import type { SmallSubgraph } from '../open.ts'

const byName = { __resolveType: (one: { __typename: string }) => one.__typename }
const user = { __typename: 'User', id: 'u1', tags: ['x'] }
const admin = { __typename: 'Admin', id: 'a1', tags: ['y'] }
const accounts: Readonly<Record<string, SmallSubgraph>> = {
  a: {
    sdl: `type Query { accounts: [Account!]! } union Account = User | Admin
      type User @key(fields: "id") { id: ID! @shareable tags: [String!]! @shareable similar: [Account!]! }
      type Admin @key(fields: "id") { id: ID @shareable tags: [String] similar: [Account!]! }`,
    resolvers: {
      Query: { accounts: () => [user, admin] },
      Account: byName,
      User: { similar: () => [admin, user] },
      Admin: { similar: () => [user] },
    },
  },
  plain: { sdl: 'type Query { user: User } type User { id: ID @shareable tags: [String] @shareable }' },
  b: {
    sdl: `union Account = User | Admin
      type User @key(fields: "id") { id: ID! @shareable twin: Account } type Admin @key(fields: "id") { id: ID @shareable twin: Account }`,
    resolvers: {
      Account: byName,
      User: { __resolveReference: (one: object) => one, twin: () => ({ ...admin }) },
      Admin: { __resolveReference: (one: object) => one, twin: () => ({ ...user }) },
    },
  },
}

it('asks `id: ID!` of one type and `id: ID` of another under names that the subgraph takes', async () => {
  const { ask } = openSmall(accounts)
  const query = `{ accounts { ... on User { id tags } ... on Admin { id tags } } }`
  expect(await ask(query)).toEqual({
    data: {
      accounts: [
        { id: 'u1', tags: ['x'] },
        { id: 'a1', tags: ['y'] },
      ],
    },
  })
})

it('does so within objects too, and of entities', async () => {
  const { ask } = openSmall(accounts)
  const inner = '{ ... on User { id } ... on Admin { id } }'
  expect(
    await ask(
      `{ accounts { ... on User { similar ${inner} twin ${inner} } ... on Admin { similar ${inner} twin ${inner} } } }`,
    ),
  ).toEqual({
    data: {
      accounts: [
        { similar: [{ id: 'a1' }, { id: 'u1' }], twin: { id: 'a1' } },
        { similar: [{ id: 'u1' }], twin: { id: 'u1' } },
      ],
    },
  })
})

it('goes by what the subgraph says, not by what all say together', async () => {
  const found = [
    { __typename: 'One', id: '1' },
    { __typename: 'Two', id: '2' },
  ]
  const subgraphs = {
    a: {
      sdl: 'type Query { found: [Found] } union Found = One | Two type One @shareable { id: ID! } type Two @shareable { id: ID }',
      resolvers: { Query: { found: () => found }, Found: byName },
    },
    b: { sdl: 'type Query { one: One } type One @shareable { id: ID }' },
  }
  const supergraph = compose(subgraphs)
  expect(supergraph).toMatch(/type One[^}]*id: ID @join__field\(graph: A, type: "ID!"\)/)
  const { ask } = openSmall(subgraphs, { supergraph })
  expect(await ask('{ found { ... on One { id } ... on Two { id } } }')).toEqual({
    data: { found: [{ id: '1' }, { id: '2' }] },
  })
})

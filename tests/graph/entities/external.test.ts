import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import { openCursors } from '../../../src/graph/sql/cursor.ts'
import { openExecutor } from '../../../src/graph/execute/execute.ts'
import type { Generation } from '../../../src/graph/operation/generation.ts'
import { answerOf, generationOf } from '../../kit/operation.ts'
import { column, type TypeMapping } from '../../../src/graph/schema/type-mapping.ts'
import { authoredSubgraph } from '../../../src/graph/entities/subgraph.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'
import { noRows } from '../../../src/db/row-scope.ts'

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@external", "@requires"])
  type Query { keyring(id: ID!): Keyring }
  type Keyring @key(fields: "id") { id: ID! own: String sides: [Side!] @external lid: Side @external
    volume: Float @requires(fields: "sides { length }") }
  type Side { length: Float inner: Side }`

interface Sides {
  readonly sides?: readonly { readonly length: number | null }[] | null
}

const mappings: readonly TypeMapping[] = [
  {
    type: 'Query',
    fields: {
      keyring: {
        kind: 'one',
        type: 'Keyring',
        on: (_row, other, scope, { id }) => `${other}.id = ${scope.statement.value(id, 'text')}`,
      },
    },
  },
  {
    type: 'Keyring',
    table: `(select 'a' as id, 'mine' as own)`,
    keys: [{ fields: 'id', find: (row, [id]) => `${row}.id = ${id}` }],
    fields: {
      id: column('id'),
      own: column('own'),
      sides: { kind: 'external' },
      lid: { kind: 'external' },
      volume: {
        kind: 'computed',
        from: {},
        resolve: ({ sides }: Sides) => sides?.reduce((product, { length }) => product * (length ?? 0), 1) ?? null,
      },
    },
  },
  { type: 'Side', fields: { length: column('length'), inner: { kind: 'json', sql: () => 'null' } } },
]

let database: FreshDatabase
let generation: Generation

beforeAll(async () => {
  database = await freshDatabase('template1')
  const { schema, mappings: all } = authoredSubgraph(sdl, mappings)
  const execute = openExecutor({
    schema,
    mappings: all,
    policy: openPolicy({ schema, purposes: null }),
    cursors: openCursors(new Uint8Array(32)),
    pool: database.pool,
    rowScopeOf: () => noRows,
    now: () => new Date(0),
  })
  generation = generationOf(schema, execute)
})
afterAll(() => database.drop())

async function keyring(told: object, selection: string): Promise<unknown> {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Keyring { ${selection} } } }`
  const variables = { r: [{ __typename: 'Keyring', id: 'a', ...told }] }
  const { data, errors } = await answerOf(generation, query, { variables })
  expect(errors).toBeUndefined()
  return (JSON.parse(JSON.stringify(data)) as { _entities: unknown[] })._entities[0]
}

it('takes objects and lists for fields that another subgraph owns', async () => {
  const sides = [2, 3, 4].map((length) => ({ length }))
  expect(await keyring({ sides }, 'own volume sides { length }')).toEqual({ own: 'mine', volume: 24, sides })
  expect(
    await keyring({ lid: { length: 1, inner: { length: 0.5 } } }, 'lid { __typename length inner { length } }'),
  ).toEqual({
    lid: { __typename: 'Side', length: 1, inner: { length: 0.5 } },
  })
})

it('takes of them what their types allow, and nothing for other fields', async () => {
  expect(
    await keyring(
      { lid: { length: 'long', inner: 'none', other: 1 }, own: 'told' },
      'own lid { length inner { length } }',
    ),
  ).toEqual({
    own: 'mine',
    lid: { length: null, inner: null },
  })
  expect(await keyring({ sides: { length: 1 }, lid: [] }, 'sides { length } lid { length } volume')).toEqual({
    sides: null,
    lid: null,
    volume: null,
  })
})

it('has none where the object was reached from the root', async () => {
  const { data } = await answerOf(generation, '{ keyring(id: "a") { own volume sides { length } } }')
  expect(JSON.parse(JSON.stringify(data))).toEqual({ keyring: { own: 'mine', volume: null, sides: null } })
})

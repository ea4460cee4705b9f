import { buildSubgraphSchema } from '@apollo/subgraph'
import { composeServices } from '@theguild/federation-composition'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anonymous } from '../../../src/access/caller.ts'
import type { Caller } from '../../../src/access/caller.ts'
import { openFederation } from '../../../src/federation/index.ts'
import type { Generation } from '../../../src/graph/operation/generation.ts'
import { answerOf } from '../../kit/operation.ts'
import { openSubgraph } from '../../../src/gateway/graphql/subgraph-endpoint.ts'
import { openGraph } from '../../kit/world/graph.ts'
import { agencyOf, dossierOf, mention } from '../../kit/world/records.ts'
import type { Answer, OpenGraph } from '../../kit/world/graph.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

/** Another office's subgraph, which names the hub's rows by their keys. */
const office = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
  type Query { parcels: [Parcel!]! }
  type Parcel @key(fields: "number") { number: ID! unit: AdministrativeUnit dossiers: [Dossier!] agency: Agency }
  scalar Date
  type AdministrativeUnit @key(fields: "code validFrom") { code: String! validFrom: Date }
  type Source { id: String! }
  type Agency @key(fields: "id") { id: ID! parcelCount: Int }
  type Dossier @key(fields: "source { id } code") { source: Source code: String! subject: String @external
    label: String @requires(fields: "subject") }`
const named = (code: string) => ({ __typename: 'Dossier', source: { id: 's' }, code })
const parcels = [
  {
    number: '1',
    unit: { code: '26734', validFrom: '2025-07-01' },
    dossiers: ['N1', 'none', 'T2', 'N1'].map(named),
    agency: { id: 'Agency:H53.30' },
  },
]

let graph: OpenGraph
let federation: Generation
let all: Caller
let near: Caller

beforeAll(async () => {
  graph = await openGraph()
  all = await sampleTown(graph)
  await graph.put('Agency', 'lists', [agencyOf('H53.30')])
  await graph.put('Dossier', 's', [dossierOf('N1', { agency: mention('H53.30'), subject: 'Near' })])
  await graph.database.pool.query(
    `insert into administrative_unit (code, name, kind, valid_from) values
    ('26734', 'Xã cũ', 'COMMUNE', null), ('26734', 'Xã', 'COMMUNE', '2025-07-01')`,
  )
  near = await graph.caller('H53.30', ['dossier:read'])
  const hub = openSubgraph(graph.generation.subgraph)
  const texts = Object.entries({ hub: hub.subgraphSdl(), office })
  const { supergraphSdl, errors } = composeServices(
    texts.map(([name, sdl]) => ({ name, typeDefs: parse(sdl), url: `http://127.0.0.1:1/${name}` })),
  )
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join())
  const officeSchema = buildSubgraphSchema([
    {
      typeDefs: parse(office),
      resolvers: {
        Query: { parcels: () => parcels },
        Agency: { parcelCount: () => 7 },
        Dossier: { label: ({ subject }: { subject: string | null }) => `About ${subject}` },
      } as never,
    },
  ])
  const { schema, policy, execute: executeHub } = graph.generation
  federation = openFederation({
    supergraph: supergraphSdl,
    purposes: new Set(['dossier-handling']),
    local: { name: 'hub', schema, policy, execute: executeHub },
    subgraphs: new Map([
      [
        'hub',
        ({ query, variables, operationName, context: { caller, signal } }) =>
          hub.executeSubgraph({ query, variables, operationName, caller, signal }),
      ],
      [
        'office',
        async ({ query, variables }) =>
          execute({ schema: officeSchema, document: parse(query), variableValues: { ...variables } }),
      ],
    ]),
  })
})
afterAll(() => graph.close())

async function ask(query: string, caller: Caller): Promise<Answer> {
  const result = await answerOf(federation, query, { caller })
  return JSON.parse(JSON.stringify(result)) as Answer
}

describe('the hub in a supergraph', () => {
  it('answers what another subgraph names, by nested and nullable keys, as the caller sees it', async () => {
    const query = '{ parcels { number unit { name } dossiers { code status } agency { name parcelCount } } }'
    const rest = { number: '1', unit: { name: 'Xã' }, agency: { name: 'Agency H53.30', parcelCount: 7 } }
    // `status` is never null in the hub, so a row that is not seen takes its object away, and that the list of non-nulls.
    expect((await ask(query, near)).data.parcels).toEqual([{ ...rest, dossiers: null }])
    const subjects = await ask('{ parcels { dossiers { code subject } } }', near)
    expect(subjects.data.parcels[0].dossiers).toEqual(
      [
        ['N1', 'Near'],
        ['none', null],
        ['T2', null],
        ['N1', 'Near'],
      ].map(([code, subject]) => ({ code, subject })),
    )
  })

  it("lends its fields to another subgraph's computed ones", async () => {
    const { data } = await ask('{ dossiers(filter: { source: { eq: "s" } }) { nodes { code label } } }', near)
    expect(data.dossiers.nodes).toEqual([{ code: 'N1', label: 'About Near' }])
  })

  it('denies and wants a purpose as at its own door', async () => {
    const query = '{ parcels { dossiers { code applicant { name } } } }'
    const denied = await ask(query, near)
    expect(new Set(denied.errors?.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['UNAUTHORIZED_FIELD_OR_TYPE']),
    )
    const without = await ask(query, { ...all, purpose: null })
    expect(new Set(without.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['PURPOSE_REQUIRED']))
    const whole = await ask(query, all)
    expect(whole.data.parcels[0].dossiers[2]).toEqual({ code: 'T2', applicant: { name: 'Lê Thị Bình' } })
  })

  it('answers interfaces and global ids as alone', async () => {
    for (const caller of [anonymous, near, all]) {
      for (const id of ['Agency:H53.30', 'Dossier:s:N1', 'Dossier:s:none']) {
        for (const selection of ['id', '__typename id ... on Agency { name }']) {
          const query = `{ node(id: "${id}") { ${selection} } }`
          expect([query, await ask(query, caller)]).toEqual([query, await graph.ask(query, caller)])
        }
      }
    }
  })
})

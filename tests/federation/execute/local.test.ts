import { buildASTSchema, execute, getOperationAST, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { hubError } from '../../../src/access/error.ts'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import { openFederation } from '../../../src/federation/index.ts'
import { defaultLimits } from '../../../src/gateway/graphql/limits.ts'
import { exceeds, measure } from '../../../src/gateway/graphql/complexity.ts'
import { writtenOn } from '../../../src/graph/operation/build.ts'
import type { AllowedOperation } from '../../../src/graph/operation/operation.ts'
import { answerOf } from '../../kit/operation.ts'
import { askOf, compose, faultsOf, inProcess, schemaOf, textOf } from '../open.ts'

const scopes = 'directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION'
const ownSdl = `
  type Query { dossier(id: ID!): Dossier dossiers: [Dossier!]! named: [Named] }
  interface Named { name: String }
  type Dossier implements Named @key(fields: "id") { id: ID! name: String secret: String @requiresScopes(scopes: [["s:read"]]) }
`
const rows = [
  { __typename: 'Dossier', id: '1', name: 'một', secret: 's1' },
  { __typename: 'Dossier', id: '2', name: 'hai', secret: 's2' },
]
const hub = {
  sdl: ownSdl,
  resolvers: {
    Query: {
      dossier: (_: unknown, { id }: { id: string }) => rows.find((one) => one.id === id),
      dossiers: () => rows,
      named: () => rows,
    },
    Named: { __resolveType: () => 'Dossier' },
    Dossier: { __resolveReference: ({ id }: { id: string }) => rows.find((one) => one.id === id) },
  },
}
const land = {
  sdl: 'type Query { parcel: Parcel } type Parcel { code: ID! dossier: Dossier } type Dossier @key(fields: "id") { id: ID! parcels: [Parcel!] }',
  resolvers: {
    Query: { parcel: () => ({ code: 'T1', dossier: { id: '2' } }) },
    Dossier: { parcels: ({ id }: { id: string }) => [{ code: `T${id}`, dossier: { id } }] },
  },
}

function openMixed() {
  const whole: AllowedOperation[] = []
  const parts: string[] = []
  const subgraph = inProcess(schemaOf(hub))
  const own = buildASTSchema(parse(`${scopes} directive @key(fields: String!) on OBJECT ${ownSdl}`))
  const federation = openFederation({
    supergraph: compose({ hub, land }),
    purposes: null,
    subgraphs: new Map([
      ['hub', (request) => (parts.push(request.query), subgraph(request))],
      ['land', inProcess(schemaOf(land))],
    ]),
    local: {
      name: 'hub',
      schema: own,
      policy: openPolicy({ schema: own, purposes: null }),
      execute: async (operation) => {
        whole.push(operation)
        return execute({
          schema: schemaOf(hub),
          document: operation.document,
          variableValues: { ...operation.variables },
        })
      },
    },
  })
  return { federation, whole, parts, ask: (query: string, more = {}) => askOf(federation, query, more) }
}

describe('an operation that touches the hub alone', () => {
  it('runs there as it was written, without a plan', async () => {
    const { federation, whole, parts } = openMixed()
    const document = parse(
      'query($id: ID!) { dossier(id: $id) { ...F } named { name __typename } } fragment F on Dossier { n: name }',
    )
    const result = await answerOf(federation, document, { variables: { id: '1' } })
    expect(result.data).toEqual({
      dossier: { n: 'một' },
      named: rows.map(({ name }) => ({ name, __typename: 'Dossier' })),
    })
    expect(whole[0]?.document).toBe(document)
    expect(parts).toEqual([])
  })

  it('gets what the hub’s own rules decide', async () => {
    const { whole, ask } = openMixed()
    await ask('{ dossiers { secret } }')
    expect(whole[0]?.decision.denied.map(({ path }) => path.join('.'))).toEqual(['dossiers.secret'])
  })
})

describe('an operation that crosses the border', () => {
  it('asks the hub in this process for its part, in both directions', async () => {
    const { whole, parts, ask } = openMixed()
    expect(await ask('{ dossiers { name parcels { code } } parcel { dossier { name } } }')).toEqual({
      data: {
        dossiers: [
          { name: 'một', parcels: [{ code: 'T1' }] },
          { name: 'hai', parcels: [{ code: 'T2' }] },
        ],
        parcel: { dossier: { name: 'hai' } },
      },
    })
    expect(whole).toEqual([])
    expect(parts).toHaveLength(2)
    const refused = await ask('{ parcel { dossier { secret } } }')
    expect(refused.data).toEqual({ parcel: { dossier: { secret: null } } })
    expect(faultsOf(refused)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE parcel.dossier.secret'])
  })

  it('passes the hub’s own errors on with their texts, at a path without indexes for every item', async () => {
    const federation = openFederation({
      supergraph: compose({ hub, land }),
      purposes: null,
      subgraphs: new Map([
        [
          'hub',
          async () => ({
            data: {
              dossiers: [
                { __typename: 'Dossier', id: '1', name: null },
                { __typename: 'Dossier', id: '2', name: null },
              ],
            },
            errors: [hubError('PURPOSE_REQUIRED', 'a purpose', { path: ['dossiers', 'name'] })],
          }),
        ],
        ['land', inProcess(schemaOf(land))],
      ]),
    })
    const result = await askOf(federation, '{ dossiers { name parcels { code } } }')
    expect(faultsOf(result)).toEqual(['PURPOSE_REQUIRED dossiers.0.name', 'PURPOSE_REQUIRED dossiers.1.name'])
    expect(result.errors?.[0]?.message).toBe('a purpose')
  })

  it('stops when the client leaves', async () => {
    const { ask } = openMixed()
    const gone = new AbortController()
    gone.abort(new Error('the client left'))
    await expect(ask('{ parcel { dossier { name } } }', { signal: gone.signal })).rejects.toThrow('the client left')
  })
})

describe('a supergraph', () => {
  it('is refused with one line when it is none, or when nobody answers for one of its subgraphs', () => {
    const open = (supergraph: string) => openFederation({ supergraph, subgraphs: new Map(), purposes: null })
    expect(() => open('type Query {')).toThrow(/This is no supergraph: Syntax Error[^\n]*$/)
    expect(() => open('type Query { a: Int }')).toThrow(/no enum join__Graph$/)
    expect(() => open(compose({ hub, land }))).toThrow(/Nothing answers for the subgraph (hub|land)/)
    expect(textOf(hub)).toContain('@link')
  })

  it('is a new schema at each opening, so that a server may change the one it serves', () => {
    expect(openMixed().federation.schema).not.toBe(openMixed().federation.schema)
  })

  it('is not planned for a document of doubling fragments: that one is refused in 50 ms', () => {
    const { federation } = openMixed()
    const names = Array.from({ length: 30 }, (_, index) => index)
    const bomb = parse(
      `{ dossiers { ...F0 } } ${names.map((n) => `fragment F${n} on Dossier { ${n === 29 ? 'name' : `parcels { dossier { ...F${n + 1} } } x: parcels { dossier { ...F${n + 1} } }`} }`).join(' ')}`,
    )
    const began = process.cpuUsage()
    expect(exceeds(measure(writtenOn(federation.schema, bomb, getOperationAST(bomb)!), {}), defaultLimits)).toBe(true)
    const { user, system } = process.cpuUsage(began)
    expect((user + system) / 1000).toBeLessThan(500)
  })
})

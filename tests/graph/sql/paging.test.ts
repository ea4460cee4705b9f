import fc from 'fast-check'
import { codeExtensions } from '../../../src/access/error.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { type Answer, openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { agencyOf, dossierOf, mention } from '../../kit/world/records.ts'

let graph: OpenGraph
let province: Caller

beforeAll(async () => {
  graph = await openGraph()
  await graph.put('Agency', 'lists', [agencyOf('H53'), agencyOf('H53.21', { parentCode: 'H53' })])
  await graph.source('one-stop', 'H53')
  await graph.source('other', 'H53')
  const times = [null, '2026-03-01T08:00:00+07:00', '2026-03-01T08:00:00.123456+07:00', '2026-03-02T08:00:00+07:00']
  await graph.put(
    'Dossier',
    'one-stop',
    Array.from({ length: 23 }, (_, index) =>
      dossierOf(`D${index}`, {
        receivedAt: times[index % 4]!,
        dueAt: times[(index * 7) % 4]!,
        agency: mention(index % 2 === 0 ? 'H53' : 'H53.21'),
      }),
    ),
  )
  province = await graph.caller('H53', ['dossier:read'])
})
afterAll(() => graph.close())

const page = `query ($orderBy: DossierOrder, $first: Int, $after: String, $last: Int, $before: String) {
  dossiers(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { code receivedAt dueAt } } nodes { code } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`
const orders = ['RECEIVED_AT_ASC', 'RECEIVED_AT_DESC', 'DUE_AT_ASC', 'DUE_AT_DESC', 'CHANGED_AT_ASC', 'CHANGED_AT_DESC']

describe('pages of a connection', () => {
  it('give every row once and in one order, forwards and backwards, with ties and absent values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...orders), fc.integer({ min: 1, max: 9 }), async (orderBy, size) => {
        const whole = (await graph.ask(page, province, { orderBy, first: 100 })).data.dossiers
        const codes = whole.nodes.map((node: { code: string }) => node.code)
        expect(new Set(codes).size).toBe(23)
        const forwards: string[] = []
        for (let after: string | null = null, more = true; more;) {
          const { data } = await graph.ask(page, province, { orderBy, first: size, after })
          forwards.push(...data.dossiers.nodes.map((node: { code: string }) => node.code))
          expect(data.dossiers.pageInfo.hasPreviousPage).toBe(after !== null)
          expect(data.dossiers.totalCount).toBe(23)
          after = data.dossiers.pageInfo.endCursor
          more = data.dossiers.pageInfo.hasNextPage
        }
        expect(forwards).toEqual(codes)
        const backwards: string[] = []
        for (let before: string | null = null, more = true; more;) {
          const { data } = await graph.ask(page, province, { orderBy, last: size, before })
          backwards.unshift(...data.dossiers.nodes.map((node: { code: string }) => node.code))
          expect(data.dossiers.pageInfo.hasNextPage).toBe(before !== null)
          before = data.dossiers.pageInfo.startCursor
          more = data.dossiers.pageInfo.hasPreviousPage
        }
        expect(backwards).toEqual(codes)
      }),
      { numRuns: 12 },
    )
  })

  it('are what lies between two cursors, from its start or its end', async () => {
    const orderBy = 'DUE_AT_DESC'
    const { edges } = (await graph.ask(page, province, { orderBy, first: 23 })).data.dossiers
    const [after, before] = [edges[3].cursor, edges[12].cursor]
    const codes = edges.map((edge: { node: { code: string } }) => edge.node.code)
    const between = async (size: object) =>
      (await graph.ask(page, province, { orderBy, after, before, ...size })).data.dossiers
    const start = await between({ first: 3 })
    expect(start.nodes.map((node: { code: string }) => node.code)).toEqual(codes.slice(4, 7))
    const end = await between({ last: 3 })
    expect(end.nodes.map((node: { code: string }) => node.code)).toEqual(codes.slice(9, 12))
    expect(end.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
    const all = await between({})
    expect(all.nodes.map((node: { code: string }) => node.code)).toEqual(codes.slice(4, 12))
  })

  it('have 20 rows when neither first nor last is given', async () => {
    expect((await graph.ask(page, province)).data.dossiers.nodes).toHaveLength(20)
  })

  it.each([{ first: 0 }, { first: 101 }, { first: -1 }, { last: 0 }, { last: 101 }, { first: 1, last: 1 }])(
    'refuse %j at the path of the field, which is null as far as nullability carries it',
    async (size) => {
      const answer = await graph.ask(page, province, size)
      expect(answer.data).toBeNull()
      expect(answer.errors).toEqual([
        expect.objectContaining({ path: ['dossiers'], extensions: codeExtensions('BAD_USER_INPUT') }),
      ])
    },
  )

  it('refuse a wrong size deep inside at its own path, and keep what stands beside', async () => {
    const answer = await graph.ask(
      `{ a: agency(code: "H53") { name } b: agency(code: "H53") { kids: children(first: 0) { totalCount } } }`,
      province,
    )
    expect(answer.data).toEqual({ a: { name: 'Agency H53' }, b: null })
    expect(answer.errors).toMatchObject([{ path: ['b', 'kids'], extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it('refuse cursors that were altered, or come from another query, order, filter or caller', async () => {
    const { endCursor } = (await graph.ask(page, province, { first: 2 })).data.dossiers.pageInfo
    const altered = `${endCursor.slice(0, -1)}${endCursor.endsWith('A') ? 'B' : 'A'}`
    const other = { ...province, subject: 'someone else' }
    const wrong: (readonly [string, Caller, object])[] = [
      [page, province, { after: altered }],
      [page, province, { after: '' }],
      [page, province, { after: '%%%' }],
      [page, province, { after: `${endCursor}=` }],
      [page, province, { after: endCursor, orderBy: 'DUE_AT_ASC' }],
      [page, other, { after: endCursor }],
      [
        `query ($after: String) { dossiers(filter: { text: "d" }, after: $after) { totalCount } }`,
        province,
        { after: endCursor },
      ],
      [`query ($after: String) { agencies(after: $after) { totalCount } }`, province, { after: endCursor }],
      [`query ($after: String) { search(text: "d", after: $after) { totalCount } }`, province, { after: endCursor }],
    ]
    for (const [query, caller, variables] of wrong) {
      const answer = await graph.ask(query, caller, { ...variables })
      expect(answer.errors?.[0]?.extensions.code, JSON.stringify(variables)).toBe('BAD_USER_INPUT')
    }
    expect((await graph.ask(page, province, { after: endCursor })).errors).toBeUndefined()
  })

  it('of nested lists go on by their own cursors', async () => {
    const nested = `query ($after: String) {
      agency(code: "H53.21") { dossiers(first: 4, after: $after) { nodes { code } totalCount pageInfo { hasNextPage endCursor } } }
    }`
    const found: string[] = []
    for (let after: string | null = null, more = true; more;) {
      const answer: Answer = await graph.ask(nested, province, { after })
      const { dossiers } = answer.data.agency
      found.push(...dossiers.nodes.map((node: { code: string }) => node.code))
      expect(dossiers.totalCount).toBe(11)
      after = dossiers.pageInfo.endCursor
      more = dossiers.pageInfo.hasNextPage
    }
    expect(found).toHaveLength(11)
    expect(new Set(found).size).toBe(11)
  })

  it('of a search give every hit of every type once', async () => {
    const search = `query ($after: String) {
      search(text: "d", first: 4, after: $after) {
        totalCount nodes { __typename ... on Dossier { code } ... on Agency { agencyCode: code } } pageInfo { hasNextPage endCursor }
      }
    }`
    const found: string[] = []
    for (let after: string | null = null, more = true; more;) {
      const answer = await graph.ask(search, province, { after })
      expect(answer.errors).toBeUndefined()
      found.push(...answer.data.search.nodes.map((node: object) => JSON.stringify(node)))
      expect(answer.data.search.totalCount).toBe(23)
      after = answer.data.search.pageInfo.endCursor
      more = answer.data.search.pageInfo.hasNextPage
    }
    expect(new Set(found).size).toBe(23)
    expect(found).toHaveLength(23)
  })
})

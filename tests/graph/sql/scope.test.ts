import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../../src/access/policy/scopes.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import {
  agencyOf,
  cameraOf,
  dossierOf,
  mention,
  newDocument,
  observationOf,
  reportOf,
} from '../../kit/world/records.ts'

let graph: OpenGraph

// H53.2 and H53.21 are told apart; H53.21.3 lies beneath H53.21; Z9 beneath none.
const codes = ['H53', 'H53.2', 'H53.21', 'H53.21.3', 'H53.21.4', 'H53.22', 'Z9'] as const
type Code = (typeof codes)[number]
const beneath = (code: Code, top: Code | null): boolean =>
  top !== null && (top === 'H53' || code === top || code.startsWith(`${top}.`))
const all: readonly Scope[] = ['dossier:read', 'document:read', 'report:read', 'camera:read']

interface Row {
  readonly agency: Code
  readonly others: readonly Code[]
}
let rows: readonly Row[]

beforeAll(async () => {
  graph = await openGraph()
  await graph.put(
    'Agency',
    'lists',
    codes.map((code) => agencyOf(code)),
  )
  await graph.source('s', 'H53', {
    documents: 'Document',
    reports: 'Report',
    cameras: 'Camera',
    observations: 'Observation',
  })
  const agency = fc.constantFrom(...codes)
  rows = fc.sample(fc.record({ agency, others: fc.uniqueArray(agency, { maxLength: 3 }) }), { numRuns: 60, seed: 5 })
  await graph.put(
    'Dossier',
    's',
    rows.map((row, at) =>
      dossierOf(`D${at}`, { agency: mention(row.agency), status: at % 3 === 0 ? 'RETURNED' : 'PROCESSING' }),
    ),
  )
  await graph.put(
    'Document',
    's',
    rows.map((row, at) => newDocument(row.agency, `M${at}`, row.others)),
    { stream: 'documents', key: (record) => record.about.id! },
  )
  await graph.put(
    'Report',
    's',
    rows.map((row, at) => reportOf(`R${at}`, row.agency, '2026')),
    { stream: 'reports' },
  )
  await graph.put(
    'Camera',
    's',
    rows.map((row, at) => cameraOf(`C${at}`, { agency: mention(row.agency) })),
    { stream: 'cameras' },
  )
})
afterAll(() => graph.close())

const lists = `query ($agencies: [String!], $top: String!) {
  dossiers(first: 100, filter: { agency: { in: $agencies } }) { totalCount nodes { code id } }
  documents(first: 100) { totalCount nodes { provenance { externalId } id } }
  reports(first: 100, filter: { agency: { in: $agencies } }) { totalCount nodes { code id } }
  cameras(first: 100, filter: { agency: { in: $agencies } }) { totalCount nodes { code id } }
  dossierStatistics(groupBy: [AGENCY, STATUS], filter: { agency: { in: $agencies } }) { agency { code } status count }
  agency(code: $top) { dossiers(first: 100) { nodes { code } totalCount } documents(first: 100) { totalCount } reports { totalCount } cameras { totalCount } }
  search(text: "d", types: [DOSSIER], first: 100) { totalCount nodes { ... on Dossier { code } } }
}`

describe('a caller', () => {
  it('of an agency sees the rows of its subtree, and no other row by any way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codes),
        fc.option(fc.uniqueArray(fc.constantFrom(...codes), { minLength: 1, maxLength: 3 })),
        fc.constantFrom(...codes),
        async (own, filter, top) => {
          const caller = await graph.caller(own, all)
          const { data, errors } = await graph.ask(lists, caller, { agencies: filter, top })
          expect(errors).toBeUndefined()
          const seen = (code: Code): boolean => beneath(code, own)
          const wanted = (code: Code): boolean => filter === null || filter.some((one) => isUnder(code, one))
          const places = [...rows.keys()]
          const expected = places.filter((at) => seen(rows[at]!.agency) && wanted(rows[at]!.agency))
          for (const [name, letter] of [
            ['dossiers', 'D'],
            ['reports', 'R'],
            ['cameras', 'C'],
          ] as const) {
            const found = data[name].nodes.map((node: { code: string }) => node.code)
            expect(found.toSorted()).toEqual(expected.map((at) => `${letter}${at}`).toSorted())
            expect(data[name].totalCount).toBe(expected.length)
          }
          const papers = places.filter((at) => [rows[at]!.agency, ...rows[at]!.others].some(seen))
          expect(
            data.documents.nodes
              .map((node: { provenance: { externalId: string } }) => node.provenance.externalId)
              .toSorted(),
          ).toEqual(papers.map((at) => `M${at}`).toSorted())
          const count = data.dossierStatistics.reduce((sum: number, one: { count: number }) => sum + one.count, 0)
          expect(count).toBe(expected.length)
          const nested = places.filter((at) => seen(rows[at]!.agency) && isUnder(rows[at]!.agency, top))
          expect(data.agency.dossiers.nodes.map((node: { code: string }) => node.code).toSorted()).toEqual(
            nested.map((at) => `D${at}`).toSorted(),
          )
          expect(data.agency.reports.totalCount).toBe(nested.length)
          expect(data.agency.cameras.totalCount).toBe(nested.length)
          expect(data.agency.documents.totalCount).toBe(
            papers.filter((at) => [rows[at]!.agency, ...rows[at]!.others].some((code) => isUnder(code, top))).length,
          )
          expect(data.search.totalCount).toBe(places.filter((at) => seen(rows[at]!.agency)).length)
          for (const at of [0, 1, 2, 3]) {
            const node = await graph.ask(
              `{ d: node(id: "Dossier:s:D${at}") { id } m: node(id: "Document:s:${rows[at]!.agency}|M${at}") { id } one: dossier(code: "D${at}") { code } }`,
              caller,
            )
            expect(node.data.d !== null).toBe(seen(rows[at]!.agency))
            expect(node.data.one !== null).toBe(seen(rows[at]!.agency))
            expect(node.data.m !== null).toBe(papers.includes(at))
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each([null, 'H99'])('whose token names the agency %s sees nothing but what is open', async (agency) => {
    const { data, errors } = await graph.ask(
      `{ dossiers { totalCount } documents { totalCount } reports { totalCount } cameras { totalCount } agencies { totalCount }
         search(text: "d") { totalCount } node(id: "Dossier:s:D0") { id } }`,
      await graph.caller(agency, all),
    )
    expect(errors).toBeUndefined()
    expect(data).toMatchObject({
      dossiers: { totalCount: 0 },
      documents: { totalCount: 0 },
      reports: { totalCount: 0 },
      cameras: { totalCount: 0 },
      agencies: { totalCount: codes.length },
      node: null,
    })
  })

  it('without a report sees no observation of it before it is submitted', async () => {
    const report = (code: string) => ({ code, agencyCode: 'H53.21', periodCode: '2026' })
    await graph.put(
      'Report',
      's',
      [
        reportOf('open', 'H53.21', '2026', { submittedAt: '2026-03-01T08:00:00+07:00' }),
        reportOf('closed', 'H53.21', '2026'),
      ],
      { stream: 'reports' },
    )
    const observations = ['open', 'closed', 'unknown'].map((code) => ({
      ...observationOf('I', { report: report(code) }),
      key: code,
    }))
    await graph.put('Observation', 's', [...observations, { ...observationOf('I'), key: 'none' }], {
      stream: 'observations',
    })
    const seen = async (...who: Parameters<OpenGraph['caller']>) => {
      const query =
        '{ observations { nodes { id } totalCount } indicators { nodes { code observations { totalCount } } } node(id: "Observation:s:closed") { id } }'
      const { data, errors } = await graph.ask(query, await graph.caller(...who))
      expect(errors).toBeUndefined()
      expect(data.indicators.nodes[0].observations.totalCount).toBe(data.observations.totalCount)
      expect(data.node !== null).toBe(data.observations.totalCount === 3)
      return data.observations.nodes.map((node: { id: string }) => node.id.split(':').at(-1)).toSorted()
    }
    expect(await seen(null, [])).toEqual(['none', 'open'])
    expect(await seen('H53.22', ['report:read'])).toEqual(['none', 'open'])
    expect(await seen('H53.21', ['report:read'])).toEqual(['closed', 'none', 'open'])
    expect(await seen('H53.21', [])).toEqual(['none', 'open'])
  })

  it('who sees a row of a source sees what the source is called, and not how it fares', async () => {
    const caller = await graph.caller('H53.21', ['dossier:read', 'operation:read'])
    const at = [...rows.keys()].find((place) => rows[place]!.agency === 'H53.21')!
    const named = await graph.ask(
      `{ dossier(code: "D${at}") { source { id title connector } } sources { id } source(id: "s") { id } }`,
      caller,
    )
    expect(named).toEqual({
      data: { dossier: { source: { id: 's', title: 'Source s', connector: 'test' } }, sources: [], source: null },
    })
    const asked = await graph.ask(
      `{ dossier(code: "D${at}") { code source { id lagSeconds streams { id } } } }`,
      caller,
    )
    expect(asked.data.dossier.source).toEqual({ id: 's', lagSeconds: null, streams: [] })
    expect(asked.errors).toMatchObject([
      { path: ['dossier', 'source', 'lagSeconds'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } },
    ])
    const { data } = await graph.ask(
      `{ dossier(code: "D${at}") { source { state recordCount } } }`,
      await graph.caller('H53', ['dossier:read', 'operation:read']),
    )
    expect(data.dossier.source).toEqual({ state: 'NEVER_RUN', recordCount: 0 })
  })
})

/** The tree alone: the province stands above its own, not above what no list has placed. */
const isUnder = (code: Code, top: Code): boolean => code === top || code.startsWith(`${top}.`)

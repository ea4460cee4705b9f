import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anonymous, type Caller } from '../../../src/access/caller.ts'
import { maxRepresentations } from '../../../src/graph/entities/entities.ts'
import { type Answer, openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import {
  agencyOf,
  cameraOf,
  dossierOf,
  keyed,
  mention,
  newDocument,
  observationOf,
  partyOf,
  reportOf,
} from '../../kit/world/records.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

let graph: OpenGraph
let all: Caller
let land: Caller

beforeAll(async () => {
  graph = await openGraph()
  all = await sampleTown(graph)
  await graph.put('Agency', 'lists', [agencyOf('H53.30')])
  await graph.put('Dossier', 's', [dossierOf('L1', { agency: mention('H53.30'), applicant: partyOf('Phạm Thị Lan') })])
  await graph.put('Document', 's', [newDocument('H53.21', 'd1', ['H53.30'])], { stream: 'documents', key: () => 'd1' })
  await graph.put('Report', 's', [reportOf('R1', 'H53.21', '2026')], { stream: 'reports' })
  await graph.put('Camera', 's', [cameraOf('C1', { agency: mention('H53.21') })], { stream: 'cameras' })
  await graph.put('Observation', 's', [keyed(observationOf('I1'), 'o1')], { stream: 'observations' })
  await graph.database.pool.query(`insert into administrative_unit (code, name, kind, valid_from) values
    ('26734', 'Xã cũ', 'COMMUNE', null), ('26734', 'Phường mới', 'WARD', '2025-07-01')`)
  land = await graph.caller('H53.30', ['dossier:read', 'dossier:masked'])
})
afterAll(() => graph.close())

const entities = (representations: readonly unknown[], selection: string, caller: Caller = all): Promise<Answer> =>
  graph.askSubgraph(`query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`, caller, {
    r: representations,
  })

describe('_entities', () => {
  it('finds a row by each key of its type', async () => {
    const document = (await graph.ask('{ documents { nodes { id } } }', all)).data.documents.nodes[0].id as string
    const named = [
      [{ __typename: 'Dossier', id: 'Dossier:s:T1' }, { code: 'T1' }],
      [{ __typename: 'Dossier', source: { id: 's' }, code: 'T1' }, { code: 'T1' }],
      [{ __typename: 'Document', id: document }, { subject: 'Subject' }],
      [{ __typename: 'Report', id: 'Report:s:R1' }, { state: 'EXPECTED' }],
      [{ __typename: 'Observation', id: 'Observation:s:o1' }, { value: '12.50' }],
      [{ __typename: 'Agency', code: 'H53.21' }, { code: 'H53.21' }],
      [{ __typename: 'Agency', code: '000.00.21.H53' }, { code: 'H53.21' }],
      [{ __typename: 'Agency', id: 'Agency:H53.21' }, { code: 'H53.21' }],
      [{ __typename: 'Camera', code: 'C1' }, { code: 'C1' }],
      [{ __typename: 'Indicator', code: 'I1' }, { code: 'I1' }],
      [{ __typename: 'AdministrativeUnit', code: '26734', validFrom: null }, { name: 'Xã cũ' }],
      [{ __typename: 'AdministrativeUnit', code: '26734', validFrom: '2025-07-01' }, { name: 'Phường mới' }],
      [{ __typename: 'AdministrativeUnit', id: 'AdministrativeUnit:26734:2025-07-01' }, { name: 'Phường mới' }],
    ] as const
    for (const [representation, shown] of named) {
      const answer = await entities(
        [representation],
        `... on ${representation.__typename} { ${Object.keys(shown)[0]} }`,
      )
      expect([representation, answer]).toEqual([representation, { data: { _entities: [shown] } }])
    }
  })

  it('answers a whole list, mixed, doubled and with gaps, in its order by one statement', async () => {
    const list = [
      { __typename: 'Dossier', id: 'Dossier:s:T2' },
      { __typename: 'Agency', code: 'H53.21' },
      { __typename: 'Dossier', id: 'Dossier:s:none' },
      { __typename: 'Dossier', source: { id: 's' }, code: 'T1' },
      { __typename: 'Dossier', id: 'Dossier:s:T2' },
      { __typename: 'Camera', code: 'C1' },
    ]
    graph.statements()
    const { data } = await entities(list, '__typename ... on Dossier { code } ... on Agency { otherCodes }')
    expect(graph.statements()).toHaveLength(1)
    expect(data._entities).toEqual([
      { __typename: 'Dossier', code: 'T2' },
      { __typename: 'Agency', otherCodes: ['000.00.21.H53'] },
      null,
      { __typename: 'Dossier', code: 'T1' },
      { __typename: 'Dossier', code: 'T2' },
      { __typename: 'Camera' },
    ])
  })

  it('gives null for every name that leads to no row, whatever it is made of', async () => {
    const nothing = [
      ...['Node', 'SearchResult', 'Nothing', '__proto__', 'constructor', 'toString', 'Query', 'Party', '', 7, null].map(
        (__typename) => ({ __typename, id: 'Dossier:s:T1', code: 'T1' }),
      ),
      {},
      { id: 'Dossier:s:T1' },
      { __typename: 'Dossier' },
      { __typename: 'Dossier', code: 'T1' },
      { __typename: 'Dossier', id: 'Agency:H53.21' },
      { __typename: 'Dossier', id: 'Dossier:' },
      { __typename: 'Dossier', id: null },
      { __typename: 'Dossier', id: { toString: 'Dossier:s:T1' } },
      { __typename: 'Dossier', source: 's', code: 'T1' },
      { __typename: 'Dossier', source: [{ id: 's' }], code: 'T1' },
      { __typename: 'Dossier', source: { id: 's' }, code: "T1' or true --" },
      { __typename: 'Dossier', source: { id: 's\u0000' }, code: '\u0000' },
      { __typename: 'AdministrativeUnit', code: '26734' },
      { __typename: 'AdministrativeUnit', code: '26734', validFrom: 'yesterday' },
      { __typename: 'AdministrativeUnit', code: '26734', validFrom: '-infinity' },
      { __typename: 'Run', id: 'Run:99999999999999999999' },
    ]
    const answer = await entities(nothing, '__typename')
    expect(answer).toEqual({ data: { _entities: nothing.map(() => null) } })
    expect(await entities([], '__typename')).toEqual({ data: { _entities: [] } })
  })

  it('takes nothing from a representation but type and key', async () => {
    const told = { agency: { __typename: 'Agency', code: 'H53.30' }, applicant: { name: 'Told' }, status: 'REGISTERED' }
    const { data } = await entities(
      [{ __typename: 'Dossier', id: 'Dossier:s:T1', code: 'told', subject: 'told', ...told }],
      '... on Dossier { code subject status agency { code } applicant { name } }',
    )
    expect(data._entities).toEqual([
      {
        code: 'T1',
        subject: 'Đăng ký Hòa giải 100%',
        status: 'PROCESSING',
        agency: { code: 'H53.21.3' },
        applicant: { name: 'Trần Văn Bình' },
      },
    ])
  })

  it('answers a row of another agency with the same bytes as one that does not exist', async () => {
    const ask = async (id: string, caller: Caller) =>
      JSON.stringify(
        await entities([{ __typename: 'Dossier', id }], '__typename ... on Dossier { id code subject }', caller),
      )
    graph.statements()
    expect(await ask('Dossier:s:T1', land)).toBe(await ask('Dossier:s:none', land))
    // By the statement's own conditions, whatever stands behind it in the database.
    expect(graph.statements().every((statement) => statement.includes('agency_path >='))).toBe(true)
    expect(await ask('Dossier:s:L1', land)).toContain('"L1"')
    expect(await ask('Dossier:s:T1', anonymous)).toBe(await ask('Dossier:s:none', anonymous))
  })

  it('names a denied field at its place in the list, whether a row is there or not', async () => {
    const code = 'UNAUTHORIZED_FIELD_OR_TYPE'
    const caller = await graph.caller('H53', ['dossier:read'])
    const { data, errors } = await entities(
      [
        { __typename: 'Dossier', id: 'Dossier:s:T1' },
        { __typename: 'Agency', code: 'H53.21' },
        { __typename: 'Dossier', id: 'Dossier:s:none' },
      ],
      '... on Dossier { code mine: applicant { name } } ... on Agency { name }',
      caller,
    )
    expect(data._entities).toEqual([{ code: 'T1', mine: null }, { name: 'Agency H53.21' }, null])
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['_entities', 0, 'mine'], code],
      [['_entities', 2, 'mine'], code],
    ])
    const closed = await entities([{ __typename: 'Dossier', id: 'Dossier:s:T1' }], '... on Dossier { code }', anonymous)
    expect(closed.data).toEqual({ _entities: [null] })
    expect(closed.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['_entities', 0, 'code'], code],
    ])
  })

  it('wants a purpose, masks without one, and writes each unmasked read to the access log', async () => {
    const selection = '... on Dossier { applicant { name identityNumber } }'
    const named = [
      { __typename: 'Dossier', id: 'Dossier:s:T1' },
      { __typename: 'Dossier', source: { id: 's' }, code: 'T2' },
    ]
    const read = async () => {
      const { rows } = await graph.database.pool.query('select subject, field, purpose from access_entry order by id')
      return rows as unknown[]
    }
    const before = (await read()).length
    const without = await entities(named, selection, { ...all, purpose: null })
    expect(without.data._entities).toEqual([{ applicant: null }, { applicant: null }])
    expect(without.errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      [0, 1].map((place) => [['_entities', place, 'applicant'], 'PURPOSE_REQUIRED']),
    )
    const masked = await entities([{ __typename: 'Dossier', id: 'Dossier:s:L1' }], selection, land)
    expect(masked.data._entities).toEqual([{ applicant: { name: null, identityNumber: null } }])
    expect(await read()).toHaveLength(before)
    const whole = await entities(named, selection)
    expect(whole.data._entities[0]).toEqual({ applicant: { name: 'Trần Văn Bình', identityNumber: '001234567890' } })
    expect((await read()).slice(before)).toEqual(
      ['Dossier:s:T1', 'Dossier:s:T2'].map((subject) => ({
        subject,
        field: 'Dossier.applicant.identityNumber,name',
        purpose: 'dossier-handling',
      })),
    )
  })

  it('takes a thousand representations and no more', async () => {
    const some = Array.from({ length: maxRepresentations }, (_, at) => ({
      __typename: 'Dossier',
      id: `Dossier:s:${at % 2 === 0 ? 'T1' : at}`,
    }))
    const { data } = await entities(some, '... on Dossier { code }')
    expect(data._entities).toHaveLength(1_000)
    expect(data._entities[998]).toEqual({ code: 'T1' })
    const more = await entities([...some, some[0]], '... on Dossier { code }')
    expect(more.errors?.map(({ extensions }) => extensions.code)).toEqual(['OPERATION_TOO_COMPLEX'])
  })

  it('takes literals with variables in them, aliases and fragments', async () => {
    const { data } = await graph.askSubgraph(
      `query ($code: String) {
        a: _entities(representations: [{ __typename: "Dossier", source: { id: "s" }, code: $code }]) { ...D }
        b: _entities(representations: { __typename: "Agency", code: "H53.21" }) { ... on Node { id } }
        c: _entities(representations: [{ __typename: "Dossier", source: { id: "s" }, code: $code }]) { ... on Dossier { subject } }
      }
      fragment D on Dossier { code }`,
      all,
      { code: 'T2' },
    )
    expect(data).toEqual({ a: [{ code: 'T2' }], b: [{ id: 'Agency:H53.21' }], c: [{ subject: 'dang_ky HOÀ BÌNH' }] })
  })

  it('gives cursors that the field itself takes back', async () => {
    const agency = { __typename: 'Agency', code: 'H53' }
    const page = (after: string) =>
      entities([agency], `... on Agency { children(first: 1${after}) { nodes { code } pageInfo { endCursor } } }`)
    const first = (await page('')).data._entities[0].children
    const second = (await page(`, after: "${first.pageInfo.endCursor}"`)).data._entities[0].children
    expect([first.nodes, second.nodes]).toEqual([[{ code: 'H53.21' }], [{ code: 'H53.30' }]])
  })
})

it('keeps _entities and _service out of the schema that clients ask', async () => {
  for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
    await expect(graph.ask(query, all)).rejects.toThrow(/^Cannot query field "_\w+" on type "Query"\.$/)
  }
})

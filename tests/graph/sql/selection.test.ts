import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { agencyOf, dossierOf, mention, newDocument, partyOf } from '../../kit/world/records.ts'

let graph: OpenGraph
let clerk: Caller
let whole: Caller

const at = '2026-03-01T08:00:00.000+07:00'

beforeAll(async () => {
  graph = await openGraph()
  await graph.put('Agency', 'lists', [
    agencyOf('H53', { name: 'Ủy ban nhân dân tỉnh' }),
    agencyOf('H53.21', { otherCodes: ['000.00.21.H53'] }),
    agencyOf('H53.22'),
  ])
  await graph.source('one-stop', 'H53')
  await graph.put('Dossier', 'one-stop', [
    dossierOf('A1', {
      agency: mention('H53.21'),
      procedure: { code: '1.001', name: 'Đăng ký khai sinh', field: 'Hộ tịch' },
      subject: 'Khai sinh cho con',
      receivedAt: at,
      applicant: partyOf('Nguyễn Thị Hoà', {
        identityNumber: '001234567890',
        phone: '+84912345678',
        email: 'hoa@example.vn',
        birthYear: 1990,
        address: '12 đường Một, phường Hai',
        ward: 'phường Hai',
      }),
      fees: [{ name: null, amount: '12500.50', paid: true }],
      results: [{ name: 'Giấy', number: '1', issuedAt: at }],
    }),
    dossierOf('A2', { agency: mention('H53.22'), receivedAt: at }),
  ])
  await graph.put('Document', 'one-stop', [newDocument('H53', 'DOC1', ['H53.21', 'H53.22'], { code: '1/QĐ' })], {
    stream: 'documents',
    key: () => 'm1',
  })
  clerk = await graph.caller('H53', ['dossier:read', 'document:read'])
  whole = await graph.caller('H53', ['dossier:read', 'dossier:personal'], 'dossier-handling')
})
afterAll(() => graph.close())

describe('an operation', () => {
  it('is one statement, however many fields, lists and levels it has', async () => {
    graph.statements()
    const answer = await graph.ask(
      `{ a: dossier(code: "A1") { code procedure { name } agency { name parent { code } dossiers { nodes { code events { status } } } } }
         dossiers { totalCount nodes { code provenance { source externalId firstSeenAt lastChangedAt sourceUpdatedAt run } } }
         agencies { nodes { code children { nodes { code } } documents { nodes { code recipients { code } } } } }
         search(text: "a") { nodes { __typename } } node(id: "Agency:H53") { id } dossierStatistics(groupBy: [STATUS]) { status count } }`,
      clerk,
    )
    expect(answer.errors).toBeUndefined()
    expect(graph.statements()).toHaveLength(1)
    expect(answer.data.dossiers.nodes[0].provenance).toEqual({
      source: 'one-stop',
      externalId: 'A2',
      firstSeenAt: '2026-03-01T08:00:00+07:00',
      lastChangedAt: '2026-03-01T08:00:00+07:00',
      sourceUpdatedAt: null,
      run: 'Run:1',
    })
  })

  it('without anything from the database is none', async () => {
    graph.statements()
    expect(await graph.ask('{ __typename }', clerk)).toEqual({ data: { __typename: 'Query' } })
    expect(graph.statements()).toEqual([])
  })

  it('shows one field under several names, with several arguments, and merges what is asked twice', async () => {
    const { data, errors } = await graph.ask(
      `{ one: dossiers(first: 1) { nodes { code } } two: dossiers(first: 2) { nodes { code } totalCount }
         agency(code: "H53.21") { name c: code dossiers(first: 1) { totalCount } d: dossiers(filter: { status: { eq: RETURNED } }) { totalCount } }
         agency(code: "H53.21") { code dossiers(first: 1) { nodes { code n: subject } } } }`,
      clerk,
    )
    expect(errors).toBeUndefined()
    expect(data.one.nodes).toHaveLength(1)
    expect(data.two).toEqual({ nodes: [{ code: 'A2' }, { code: 'A1' }], totalCount: 2 })
    expect(data.agency).toEqual({
      name: 'Agency H53.21',
      c: 'H53.21',
      code: 'H53.21',
      dossiers: { totalCount: 1, nodes: [{ code: 'A1', n: 'Khai sinh cho con' }] },
      d: { totalCount: 0 },
    })
  })

  it('opens fragments on types, on Node and on the union of a search', async () => {
    const { data, errors } = await graph.ask(
      `query { node(id: "Dossier:one-stop:A1") { __typename ...named ... on Agency { name } }
        search(text: "a1") { edges { node { ...named ... on Dossier { ...deep } } } nodes { ... on Node { id } } } }
       fragment named on Node { id ... on Dossier { code } }
       fragment deep on Dossier { agency { ...agency } }
       fragment agency on Agency { code parent { ...top } }
       fragment top on Agency { code }`,
      clerk,
    )
    expect(errors).toBeUndefined()
    expect(data.node).toEqual({ __typename: 'Dossier', id: 'Dossier:one-stop:A1', code: 'A1' })
    expect(data.search.edges[0].node.agency).toEqual({ code: 'H53.21', parent: { code: 'H53' } })
    expect(data.search.nodes).toEqual([{ id: 'Dossier:one-stop:A1' }])
  })

  it.each([
    [true, false, ['code', 'status']],
    [false, true, ['subject']],
  ])('leaves out what @skip and @include say for variables %s and %s', async (yes, no, names) => {
    const { data, errors } = await graph.ask(
      `query ($yes: Boolean!, $no: Boolean = true) { dossier(code: "A1") {
         code @include(if: $yes) ... @skip(if: $no) { status } ...s @include(if: $no) applicant { name } @skip(if: $no) } }
       fragment s on Dossier { subject }`.replace(
        'applicant { name } @skip(if: $no)',
        'applicant @include(if: false) { name }',
      ),
      clerk,
      { yes, no },
    )
    expect(errors).toBeUndefined()
    expect(Object.keys(data.dossier)).toEqual(names)
  })

  it('takes variables in every place', async () => {
    const { data, errors } = await graph.ask(
      `query ($code: String!, $first: Int, $filter: DossierFilter, $status: DossierStatus!, $codes: [String!], $at: DateTime, $types: [SearchType!], $groups: [DossierGroup!]!) {
         agency(code: $code) { dossiers(first: $first, filter: $filter) { totalCount } }
         dossiers(filter: { status: { in: [$status] }, agency: { in: $codes }, receivedAt: { from: $at } }) { totalCount }
         search(text: $code, types: $types) { totalCount } dossierStatistics(groupBy: $groups, filter: $filter) { count } }`,
      clerk,
      {
        code: 'H53.21',
        first: 5,
        filter: { text: 'khai' },
        status: 'PROCESSING',
        codes: ['000.00.21.H53', 'unknown'],
        at,
        types: ['AGENCY'],
        groups: ['STATUS', 'MONTH'],
      },
    )
    expect(errors).toBeUndefined()
    expect(data).toMatchObject({
      agency: { dossiers: { totalCount: 1 } },
      dossiers: { totalCount: 1 },
      search: { totalCount: 1 },
      dossierStatistics: [{ count: 1 }],
    })
  })

  it('that asks a connection for nothing but its name or its place is answered', async () => {
    const { data, errors } = await graph.ask(
      `{ a: dossiers(filter: { text: "a" }) { __typename } b: dossiers(filter: { text: "a" }) { pageInfo { hasNextPage } }
         c: search(text: "x") { __typename } d: dossiers { edges { cursor } } }`,
      clerk,
    )
    expect(errors).toBeUndefined()
    expect(data.a).toEqual({ __typename: 'DossierConnection' })
    expect(data.b).toEqual({ pageInfo: { hasNextPage: false } })
  })
})

describe('a field that its caller may not have', () => {
  it('is null with its code at its path, and is not in the statement', async () => {
    graph.statements()
    const answer = await graph.ask('{ dossier(code: "A1") { code a: applicant { name } } }', clerk)
    expect(answer.data).toEqual({ dossier: { code: 'A1', a: null } })
    expect(answer.errors).toMatchObject([
      { path: ['dossier', 'a'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } },
    ])
    expect(graph.statements().join()).not.toContain('applicant')
  })

  it.each([
    ['dossier', (code: string) => `{ dossier(code: "${code}") { applicant { name } source { state } } }`, ['A1', 'A9']],
    [
      'node',
      (code: string) => `{ node(id: "Document:one-stop:H53|${code}") { id ... on Document { subject } } }`,
      ['DOC1', 'X'],
    ],
    ['document', (code: string) => `{ document(id: "Document:one-stop:H53|${code}") { subject } }`, ['DOC1', 'X']],
  ])('is the same bytes whether the %s exists or not', async (_, query, [one, other]) => {
    const caller = await graph.caller('H53.22', ['dossier:read'])
    const there = await graph.ask(query(one!), caller)
    expect(there.errors?.length).toBeGreaterThan(0)
    expect(JSON.stringify(there)).toBe(JSON.stringify(await graph.ask(query(other!), caller)))
  })

  it('needs a purpose where it is personal, and nothing of it is fetched without', async () => {
    const noPurpose = { ...whole, purpose: null }
    graph.statements()
    const answer = await graph.ask('{ dossier(code: "A1") { code applicant { name } } }', noPurpose)
    expect(answer.data).toEqual({ dossier: { code: 'A1', applicant: null } })
    expect(answer.errors).toMatchObject([{ path: ['dossier', 'applicant'], extensions: { code: 'PURPOSE_REQUIRED' } }])
    expect(graph.statements().join()).not.toContain('applicant')
    const wrong = await graph.ask('{ dossier(code: "A1") { applicant { name } } }', { ...whole, purpose: 'other' })
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'PURPOSE_REQUIRED' } }])
  })

  it('in a filter is unknown to its caller, and needs a purpose', async () => {
    const query = '{ dossiers(filter: { identityNumber: { eq: "001234567890" } }) { totalCount } }'
    await expect(graph.ask(query, clerk)).rejects.toThrow(/identityNumber/)
    graph.statements()
    const answer = await graph.ask(query, { ...whole, purpose: null })
    expect(answer.data).toBeNull()
    expect(answer.errors).toMatchObject([{ path: ['dossiers'], extensions: { code: 'PURPOSE_REQUIRED' } }])
    expect(graph.statements().join()).not.toContain('personal_tokens')
    expect((await graph.ask(query, whole)).data.dossiers.totalCount).toBe(1)
  })
})

describe('an applicant', () => {
  it('is whole for the personal scope with a purpose, and the read stands in the access log before the answer', async () => {
    const { rows: before } = await graph.database.pool.query<{ last: number }>(
      'select coalesce(max(id), 0) as last from access_entry',
    )
    const answer = await graph.ask('{ dossiers { nodes { code applicant { name phone } } } }', whole)
    expect(answer.data.dossiers.nodes[1].applicant).toEqual({ name: 'Nguyễn Thị Hoà', phone: '+84912345678' })
    const { rows } = await graph.database.pool.query<object>(
      'select caller, subject, field, purpose, legal_basis from access_entry where id > $1',
      [before[0]!.last],
    )
    expect(rows).toEqual([
      {
        caller: 'clerk of H53',
        subject: 'Dossier:one-stop:A1',
        field: 'Dossier.applicant.name,phone',
        purpose: 'dossier-handling',
        legal_basis: 'Law 1',
      },
    ])
  })

  it('is masked for the masked scope, without a purpose', async () => {
    const masked = await graph.caller('H53', ['dossier:read', 'dossier:masked'])
    const answer = await graph.ask(
      '{ dossier(code: "A1") { applicant { kind name identityNumber birthYear phone email address } } }',
      masked,
    )
    expect(answer.errors).toBeUndefined()
    expect(answer.data.dossier.applicant).toEqual({
      kind: 'CITIZEN',
      name: null,
      identityNumber: '*********890',
      birthYear: 1990,
      phone: '*********678',
      email: null,
      address: 'phường Hai',
    })
  })
})

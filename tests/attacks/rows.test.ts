import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canaries } from './canaries.ts'
import { type AttackWorld, codesOf, openAttackWorld, type Sent } from './world.ts'

let world: AttackWorld
beforeAll(async () => {
  world = await openAttackWorld()
})
afterAll(() => world?.close())

const purpose = 'dossier-handling'
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Refused as a name that does not exist is: same status, codes and words but for the names themselves. */
async function asUnknown(hidden: string, unknown: string): Promise<void> {
  const [one, other] = [await world.attack(hidden), await world.attack(unknown)]
  expect([one.status, codesOf(one)]).toEqual([other.status, codesOf(other)])
  expect(one.status).toBe(400)
}
const shown = async (query: string, canary: string, token?: string): Promise<void> => {
  const sent = await world.entitled(query, token === undefined ? {} : { token })
  expect(sent.text).toContain(canary)
}

describe('fields', () => {
  it('A17 are denied on every path: alias, fragment, inline fragment on an interface, @include, three hops away', async () => {
    const id = (await world.entitled('{ dossier(code: "A1") { id } }')).json.data.dossier.id as string
    const fields = 'a: identityNumber n: name'
    const ways = [
      `{ dossier(code: "A1") { applicant { ${fields} } } }`,
      `query { dossier(code: "A1") { ...F } } fragment F on Dossier { applicant { ${fields} } }`,
      `{ node(id: "${id}") { ... on Dossier { applicant { ${fields} } } } }`,
      `query($t: Boolean!) { dossier(code: "A1") { applicant @include(if: $t) { ${fields} } } }`,
      `{ agency(code: "H53.21") { dossiers { nodes { agency { dossiers { nodes { applicant { ${fields} } } } } } } } }`,
      `{ search(text: "A1") { nodes { ... on Dossier { applicant { ${fields} } } } } }`,
    ]
    for (const query of ways) {
      const sent = await world.attack(query, { variables: { t: true } })
      expect(codesOf(sent)).toContain('UNAUTHORIZED_FIELD_OR_TYPE')
      expect((await world.entitled(query, { variables: { t: true } })).text).toContain(canaries.identityA)
    }
  })

  it('A18 and rows are as closed by _entities as by a direct read, for a composer too', async () => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Dossier { code applicant { name } } } }`
    const variables = {
      r: ['A1', 'B1'].map((code) => ({ __typename: 'Dossier', code, source: { id: 'one-stop' } })),
    }
    const composer = await world.mint({ scope: 'subgraph:compose dossier:read', agency: 'H53.21' })
    const sent = await world.attack(query, { variables, token: composer, path: '/subgraph' })
    expect(sent.json.data._entities).toEqual([{ code: 'A1', applicant: null }, null])
    expect(codesOf(sent)).toContain('UNAUTHORIZED_FIELD_OR_TYPE')
    const twin = await world.entitled(query, { variables, path: '/subgraph' })
    expect(twin.json.data._entities[1]).toEqual({ code: 'B1', applicant: { name: canaries.nameB } })
    expect((await world.attack(query, { variables })).status).toBe(400)
  })

  it('A19 of odd representations: no type, an interface, prototypes, a thousand and one, members that claim more', async () => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Dossier { code subject } } }`
    const composer = await world.mint({ scope: 'subgraph:compose dossier:read', agency: 'H53.21' })
    const ask = (r: unknown[]): Promise<Sent> =>
      world.attack(query, { variables: { r }, token: composer, path: '/subgraph' })
    for (const __typename of ['Node', 'Nothing', '__proto__', 'constructor']) {
      const sent = await ask([{ __typename, id: '1' }])
      expect(sent.json.data?._entities?.[0] ?? null).toBeNull()
      expect(sent.text).not.toMatch(/INTERNAL|stack/)
    }
    const more = { agency: 'H53.22', subject: 'claimed', applicant: { name: 'claimed' } }
    const claimed = await ask([{ __typename: 'Dossier', code: 'B1', source: { id: 'one-stop' }, ...more }])
    expect(claimed.json.data._entities).toEqual([null])
    const own = await ask([{ __typename: 'Dossier', code: 'A1', source: { id: 'one-stop' }, ...more }])
    expect(own.json.data._entities[0].subject).toBe('Shown to Alpha')
    const many = await ask(Array.from({ length: 1001 }, () => ({ __typename: 'Dossier', id: 'x' })))
    expect(codesOf(many)).toEqual(['OPERATION_TOO_COMPLEX'])
  })

  it('A20 the SDL is told to a composer alone', async () => {
    const query = '{ _service { sdl } }'
    expect((await world.attack(query)).status).toBe(400)
    expect((await world.attack(query, { path: '/subgraph', token: undefined })).status).toBe(401)
    const denied = await world.attack(query, { path: '/subgraph' })
    expect(denied.status).toBeGreaterThanOrEqual(400)
    expect(denied.text).not.toContain('type Dossier')
    const composer = await world.mint({ scope: 'subgraph:compose' })
    expect((await world.entitled(query, { path: '/subgraph', token: composer })).text).toContain('type Dossier')
  })

  it('A21 introspection shows what the caller may use, the same by every way in', async () => {
    const names = 't: __type(name: "Party") { name } d: __type(name: "Document") { name }'
    const token = await world.mint({ scope: 'dossier:read', agency: 'H53.21' })
    const expected = { t: null, d: null }
    const ways = [
      () => world.attack(`{ ${names} }`, { token }),
      () => world.attack(`query { ...F } fragment F on Query { ${names} }`, { token }),
      () => world.attack(`{\n${names.replaceAll(' { name }', '\n{\nname\n}')}\n}`, { token }),
      () =>
        world.send(`/graphql?query=${encodeURIComponent(`{ ${names} }`)}`, {
          headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' },
        }),
    ]
    for (const way of ways) expect((await way()).json.data).toEqual(expected)
    const all = await world.entitled(`{ ${names} }`)
    expect(all.json.data).toEqual({ t: { name: 'Party' }, d: { name: 'Document' } })
  })

  it('A23 cannot be filtered by: as an unknown name', async () => {
    await asUnknown(
      '{ dossiers(filter: { identityNumber: { eq: "079300000022" } }) { totalCount } }',
      '{ dossiers(filter: { nothingKnown: { eq: "079300000022" } }) { totalCount } }',
    )
    const inVariable = (name: string) =>
      world.attack('query($f: DossierFilter) { dossiers(filter: $f) { totalCount } }', {
        variables: { f: { [name]: { eq: '079300000022' } } },
      })
    const [hidden, unknown] = [await inVariable('identityNumber'), await inVariable('nothingKnown')]
    expect([hidden.status, codesOf(hidden)]).toEqual([unknown.status, codesOf(unknown)])
    expect(codesOf(hidden)).toEqual(['BAD_USER_INPUT'])
    const twin = await world.entitled(
      '{ dossiers(filter: { identityNumber: { eq: "079300000022" } }) { nodes { code } } }',
    )
    expect(twin.json.data.dossiers.nodes).toEqual([{ code: 'B1' }])
  })

  it('A24, A25 cannot be sorted, grouped or aggregated by', async () => {
    await asUnknown(
      '{ dossiers(orderBy: APPLICANT_BIRTH_ASC) { totalCount } }',
      '{ dossiers(orderBy: NOTHING_ASC) { totalCount } }',
    )
    await asUnknown(
      '{ dossierStatistics(groupBy: [IDENTITY_NUMBER]) { count } }',
      '{ dossierStatistics(groupBy: [NOTHING]) { count } }',
    )
    await asUnknown(
      '{ dossierStatistics(groupBy: [STATUS]) { max } }',
      '{ dossierStatistics(groupBy: [STATUS]) { nothing } }',
    )
    const twin = await world.entitled('{ dossiers(orderBy: RECEIVED_AT_ASC) { totalCount } }')
    expect(twin.json.data.dossiers.totalCount).toBe(2)
  })

  it('A27 are not found by search, highlighted or counted', async () => {
    for (const text of [canaries.identityA, canaries.nameA, canaries.phoneA, canaries.subjectB, canaries.cameraB]) {
      const sent = await world.attack(`{ search(text: ${JSON.stringify(text)}) { totalCount nodes { __typename } } }`)
      expect(sent.json.data.search).toEqual({ totalCount: 0, nodes: [] })
    }
    const twin = await world.entitled(`{ search(text: "${canaries.identityB}") { nodes { ... on Dossier { code } } } }`)
    expect(twin.json.data.search.nodes).toEqual([{ code: 'B1' }])
  })

  it('A30 look the same whether the row is there or not', async () => {
    const of = async (code: string): Promise<string> =>
      (await world.attack(`{ dossier(code: "${code}") { applicant { name } } }`)).text.replaceAll(code, 'X')
    expect(await of('B1')).toBe(await of('Z9'))
  })

  it('A37 without a purpose, or with one that is unknown or not the token’s, are null and nothing is fetched', async () => {
    const token = await world.mint({ scope: 'dossier:read dossier:personal', agency: 'H53.21', purposes: [purpose] })
    const query = '{ dossier(code: "A1") { code applicant { name } } }'
    for (const claimed of [undefined, 'nothing-known', 'statistics']) {
      const sent = await world.attack(query, { token, purpose: claimed })
      expect(sent.json.data.dossier).toEqual({ code: 'A1', applicant: null })
      expect(codesOf(sent)).toEqual(['PURPOSE_REQUIRED'])
      expect(sent.json.errors[0].path).toEqual(['dossier', 'applicant'])
    }
    expect((await world.entitled(query, { token, purpose })).text).toContain(canaries.nameA)
  })

  it('A39 masked are not found by their unmasked form', async () => {
    const token = await world.mint({ scope: 'dossier:read dossier:masked', agency: 'H53.21', purposes: [purpose] })
    const sent = await world.attack(
      '{ dossier(code: "A1") { applicant { name identityNumber phone email address birthYear } } }',
      { token, purpose },
    )
    expect(sent.json.data.dossier.applicant).toMatchObject({ name: null, email: null, birthYear: 1980 })
    expect(sent.json.data.dossier.applicant.identityNumber).toMatch(/011$/)
    for (const filter of [`identityNumber: { eq: "${canaries.identityA}" }`]) {
      expect(
        (await world.attack(`{ dossiers(filter: { ${filter} }) { totalCount } }`, { token, purpose })).status,
      ).toBe(400)
    }
    for (const text of ['011', canaries.phoneA, canaries.nameA]) {
      const found = await world.attack(`{ dossiers(filter: { text: "${text}" }) { totalCount } }`, { token, purpose })
      expect(found.json.data.dossiers.totalCount).toBe(0)
    }
  })
})

describe('rows of another agency', () => {
  it('A22 by their global id are as ids that do not exist', async () => {
    const id = (await world.entitled('{ dossier(code: "B1") { id } }')).json.data.dossier.id as string
    const ids = [id, `${id}0`, base64(id), base64('Case:B1'), 'Dossier:one-stop:Z9']
    const texts = await Promise.all(
      ids.map(
        async (one) =>
          (await world.attack('query($id: ID!) { node(id: $id) { id } }', { variables: { id: one } })).text,
      ),
    )
    expect(new Set(texts)).toEqual(new Set(['{"data":{"node":null}}\n']))
    await shown(`{ node(id: "${id}") { ... on Dossier { subject } } }`, canaries.subjectB)
  })

  it('A26 are in no count: with a token by row scope, without one small cells are suppressed', async () => {
    const counted = await world.attack('{ dossierStatistics(groupBy: [AGENCY]) { agency { code } count } }')
    expect(counted.json.data.dossierStatistics).toEqual([{ agency: { code: 'H53.21' }, count: 1 }])
    const open = await world.attack('{ dossierStatistics(groupBy: [STATUS]) { count suppressed } }', {
      token: undefined,
    })
    for (const cell of open.json.data.dossierStatistics) expect(cell).toEqual({ count: null, suppressed: true })
    const filtered = await world.attack('{ dossierStatistics(groupBy: [STATUS], filter: { text: "A1" }) { count } }', {
      token: undefined,
    })
    expect(codesOf(filtered)).toEqual(['BAD_USER_INPUT'])
    const twin = await world.entitled('{ dossierStatistics(groupBy: [STATUS]) { count } }')
    expect(twin.json.data.dossierStatistics).toEqual([{ count: 2 }])
  })

  it('A28 leave no trace in totals, page ends and cursors', async () => {
    const page = await world.attack(
      '{ dossiers(first: 1) { totalCount pageInfo { hasNextPage endCursor } nodes { code } } }',
    )
    expect(page.json.data.dossiers).toMatchObject({
      totalCount: 1,
      nodes: [{ code: 'A1' }],
      pageInfo: { hasNextPage: false },
    })
    expect(Buffer.from(page.json.data.dossiers.pageInfo.endCursor as string, 'base64').toString('latin1')).not.toMatch(
      /"?offset|agency/i,
    )
  })

  it('A29 are not reached by a cursor that is altered, another query’s or another caller’s', async () => {
    const all = await world.entitled('{ dossiers(first: 1) { pageInfo { endCursor } } }')
    const cursor = all.json.data.dossiers.pageInfo.endCursor as string
    const own = (await world.attack('{ dossiers(first: 1) { pageInfo { endCursor } } }')).json.data.dossiers.pageInfo
      .endCursor as string
    const altered = `${own.slice(0, -2)}${own.endsWith('A') ? 'BB' : 'AA'}`
    for (const after of [cursor, altered, 'x', base64('{"offset":1}')]) {
      const sent = await world.attack(`{ dossiers(first: 1, after: ${JSON.stringify(after)}) { nodes { code } } }`)
      expect(codesOf(sent)).toEqual(['BAD_USER_INPUT'])
    }
    const another = await world.attack(
      `{ dossiers(first: 1, after: ${JSON.stringify(own)}, orderBy: DUE_AT_ASC) { nodes { code } } }`,
    )
    expect(codesOf(another)).toEqual(['BAD_USER_INPUT'])
    const twin = await world.entitled(`{ dossiers(first: 1, after: ${JSON.stringify(cursor)}) { nodes { code } } }`)
    expect(twin.json.data.dossiers.nodes).toHaveLength(1)
  })

  it('A31 do not come from a cache: two callers, one query, one moment; nothing between may keep an answer', async () => {
    const query = '{ dossiers { nodes { subject } } }'
    const beta = await world.mint({ scope: 'dossier:read', agency: 'H53.22' })
    for (let round = 0; round < 3; round += 1) {
      const [alpha, other] = await Promise.all([world.attack(query), world.entitled(query, { token: beta })])
      expect(alpha.json.data.dossiers.nodes).toEqual([{ subject: 'Shown to Alpha' }])
      expect(other.json.data.dossiers.nodes).toEqual([{ subject: canaries.subjectB }])
      expect(alpha.headers.get('cache-control')).toBe('private, no-store')
      expect(alpha.headers.get('vary')).toContain('authorization')
    }
  })

  it('A32 do not come by variables or headers that claim another scope', async () => {
    const sent = await world.attack(
      'query($agency: String) { dossiers(filter: { agency: { eq: $agency } }) { nodes { code } } }',
      {
        variables: { agency: 'H53.22' },
        headers: { 'x-agency': 'H53.22', 'x-hasura-role': 'admin', 'x-hub-agency': 'H53' },
      },
    )
    expect(sent.json.data.dossiers.nodes).toEqual([])
  })

  it('A36 are not touched by a mutation, nor is anything when one id of a list is foreign', async () => {
    const id = (await world.entitled('{ quarantine { nodes { id } } }')).json.data.quarantine.nodes[0].id as string
    const operator = await world.mint({ scope: 'operation:read operation:write', agency: 'H53.21' })
    const foreign = await world.attack('mutation($ids: [ID!]!) { releaseQuarantined(ids: $ids) }', {
      token: operator,
      variables: { ids: [id] },
    })
    const absent = await world.attack('mutation($ids: [ID!]!) { releaseQuarantined(ids: $ids) }', {
      token: operator,
      variables: { ids: ['QuarantinedRecord:999999'] },
    })
    expect(foreign.text.replaceAll(id, 'X')).toBe(absent.text.replaceAll('QuarantinedRecord:999999', 'X'))
    const corrected = await world.attack(
      'mutation($id: ID!) { correctQuarantined(id: $id, patch: "{}", reason: "x") }',
      { token: operator, variables: { id } },
    )
    expect(corrected.json.data?.correctQuarantined ?? null).not.toBe(true)
    expect(
      (await world.attack('{ sources { id } quarantine { nodes { raw } } }', { token: operator })).json.data,
    ).toEqual({
      sources: [],
      quarantine: { nodes: [] },
    })
    const raw = await world.entitled('{ quarantine { nodes { raw } } }')
    expect(raw.text).toContain(canaries.quarantineB)
  })

  it('A38 one subject a request, many in a day: a caller’s budget of distinct subjects ends it', async (context) => {
    context.skip('asked of the gateway with a small budget in tests/gateway: a day’s walk is too long here')
  })

  for (const [id, part] of [
    ['A34', 'webhooks'],
    ['A35', 'export jobs'],
    ['A40', 'asOf'],
  ] as const) {
    it(`${id}: ${part}`, ({ skip }) => skip(`there are no ${part}`))
  }
})

it('no canary was in an answer, a log line or a metric', async () => {
  expect(await world.scan()).toEqual([])
})

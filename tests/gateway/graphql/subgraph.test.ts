import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHub } from './subgraph-open.ts'
import type { OpenedHub, Sent } from './subgraph-open.ts'

let hub: OpenedHub

beforeAll(async () => {
  hub = await openHub()
})
afterAll(() => hub.close())

const ask = (query: string, sent?: Sent) => hub.ask(query, sent)
const composer = (scope?: string, agency?: string) => hub.composer(scope, agency)
const byKey = 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Dossier { code subject } } }'
const named = (...ids: string[]) => ({ r: ids.map((id) => ({ __typename: 'Dossier', id })) })

describe('/subgraph', () => {
  it('answers a composer with its schema', async () => {
    const answer = await ask('{ _service { sdl } }', { token: await composer() })
    expect(answer.status).toBe(200)
    const { sdl } = answer.json.data!['_service'] as { sdl: string }
    expect(sdl).toBe(hub.graph.generation.subgraph.sdl)
    expect(() => parse(sdl)).not.toThrow()
  })

  it('is closed to whoever is no composer, whatever is asked and however', async () => {
    const reader = await hub.token('dossier:read')
    const none: unknown[] = []
    for (const query of ['{ _service { sdl } }', '{ __typename }', '{', '{ agencies { totalCount } }']) {
      const without = await ask(query)
      expect([without.status, without.codes]).toEqual([401, ['UNAUTHENTICATED']])
      expect(without.headers.get('www-authenticate')).toContain('Bearer')
      const denied = await ask(query, { token: reader })
      expect([denied.status, denied.codes]).toEqual([403, ['UNAUTHORIZED_FIELD_OR_TYPE']])
      none.push(denied.text)
    }
    expect(new Set(none).size).toBe(1)
    const over = await fetch(`${hub.url}/subgraph?query={__typename}`)
    expect(over.status).toBe(401)
  })

  it('takes POST alone', async () => {
    const headers = { authorization: `Bearer ${await composer()}`, 'apollo-require-preflight': '1' }
    const answer = await fetch(`${hub.url}/subgraph?query={__typename}`, { headers })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it("shows the rows that the composer's own token shows, others as absent", async () => {
    const variables = named('Dossier:s:N1', 'Dossier:s:T2', 'Dossier:s:none')
    const own = await ask(byKey, { token: await composer('dossier:read', 'H53.21'), variables })
    expect(own.json).toEqual({
      data: { _entities: [{ __typename: 'Dossier', code: 'N1', subject: 'Near' }, null, null] },
    })
    const all = await ask(byKey, { token: await composer('dossier:read'), variables })
    expect((all.json.data!['_entities'] as unknown[])[1]).toMatchObject({ code: 'T2' })
    const open = await ask(byKey, { token: await composer(), variables })
    expect(open.json.data).toEqual({ _entities: [null, null, null] })
    expect(new Set(open.codes)).toEqual(new Set(['UNAUTHORIZED_FIELD_OR_TYPE']))
  })

  it('answers ordinary operations beside entities', async () => {
    const answer = await ask(
      '{ agency(code: "H53.21") { code } e: _entities(representations: [{ __typename: "Agency", code: "H53" }]) { ... on Agency { name } } }',
      { token: await composer() },
    )
    expect(answer.json).toEqual({ data: { agency: { code: 'H53.21' }, e: [{ name: 'Agency H53' }] } })
  })

  it('refuses more than a thousand representations, and a list whose answer would be too large', async () => {
    const token = await composer('dossier:read')
    const ids = Array.from({ length: 1_001 }, (_, at) => `Dossier:s:${at}`)
    const fitting = await ask(byKey, { token, variables: named(...ids.slice(0, 1_000)) })
    expect([fitting.status, (fitting.json.data!['_entities'] as unknown[]).length]).toEqual([200, 1_000])
    const more = await ask(byKey, { token, variables: named(...ids) })
    expect([more.status, more.codes, more.json.data]).toEqual([400, ['OPERATION_TOO_COMPLEX'], undefined])
    const deep = '{ ... on Agency { children(first: 100) { nodes { name } } } }'
    const list = (count: number) => ({
      r: Array.from({ length: count }, () => ({ __typename: 'Agency', code: 'H53' })),
    })
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) ${deep} }`
    expect((await ask(query, { token, variables: list(10) })).status).toBe(200)
    const large = await ask(query, { token, variables: list(300) })
    expect([large.status, large.codes]).toEqual([400, ['OPERATION_TOO_COMPLEX']])
    const literal = `{ _entities(representations: [${'{__typename:"Agency",code:"H53"},'.repeat(300)}]) ${deep} }`
    expect((await ask(literal, { token })).codes).toEqual(['OPERATION_TOO_COMPLEX'])
  })

  it('refuses a representation that is no object, and a denied input, as /graphql does', async () => {
    const token = await composer('dossier:read')
    const wrong = await ask(byKey, { token, variables: { r: ['Dossier:s:N1'] } })
    expect([wrong.status, wrong.codes]).toEqual([400, ['BAD_USER_INPUT']])
    expect(wrong.text).not.toContain('N1')
    const literal = await ask('{ _entities(representations: ["x"]) { __typename } }', { token })
    expect([literal.status, literal.codes]).toEqual([400, ['BAD_USER_INPUT']])
    const filter = '{ dossiers(filter: { identityNumber: { eq: "0" } }) { totalCount } }'
    const [there, here] = [await ask(filter, { token, path: '/graphql' }), await ask(filter, { token })]
    expect([here.status, here.text]).toEqual([there.status, there.text])
  })

  it('takes no member of a representation for an identity, a scope or a row', async () => {
    const text = `{"query":${JSON.stringify(byKey)},"variables":{"r":[
      {"__typename":"Dossier","id":"Dossier:s:T2","agency":"H53","scopes":["dossier:read"],"__proto__":{"id":"Dossier:s:N1"}},
      {"__typename":"__proto__","id":"Dossier:s:N1"},{"__typename":"constructor","id":"Dossier:s:N1"},
      {"__typename":"Node","id":"Dossier:s:N1"},{"__typename":"Dossier","__proto__":{"id":"Dossier:s:N1"}}]}}`
    const answer = await fetch(`${hub.url}/subgraph`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await composer('dossier:read', 'H53.21')}`,
      },
      body: text,
    })
    expect([answer.status, await answer.json()]).toEqual([200, { data: { _entities: [null, null, null, null, null] } }])
  })

  it('guards against forged requests and large bodies as /graphql does', async () => {
    const token = await composer()
    for (const path of ['/graphql', '/subgraph']) {
      const post = (headers: Record<string, string>, body: string) =>
        fetch(`${hub.url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, ...headers },
          body,
        })
      const plain = await post({ 'content-type': 'text/plain' }, '{"query":"{ __typename }"}')
      const large = await post({ 'content-type': 'application/json' }, JSON.stringify({ query: 'x'.repeat(300_000) }))
      const media = await post(
        { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        '{"query":"{ __typename }"}',
      )
      expect([path, plain.status, large.status, media.headers.get('content-type')]).toEqual([
        path,
        400,
        413,
        'application/graphql-response+json; charset=utf-8',
      ])
    }
  })

  it('ignores the header of federated traces', async () => {
    const headers = { 'apollo-federation-include-trace': 'ftv1' }
    expect((await ask('{ __typename }', { token: await composer(), headers })).json).toEqual({
      data: { __typename: 'Query' },
    })
  })
})

describe('a field without its scope', () => {
  const denied = 'applicant { name }'
  const ways: Readonly<Record<string, string>> = {
    plainly: `... on Dossier { a: ${denied} }`,
    'in a fragment': '...F',
    'in a fragment within the interface': `... on Node { ... on Dossier { a: ${denied} } }`,
    'under @include': `... on Dossier { a: ${denied.replace('{', '@include(if: $t) {')} }`,
    'in a fragment that is included': '...F @include(if: $t)',
    'within the same type again': `... on Dossier { ... on Node { ... on Dossier { a: ${denied} } } }`,
  }

  it('is denied by every way to it', async () => {
    const token = await composer('dossier:read')
    for (const [way, selection] of Object.entries(ways)) {
      const fragment = selection.includes('...F') ? `fragment F on Dossier { a: ${denied} }` : ''
      const t = selection.includes('$t') ? ', $t: Boolean!' : ''
      const query = `query ($r: [_Any!]!${t}) { _entities(representations: $r) { ${selection} } } ${fragment}`
      const answer = await ask(query, { token, variables: { ...named('Dossier:s:T1'), t: true } })
      expect([way, answer.json.data, answer.codes, answer.json.errors?.[0]?.path]).toEqual([
        way,
        { _entities: [{ a: null }] },
        ['UNAUTHORIZED_FIELD_OR_TYPE'],
        ['_entities', 0, 'a'],
      ])
    }
  })

  it('is denied behind other objects too, at the place in the list', async () => {
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Agency { dossiers { nodes { agency { dossiers { nodes { ${denied} } } } } } } } }`
    const representations = ['H53', 'H53.21'].map((code) => ({ __typename: 'Agency', code }))
    const answer = await ask(query, { token: await composer('dossier:read'), variables: { r: representations } })
    expect(answer.text).not.toContain('"name"')
    expect(answer.json.errors?.map(({ path }) => path)).toEqual(
      [0, 1].map((at) => ['_entities', at, 'dossiers', 'nodes', 'agency', 'dossiers', 'nodes', 'applicant']),
    )
  })
})

describe('introspection', () => {
  it('shows a composer what its scopes may use, asked in any way', async () => {
    const token = await composer()
    const [plain, fragment, alias, lines] = await Promise.all(
      [
        '{ __schema { types { name } } }',
        '{ ...Q } fragment Q on Query { __schema { types { name } } }',
        '{ other: __schema { types { name } } }',
        '{ __schema\n{\ntypes\n{ name } } }',
      ].map((query) => ask(query, { token })),
    )
    expect(plain!.text).toContain('"_Entity"')
    expect(plain!.text).not.toMatch(/"(Dossier|Document|Camera|Report|Run)"/)
    expect([fragment!.text, lines!.text, alias!.text.replace('"other"', '"__schema"')]).toEqual(
      Array.from({ length: 3 }, () => plain!.text),
    )
    const possible = await ask('{ __type(name: "_Entity") { possibleTypes { name } } }', { token })
    expect(possible.json.data).toEqual({
      __type: {
        possibleTypes: ['AdministrativeUnit', 'Agency', 'Indicator', 'Observation', 'Procedure'].map((name) => ({
          name,
        })),
      },
    })
  })
})

it('a global id of another agency is as one that does not exist', async () => {
  const token = await composer('dossier:read', 'H53.21')
  const of = async (id: string) => (await ask(`{ node(id: "${id}") { __typename id } }`, { token })).text
  expect(await of('Dossier:s:T2')).toBe(await of('Dossier:s:none'))
  expect(await of('Dossier:s:N1')).toContain('"Dossier:s:N1"')
})

it('/graphql has neither _service nor _entities, also for a composer', async () => {
  const token = await composer('dossier:read')
  for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
    const answer = await ask(query, { token, path: '/graphql' })
    expect([answer.status, answer.codes]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']])
    const unknown = await ask(query.replace(/_service|_entities/, '_nothing'), { token, path: '/graphql' })
    expect(
      answer.text.replaceAll(/_service|_entities/g, '_nothing').replace(/,?\{"message":"Unknown argument.*?\}\}/, ''),
    ).toBe(unknown.text)
  }
  const types = await ask('{ __type(name: "_Entity") { name } __schema { queryType { fields { name } } } }', {
    token,
    path: '/graphql',
  })
  expect(types.text).not.toMatch(/_entities|_service/)
  expect(types.json.data!['__type']).toBeNull()
})

import { request as rawRequest } from 'node:http'
import { buildClientSchema, buildSchema, getIntrospectionQuery } from 'graphql'
import type { IntrospectionQuery } from 'graphql'
import { codeExtensions } from '../../../src/access/error.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hubError } from '../../../src/access/error.ts'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import { ask, codes, openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'
import { smallSchema } from '../small-schema.ts'

let opened: OpenedGateway
let reader: string
let officer: string

beforeAll(async () => {
  opened = await openSmallGateway()
  reader = await opened.issuer.mint({ scope: 'dossier:read' })
  officer = await opened.issuer.mint({ scope: 'dossier:read dossier:personal camera:read', purposes: ['handling'] })
})
afterAll(() => opened.close())
beforeEach(() => {
  opened.logged.length = 0
  opened.fetched.length = 0
})

const get = (search: string, headers: Record<string, string> = {}) =>
  fetch(`${opened.gateway.url}/graphql${search}`, { headers })
const post = (body: string, headers: Record<string, string>) =>
  fetch(`${opened.gateway.url}/graphql`, { method: 'POST', headers, body })

describe('an operation', () => {
  it('is answered over POST and GET, uncached, with a request id', async () => {
    const answer = await ask(opened.gateway, 'query ($n: String) { hello(name: $n) }', { variables: { n: 'Huế' } })
    expect(answer.json).toEqual({ data: { hello: 'hello Huế' } })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
    const over = await get('?query={hello}', { 'apollo-require-preflight': '1' })
    expect(await over.json()).toEqual({ data: { hello: 'hello world' } })
  })

  it('is answered in the media type of GraphQL over HTTP where that is asked for', async () => {
    const answer = await ask(opened.gateway, '{ hello }', { headers: { accept: 'application/graphql-response+json' } })
    expect(answer.headers.get('content-type')).toContain('application/graphql-response+json')
  })

  it('gives null and the code at the path of what is denied, and reads nothing of it', async () => {
    const query = '{ d: dossier(code: "H53.21-26-0001") { code p: applicant { name } } }'
    const answer = await ask(opened.gateway, query, { token: reader })
    expect(answer.status).toBe(200)
    expect(answer.json.data).toEqual({ d: { code: 'H53.21-26-0001', p: null } })
    expect(answer.json.errors).toMatchObject([{ path: ['d', 'p'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }])
    expect(opened.fetched).not.toContain('Dossier.applicant')
    const absent = await ask(opened.gateway, '{ applicant: dossier(code: "none") { code } }', { token: reader })
    expect(absent.json).toEqual({ data: { applicant: null } })
  })

  it('asks for a purpose, and is answered with one', async () => {
    const query = '{ dossier(code: "H53.21-26-0001") { note } }'
    const without = await ask(opened.gateway, query, { token: officer })
    expect(without.json.data).toEqual({ dossier: { note: null } })
    expect(codes(without)).toEqual(['PURPOSE_REQUIRED'])
    const unheld = await ask(opened.gateway, query, { token: officer, purpose: 'other' })
    expect(codes(unheld)).toEqual(['PURPOSE_REQUIRED'])
    expect(opened.fetched).not.toContain('Dossier.note')
    const held = await ask(opened.gateway, query, { token: officer, purpose: 'handling' })
    expect(held.json).toEqual({ data: { dossier: { note: 'CANARY-NOTE' } } })
  })

  it('that uses a denied input is answered as if the name did not exist', async () => {
    const of = (name: string) => `{ dossiers(filter: { ${name}: "1" }) { totalCount } }`
    const denied = await ask(opened.gateway, of('identityNumber'), { token: reader })
    const unknown = await ask(opened.gateway, of('noSuchFieldIs'), { token: reader })
    expect([denied.status, codes(denied)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']])
    expect(denied.text).toBe(unknown.text.replaceAll('noSuchFieldIs', 'identityNumber'))
    const both = await ask(opened.gateway, '{ dossiers(filter: { identityNumber: "1", noSuch: 1 }) { totalCount } }')
    expect(codes(both)).toHaveLength(2)
  })

  it('that uses a denied input inside a variable is BAD_USER_INPUT, as for an unknown name', async () => {
    const query = 'query ($f: DossierFilter) { dossiers(filter: $f) { totalCount } }'
    const denied = await ask(opened.gateway, query, { token: reader, variables: { f: { identityNumber: '1' } } })
    const unknown = await ask(opened.gateway, query, { token: reader, variables: { f: { noSuchFieldIs: '1' } } })
    expect([denied.status, codes(denied)]).toEqual([400, ['BAD_USER_INPUT']])
    expect(denied.text).toBe(unknown.text.replaceAll('noSuchFieldIs', 'identityNumber'))
  })
})

describe('an executor', () => {
  it('that fails as a whole is a 500, masked; with an error made on purpose, that error', async () => {
    let failure: Error = new Error('CANARY-CAUSE')
    const own = await openSmallGateway(async () => ({
      generation: {
        schema: smallSchema(),
        policy: openPolicy({ schema: smallSchema(), purposes: null }),
        execute: () => Promise.reject(failure),
      },
    }))
    try {
      const broken = await ask(own.gateway, '{ hello }')
      expect([broken.status, codes(broken)]).toEqual([500, ['INTERNAL']])
      expect(broken.text).not.toContain('CANARY')
      failure = hubError('BAD_USER_INPUT', 'first is 1 to 100.')
      const refused = await ask(own.gateway, '{ hello }')
      expect([refused.status, refused.json.errors]).toEqual([
        400,
        [{ message: 'first is 1 to 100.', extensions: codeExtensions('BAD_USER_INPUT') }],
      ])
    } finally {
      await own.close()
    }
  })

  it('gives way to the next generation, schema and rules with it', async () => {
    const own = await openSmallGateway()
    try {
      const schema = buildSchema('type Query { later: String }')
      expect((await ask(own.gateway, '{ later }')).status).toBe(400)
      const execute = async () => ({ data: { later: 'now' } })
      own.gateway.replace({ schema, policy: openPolicy({ schema, purposes: null }), execute })
      expect((await ask(own.gateway, '{ later }')).json).toEqual({ data: { later: 'now' } })
      expect((await ask(own.gateway, '{ hello }')).status).toBe(400)
    } finally {
      await own.close()
    }
  })
})

describe('introspection', () => {
  it('shows the schema of the caller, whatever way it is asked', async () => {
    const seen = async (token?: string): Promise<string[]> => {
      const answer = await ask(opened.gateway, getIntrospectionQuery(), token === undefined ? {} : { token })
      return Object.keys(buildClientSchema(answer.json.data as unknown as IntrospectionQuery).getTypeMap())
    }
    expect(await seen()).not.toContain('Dossier')
    expect(await seen(reader)).toContain('Dossier')
    const query = 'query { ...F } fragment F on Query { t: __type(name: "Dossier") { name } hello }'
    const answer = await ask(opened.gateway, query)
    expect(answer.json).toEqual({ data: { t: null, hello: 'hello world' } })
    expect((await ask(opened.gateway, query, { token: reader })).json.data).toMatchObject({ t: { name: 'Dossier' } })
  })

  it('of __typename alone needs no executor', async () => {
    expect((await ask(opened.gateway, '{ a: __typename }')).json).toEqual({ data: { a: 'Query' } })
    expect(opened.fetched).toEqual([])
  })
})

describe('a token', () => {
  it('that is bad is a 401 with a challenge, one text, and no operation', async () => {
    const answer = await ask(opened.gateway, '{ hello }', { token: 'a.b.c' })
    expect([answer.status, codes(answer)]).toEqual([401, ['UNAUTHENTICATED']])
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    expect(opened.fetched).toEqual([])
    expect(opened.logged.join()).not.toContain('a.b.c')
  })

  it('that stands in two headers is a 401', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(opened.gateway.url)
      const sent = rawRequest({ hostname, port, path: '/graphql', method: 'POST' }, (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.setHeader('content-type', 'application/json')
      sent.setHeader('authorization', [`Bearer ${reader}`, `Bearer ${reader}`])
      sent.end('{"query":"{ hello }"}')
    })
    expect(status).toBe(401)
  })

  it('in the address is not read, and the address is not logged', async () => {
    const answer = await get(`?query={self}&access_token=${reader}`, { 'apollo-require-preflight': '1' })
    expect(await answer.json()).toMatchObject({ data: { self: null } })
    expect(opened.logged.join()).not.toContain(reader.slice(0, 20))
  })

  it('above what a header may hold is refused by the server', async () => {
    const answer = await fetch(`${opened.gateway.url}/graphql`, {
      headers: { authorization: `Bearer ${'a'.repeat(64_000)}` },
    })
    expect(answer.status).toBe(431)
  })
})

describe('what goes wrong', () => {
  it('inside is masked, with the request id, and logged without what it quotes', async () => {
    const answer = await ask(opened.gateway, '{ broken hello }')
    expect(answer.json.data).toEqual({ broken: null, hello: 'hello world' })
    expect(answer.json.errors?.[0]?.path).toEqual(['broken'])
    expect(answer.json.errors?.[0]?.extensions).toEqual({
      ...codeExtensions('INTERNAL'),
      requestId: answer.headers.get('x-request-id'),
    })
    expect(answer.text + opened.logged.join()).not.toContain('CANARY')
    expect(opened.logged.join()).toContain(answer.headers.get('x-request-id'))
  })

  it('on purpose passes with its code and text', async () => {
    const answer = await ask(opened.gateway, '{ unreadable }')
    expect(answer.json.errors).toMatchObject([
      { message: 'The cursor is not one of this list.', path: ['unreadable'], extensions: { code: 'BAD_USER_INPUT' } },
    ])
  })

  it('in a variable never echoes the value', async () => {
    const cases: [string, unknown][] = [
      ['query ($v: Int) { hello(count: $v) }', 'CANARY-VALUE'],
      ['query ($v: String) { hello(name: $v) }', { CANARY: 'CANARY-VALUE' }],
      ['query ($v: DossierFilter) { dossiers(filter: $v) { totalCount } }', { since: 'CANARY-VALUE' }],
      ['query ($v: DossierFilter) { dossiers(filter: $v) { totalCount } }', 'CANARY-VALUE'],
      ['query ($v: AgencyOrder) { agencies(order: $v) { nodes { id } } }', 'CANARY-VALUE'],
      ['query ($v: Int!) { hello(count: $v) }', null],
    ]
    for (const [query, v] of cases) {
      const answer = await ask(opened.gateway, query, { variables: { v } })
      expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']])
      expect(answer.text + opened.logged.join()).not.toContain('CANARY-VALUE')
      expect(answer.json.errors?.[0]?.message).toContain('$v')
    }
  })

  it('in a value of the document is BAD_USER_INPUT without the value', async () => {
    for (const value of ['"CANARY-VALUE"', '{ a: "CANARY-VALUE" }', 'CANARY_VALUE', '1.5']) {
      const answer = await ask(opened.gateway, `{ hello(count: ${value}) }`)
      expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']])
      expect(answer.text).not.toMatch(/CANARY.VALUE|1\.5/)
      expect(answer.text).toContain('type \\"Int\\"')
    }
    const broken = await ask(opened.gateway, '{ hello(name: "CANARY-VALUE" "CANARY-VALUE") }')
    expect([broken.status, codes(broken)]).toEqual([400, ['GRAPHQL_PARSE_FAILED']])
    expect(broken.text).not.toContain('CANARY-VALUE')
  })

  it('is named without suggestions', async () => {
    const answer = await ask(opened.gateway, '{ helo }')
    expect([answer.status, codes(answer)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']])
    expect(answer.text).not.toContain('Did you mean')
    expect(codes(await ask(opened.gateway, 'query a { hello } query b { hello }'))).toEqual([
      'OPERATION_RESOLUTION_FAILURE',
    ])
  })
})

describe('over HTTP it refuses', () => {
  const json = { 'content-type': 'application/json' }

  it('a mutation by GET, a batch, a form, plain text, and what is no JSON', async () => {
    const preflight = { 'apollo-require-preflight': '1' }
    expect((await get('?query=mutation{rename(code:"x")}', preflight)).status).toBe(405)
    expect((await get('?query={hello}')).status).toBe(400)
    expect((await post('[{"query":"{ hello }"},{"query":"{ hello }"}]', json)).status).toBe(400)
    expect((await post('query={hello}', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(400)
    expect((await post('{"query":"{ hello }"}', { 'content-type': 'text/plain' })).status).toBe(400)
    expect((await post('{"query":', json)).status).toBe(400)
    expect((await post('', json)).status).toBe(400)
    expect((await post('{"query":"{ hello }"}', { 'content-type': 'application/json; charset=utf-16' })).status).toBe(
      415,
    )
    expect((await fetch(`${opened.gateway.url}/graphql`, { method: 'PUT', body: '{}', headers: json })).status).toBe(
      405,
    )
  })

  it('a subscription outside the stream', async () => {
    const answer = await ask(opened.gateway, 'subscription { ticked }')
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']])
  })

  it('a body above 256 kB, sent whole or in pieces, and serves on', async () => {
    const body = JSON.stringify({ query: '{ hello }', variables: { n: 'x'.repeat(300_000) } })
    expect((await post(body, json)).status).toBe(413)
    const pieces = new Blob([body]).stream()
    const sent = await fetch(`${opened.gateway.url}/graphql`, {
      method: 'POST',
      headers: json,
      body: pieces,
      duplex: 'half',
    } as RequestInit)
    expect(sent.status).toBe(413)
    expect((await ask(opened.gateway, '{ hello }')).status).toBe(200)
  })

  it('nothing that a body smuggles into prototypes', async () => {
    const answer = await post(
      '{"query":"{ hello }","__proto__":{"isAdmin":true},"variables":{"\\u005f_proto__":{"isAdmin":true}}}',
      json,
    )
    expect(answer.status).toBe(200)
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})

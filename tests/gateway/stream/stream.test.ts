// Tests of /graphql/stream: both modes, refusals, limits and ends.
import { codeExtensions } from '../../../src/access/error.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient } from 'graphql-sse'
import { openVerifier } from '../../../src/access/token/verifier.ts'
import { openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'
import { openStream, openTown, townSchema } from './town.ts'
import type { Town } from './town.ts'
import { house } from '../../../src/domains/index.ts'
import { underLoad } from '../../kit/under-load.ts'

const names = new Map([
  ['Dossier:a', 'H53-A'],
  ['Dossier:b', 'H53-B'],
])
let town: Town
let opened: OpenedGateway
let reader: string
const revoked = new Set<string>()

async function openTownGateway(streams: object = {}): Promise<OpenedGateway> {
  const small = await openSmallGateway(async () => ({ generation: town.generation, streams }))
  return small
}

beforeAll(async () => {
  town = openTown(names)
  opened = await openTownGateway()
  reader = await opened.issuer.mint({ scope: 'dossier:read' })
})
afterAll(() => opened.close())
beforeEach(() => {
  town.asked.length = 0
  town.reads.length = 0
})

const changed = 'subscription { dossierChanged { code } }'
const followers = (count: number) => vi.waitFor(() => expect(town.following()).toBe(count), { timeout: 60_000 })

describe('a subscription', () => {
  it('gives each event as its selection asks, over POST, until the client leaves', async () => {
    const query = `subscription ($s: Int, $x: Boolean!) { seen: dossierChanged(filter: { since: $s }) { ...D } }
      fragment D on Dossier { code id @include(if: $x) __typename }`
    const stream = await openStream(opened.gateway, {
      body: { query, variables: { s: 3, x: true } },
      token: reader,
    })
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(stream.headers.get('cache-control')).toBe('private, no-store')
    await followers(1)
    expect(town.asked).toEqual([{ field: 'dossierChanged', args: { filter: { since: 3 } } }])
    town.tell({ kind: 'CHANGED', id: 'Dossier:a' }, { kind: 'CHANGED', id: 'Dossier:b' })
    const shown = { code: 'H53-A', id: 'Dossier:a', __typename: 'Dossier' }
    expect(await stream.next()).toEqual({ event: 'next', data: { data: { seen: shown } } })
    expect((await stream.next()).data?.data).toMatchObject({ seen: { code: 'H53-B' } })
    stream.leave()
    await followers(0)
  })

  it('is taken over GET too', async () => {
    const stream = await openStream(opened.gateway, {
      method: 'GET',
      search: `?query=${encodeURIComponent('subscription S($s: Int) { dossierChanged(filter: { since: $s }) { code } }')}&variables={"s":1}`,
      token: reader,
    })
    await followers(1)
    town.tell({ kind: 'CHANGED', id: 'Dossier:a' })
    expect((await stream.next()).data).toEqual({ data: { dossierChanged: { code: 'H53-A' } } })
    stream.leave()
    await followers(0)
  })

  it('announces that something has left, and nothing of what it was', async () => {
    const stream = await openStream(opened.gateway, { body: { query: changed }, token: reader })
    await followers(1)
    town.tell({ kind: 'LEFT' })
    expect((await stream.next()).data).toEqual({ data: { dossierChanged: null }, extensions: { left: true } })
    stream.leave()
    await followers(0)
  })

  it('has every field of an event decided as in any other operation, for the caller and purpose of the stream', async () => {
    const query = 'subscription { d: dossierChanged { code note applicant { name } } }'
    const token = await opened.issuer.mint({ scope: 'dossier:read dossier:masked', purposes: ['handling'] })
    const headers = { 'x-hub-purpose': 'handling' }
    const stream = await openStream(opened.gateway, { body: { query }, token, headers })
    await followers(1)
    town.tell({ kind: 'CHANGED', id: 'Dossier:a' })
    expect((await stream.next()).event).toBe('next')
    expect(town.reads).toMatchObject([
      { caller: { purpose: 'handling' }, denied: ['d.note UNAUTHORIZED_FIELD_OR_TYPE'] },
    ])
    stream.leave()
    await followers(0)
  })

  it('is one null with the reason for a caller without the scope', async () => {
    const stream = await openStream(opened.gateway, { body: { query: changed } })
    const [refused, end] = await stream.rest()
    expect(refused?.data).toMatchObject({
      data: { dossierChanged: null },
      errors: [{ path: ['dossierChanged'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    })
    expect(end?.event).toBe('complete')
    expect(town.asked).toEqual([])
  })

  it.each([
    ['of an unknown field', 'GRAPHQL_VALIDATION_FAILED', 'subscription { nothing }'],
    ['that does not parse', 'GRAPHQL_PARSE_FAILED', 'subscription {'],
    [
      'without its variables',
      'BAD_USER_INPUT',
      'subscription ($s: Int!) { dossierChanged(filter: { since: $s }) { code } }',
    ],
    ['that is too long', 'OPERATION_TOO_COMPLEX', `subscription { dossierChanged { ${'a: code '.repeat(500)} } }`],
    [
      'that filters by a denied field',
      'GRAPHQL_VALIDATION_FAILED',
      'subscription { dossierChanged(filter: { identityNumber: "1" }) { code } }',
    ],
    [
      'of two fields',
      'GRAPHQL_VALIDATION_FAILED',
      'subscription { a: dossierChanged { code } b: dossierChanged { code } }',
    ],
    ['that nests too deep', 'OPERATION_TOO_COMPLEX', `subscription { dossierChanged(filter: ${'{all: '.repeat(60)}`],
  ])('%s is refused in an event: %s', async (_name, code, query) => {
    const stream = await openStream(opened.gateway, { body: { query }, token: reader })
    const [refused, end] = await stream.rest()
    expect(refused?.data?.errors?.[0]?.extensions['code']).toBe(code)
    expect(JSON.stringify(refused)).not.toContain('Did you mean')
    expect(end?.event).toBe('complete')
    expect(town.following()).toBe(0)
  })

  it('with a bad token, or for another site, does not begin', async () => {
    const bad = await openStream(opened.gateway, { body: { query: changed }, token: 'no.such.token' })
    expect(bad.status).toBe(401)
    const other = await openStream(opened.gateway, {
      body: { query: changed },
      token: reader,
      headers: { 'sec-fetch-site': 'cross-site' },
    })
    expect(other.status).toBe(403)
  })

  it('is not served at /graphql, which names the right path', async () => {
    const answer = await fetch(`${opened.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${reader}` },
      body: JSON.stringify({ query: changed }),
    })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('/graphql/stream')
  })
})

it('a query has its one answer over an event stream, a mutation only by POST', async () => {
  const query = await openStream(opened.gateway, { body: { query: '{ hello }' } })
  expect(await query.rest()).toMatchObject([{ data: { data: { hello: 'hello' } } }, { event: 'complete' }])
  const search = `?query=${encodeURIComponent('mutation { rename(code: "1") }')}`
  const mutation = await openStream(opened.gateway, { method: 'GET', search })
  expect((await mutation.rest())[0]?.data?.errors?.[0]?.extensions['code']).toBe('BAD_REQUEST')
  const schema = await openStream(opened.gateway, { body: { query: '{ __type(name: "Dossier") { name } }' } })
  expect((await schema.rest())[0]?.data?.data).toEqual({ __type: null })
})

describe('one connection for several operations', () => {
  const put = (token: string) =>
    fetch(`${opened.gateway.url}/graphql/stream`, { method: 'PUT', headers: { authorization: `Bearer ${token}` } })
  const send = (method: string, stream: string, token: string, rest: { body?: unknown; search?: string } = {}) =>
    fetch(`${opened.gateway.url}/graphql/stream${rest.search ?? ''}`, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'x-graphql-event-stream-token': stream,
      },
      ...(rest.body === undefined ? {} : { body: JSON.stringify(rest.body) }),
    })

  it('is reserved, filled, and its operations are ended one by one', async () => {
    const reserved = await put(reader)
    expect(reserved.status).toBe(201)
    const token = await reserved.text()
    const stream = await openStream(opened.gateway, { method: 'GET', search: `?token=${token}`, token: reader })
    expect(stream.status).toBe(200)
    const began = await send('POST', token, reader, { body: { query: changed, extensions: { operationId: 'one' } } })
    expect(began.status).toBe(202)
    await followers(1)
    town.tell({ kind: 'CHANGED', id: 'Dossier:a' })
    expect((await stream.next()).data).toEqual({ id: 'one', payload: { data: { dossierChanged: { code: 'H53-A' } } } })
    const wrong = await send('POST', token, reader, {
      body: { query: '{ nothing }', extensions: { operationId: 'two' } },
    })
    expect(wrong.status).toBe(400)
    expect((await send('DELETE', token, reader, { search: '?operationId=one' })).status).toBe(200)
    await followers(0)
    stream.leave()
  })

  it('belongs to the client that reserved it', async () => {
    const token = await (await put(reader)).text()
    const other = await opened.issuer.mint({ scope: 'dossier:read', claims: { sub: 'other' } })
    const body = { query: changed, extensions: { operationId: 'one' } }
    expect((await send('POST', token, other, { body })).status).toBe(404)
    expect((await send('DELETE', token, other, { search: '?operationId=one' })).status).toBe(404)
    const taken = await openStream(opened.gateway, { method: 'GET', search: `?token=${token}`, token: other })
    expect(taken.status).toBe(404)
    expect((await send('POST', '__proto__', reader, { body })).status).toBe(404)
  })

  it.each([true, false])('serves the usual client, single connection: %s', async (singleConnection) => {
    const client = createClient({
      url: `${opened.gateway.url}/graphql/stream`,
      singleConnection,
      headers: { authorization: `Bearer ${reader}` },
      retryAttempts: 0,
    })
    const results = client.iterate({ query: changed })
    const first = results.next()
    await followers(1)
    town.tell({ kind: 'CHANGED', id: 'Dossier:b' })
    expect((await first).value).toEqual({ data: { dossierChanged: { code: 'H53-B' } } })
    await results.return?.()
    client.dispose()
    await followers(0)
  })
})

describe('a stream is ended', () => {
  it('within a second of the end of its token, and says so', async () => {
    const short = await opened.issuer.mint({ scope: 'dossier:read', ttlSeconds: 2 })
    const claims = JSON.parse(Buffer.from(short.split('.')[1]!, 'base64url').toString()) as { exp: number }
    const expires = claims.exp * 1000
    const stream = await openStream(opened.gateway, { body: { query: changed }, token: short })
    const [said, end] = await stream.rest()
    expect(said?.data?.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED')
    expect(end?.event).toBe('complete')
    expect(Date.now()).toBeGreaterThanOrEqual(expires)
    // A second, and half of one for a busy machine.
    expect(Date.now()).toBeLessThan(expires + 1_500)
    await followers(0)
  })

  it('within a second of the revocation of its token', async () => {
    const small = await openSmallGateway(async () => ({ generation: town.generation }))
    await small.close()
    const again = await openSmallGateway(async () => ({
      generation: town.generation,
      verifier: openVerifier({
        issuers: [opened.issuer.trusted()],
        now: Date.now,
        agencyRangeOf: () => null,
        isScope: house.isScope,
        revoked: ({ jti }) => revoked.has(jti),
      }),
    }))
    try {
      const token = await opened.issuer.mint({ scope: 'dossier:read', claims: { jti: 'gone' } })
      const stream = await openStream(again.gateway, { body: { query: changed }, token })
      await followers(1)
      revoked.add('gone')
      const at = Date.now()
      expect((await stream.rest())[0]?.data?.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED')
      expect(Date.now() - at).toBeLessThan(underLoad(1_500))
    } finally {
      await again.close()
    }
  })

  it('when events were lost, and the client gets RESUBSCRIBE_REQUIRED', async () => {
    const stream = await openStream(opened.gateway, { body: { query: changed }, token: reader })
    await followers(1)
    town.lose()
    const [said, end] = await stream.rest()
    expect(said?.data?.errors?.[0]?.extensions).toEqual({ ...codeExtensions('RESUBSCRIBE_REQUIRED'), reason: 'LOST' })
    expect(end?.event).toBe('complete')
  })

  it('when the gateway stops, within five seconds, and the client gets RESUBSCRIBE_REQUIRED', async () => {
    const small = await openTownGateway()
    const token = await small.issuer.mint({ scope: 'dossier:read' })
    const stream = await openStream(small.gateway, { body: { query: changed }, token })
    await followers(1)
    const before = Date.now()
    await small.close()
    expect(Date.now() - before).toBeLessThan(underLoad(5_000))
    const [said] = await stream.rest()
    expect(said?.data?.errors?.[0]?.extensions).toEqual({
      ...codeExtensions('RESUBSCRIBE_REQUIRED'),
      reason: 'SHUTDOWN',
    })
    await followers(0)
  })

  it('by a schema that no longer has what it asks, and goes on under one that has', async () => {
    const small = await openTownGateway()
    try {
      const token = await small.issuer.mint({ scope: 'dossier:read' })
      const stream = await openStream(small.gateway, { body: { query: changed }, token })
      await followers(1)
      small.gateway.replace(town.next())
      town.tell({ kind: 'CHANGED', id: 'Dossier:a' })
      expect((await stream.next()).data?.data).toEqual({ dossierChanged: { code: 'H53-A' } })
      small.gateway.replace(
        town.next(townSchema.replace('code: String!\n    applicant', 'number: String!\n    applicant')),
      )
      expect((await stream.rest())[0]?.data?.errors?.[0]?.extensions).toEqual({
        ...codeExtensions('RESUBSCRIBE_REQUIRED'),
        reason: 'SCHEMA',
      })
    } finally {
      await small.close()
    }
  })
})

it('A49 no client has more streams than it may, and it keeps nobody else out', async () => {
  const small = await openTownGateway({ perClient: 2 })
  try {
    const token = await small.issuer.mint({ scope: 'dossier:read' })
    const other = await small.issuer.mint({ scope: 'dossier:read', claims: { sub: 'other' } })
    const streams = [
      await openStream(small.gateway, { body: { query: changed }, token }),
      await openStream(small.gateway, { body: { query: changed }, token }),
    ]
    expect((await openStream(small.gateway, { body: { query: changed }, token })).status).toBe(429)
    expect((await openStream(small.gateway, { body: { query: changed }, token: other })).status).toBe(200)
    streams[0]?.leave()
    await followers(2)
    expect((await openStream(small.gateway, { body: { query: changed }, token })).status).toBe(200)
  } finally {
    await small.close()
  }
})

it('a client that takes nothing keeps no other from its events, and is cut', async () => {
  const small = await openTownGateway({ stuckMs: 1_500 })
  try {
    names.set('Dossier:large', 'x'.repeat(1_000_000))
    const token = await small.issuer.mint({ scope: 'dossier:read' })
    const slow = await openSlow(small.gateway.port, token)
    const stream = await openStream(small.gateway, { body: { query: changed }, token })
    await followers(2)
    for (let round = 0; round < 12; round += 1) town.tell({ kind: 'CHANGED', id: 'Dossier:large' })
    for (let round = 0; round < 12; round += 1) expect((await stream.next()).event).toBe('next')
    await followers(1)
    slow.destroy()
  } finally {
    names.delete('Dossier:large')
    await small.close()
  }
})

/** Asks and then reads nothing. */
async function openSlow(port: number, token: string) {
  const { connect } = await import('node:net')
  const socket = connect(port, '127.0.0.1')
  const body = JSON.stringify({ query: changed })
  socket.on('error', () => undefined)
  socket.pause()
  socket.write(
    `POST /graphql/stream HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n` +
      `authorization: Bearer ${token}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return socket
}

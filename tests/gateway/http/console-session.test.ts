// Tests of the console's session cookie.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { request as rawRequest } from 'node:http'
import { openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'

let opened: OpenedGateway
beforeAll(async () => {
  opened = await openSmallGateway()
})
afterAll(() => opened.close())

interface Answered {
  readonly status: number
  readonly cookie: string
  readonly text: string
}

/** As a browser sends it: `fetch` of Node may not set these headers. */
function send(path: string, method: string, headers: Record<string, string>, body?: object): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const request = rawRequest(`${opened.gateway.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      let got = ''
      response.setEncoding('utf8').on('data', (part: string) => (got += part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, cookie: (response.headers['set-cookie'] ?? []).join(), text: got }),
      )
    })
    request.end(text)
  })
}
const own = { 'sec-fetch-site': 'same-origin' }
const page = { ...own, 'x-hub-session': 'console' }
const open = async (ttlSeconds = 600): Promise<{ token: string; cookie: string; set: string }> => {
  const token = await opened.issuer.mint({ ttlSeconds })
  const answer = await send('/console/session', 'POST', own, { token })
  expect(answer.status).toBe(200)
  return { token, set: answer.cookie, cookie: answer.cookie.split(';')[0]! }
}
const asked = (headers: Record<string, string>) => send('/graphql', 'POST', headers, { query: '{ self }' })
const anonymous = { status: 200, text: expect.stringContaining('UNAUTHORIZED_FIELD_OR_TYPE') as string }

describe('a session of the console', () => {
  it('keeps the token where no script reads it, until the token expires', async () => {
    const { set, cookie, token } = await open()
    expect(set).toMatch(/^hub_session\d+=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=(600|599|598)$/)
    const seen = await send('/console/session', 'GET', { ...own, cookie })
    expect(Date.parse((JSON.parse(seen.text) as { expiresAt: string }).expiresAt)).toBeGreaterThan(Date.now())
    expect(seen.text).not.toContain(token)
    const behind = await send(
      '/console/session',
      'POST',
      { origin: `https://${new URL(opened.gateway.url).host}` },
      { token },
    )
    expect(behind.cookie).toContain('; Secure')
  })

  it('is the token in an operation of a page of this origin', async () => {
    const { cookie } = await open()
    expect(await asked({ ...page, cookie })).toMatchObject({ status: 200, text: expect.stringContaining('"you"') })
    const origin = opened.gateway.url
    expect(await asked({ cookie, origin, 'x-hub-session': 'console' })).toMatchObject({ status: 200 })
  })

  it('counts for nothing without the header that another site cannot send', async () => {
    const { cookie } = await open()
    expect(await asked({ ...own, cookie })).toMatchObject(anonymous)
  })

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ])('counts for nothing in a request of another site: %j', async (from: Record<string, string>) => {
    const { cookie, token } = await open()
    expect(await asked({ ...from, 'x-hub-session': 'console', cookie })).toMatchObject({ status: 401 })
    const planted = await send('/console/session', 'POST', from, { token })
    expect([planted.status, planted.cookie]).toEqual([403, ''])
    expect((await send('/console/session', 'DELETE', { ...from, cookie })).status).toBe(403)
  })

  it('does not weaken a token that is sent, and is not taken beside a wrong one', async () => {
    const { cookie } = await open()
    expect(await asked({ ...page, cookie, authorization: 'Bearer no.such.token' })).toMatchObject({ status: 401 })
  })

  it('is not made of a bad token, and not of two cookies', async () => {
    expect((await send('/console/session', 'POST', own, { token: 'no.such.token' })).status).toBe(401)
    expect((await send('/console/session', 'POST', own, { token: 'x; Domain=evil' })).status).toBe(401)
    expect((await send('/console/session', 'POST', own, { token: 'a'.repeat(5_000) })).status).toBe(401)
    const { cookie } = await open()
    expect(await asked({ ...page, cookie: `${cookie}; ${cookie}` })).toMatchObject({ status: 401 })
  })

  it('ends by DELETE, and answers that there is none', async () => {
    const { cookie } = await open()
    const ended = await send('/console/session', 'DELETE', { ...own, cookie })
    expect(ended.cookie).toMatch(/^hub_session\d+=; Path=\/; HttpOnly; SameSite=Strict; Max-Age=0$/)
    const none = await send('/console/session', 'GET', own)
    expect(JSON.parse(none.text)).toEqual({ expiresAt: null })
    expect(await asked(page)).toMatchObject({ status: 401 })
  })
})

it('an event stream takes the session of its own pages alone', async () => {
  const { cookie } = await open()
  const query = { query: '{ self }' }
  const accept = 'text/event-stream'
  const answered = await send('/graphql/stream', 'POST', { ...page, cookie, accept }, query)
  expect(answered.text).toContain('"self":"you"')
  const other = await send(
    '/graphql/stream',
    'POST',
    { ...page, 'sec-fetch-site': 'cross-site', cookie, accept },
    query,
  )
  expect(other.status).toBe(403)
})

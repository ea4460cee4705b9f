// Tests of the HTTP server: paths, methods, headers and closing.
import { request as rawRequest } from 'node:http'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorCatalogue } from '../../../src/access/error-catalogue.ts'
import { openDevelopmentIssuer } from '../../../src/access/token/development-issuer.ts'
import { openVerifier } from '../../../src/access/token/verifier.ts'
import { listen } from '../../../src/gateway/http/listen.ts'
import { ask, openSmallGateway } from '../open.ts'
import { answerPage } from '../../../src/web/serve.ts'
import type { OpenedGateway } from '../open.ts'
import { house } from '../../../src/domains/index.ts'

let opened: OpenedGateway
let folder: string
let isReady: () => Promise<boolean> = async () => true
const url = (path: string): string => `${opened.gateway.url}${path}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pages-'))
  opened = await openSmallGateway(async (listener) => {
    const developmentIssuer = await openDevelopmentIssuer({
      home: folder,
      issuer: listener.url,
      audience: 'hub',
      scopes: house.scopes,
      now: Date.now,
    })
    const trusted = { issuer: listener.url, audience: 'hub', keys: async () => developmentIssuer.jwks() }
    return {
      developmentIssuer,
      verifier: openVerifier({ issuers: [trusted], now: Date.now, agencyRangeOf: () => null, isScope: house.isScope }),
      pages: (request) => answerPage(join(folder, 'web'), request),
      ready: () => isReady(),
    }
  })
})
afterAll(async () => {
  await opened.close()
  await rm(folder, { recursive: true })
})

/** Sends headers that fetch does not let a test set. */
function send(path: string, headers: Record<string, string>, body: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(opened.gateway.url)
  return new Promise((resolve, reject) => {
    const sent = rawRequest({ hostname, port, path, method: 'POST', headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function token(scope: string): Promise<string> {
  const body = JSON.stringify({ scope })
  const answer = await fetch(url('/dev/token'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return ((await answer.json()) as { token: string }).token
}

describe('health', () => {
  it('is live always and ready when the rest is', async () => {
    expect((await fetch(url('/health/live'))).status).toBe(200)
    expect(await (await fetch(url('/health/ready'))).json()).toEqual({ status: 'ready' })
    isReady = async () => false
    expect((await fetch(url('/health/ready'))).status).toBe(503)
    isReady = () => Promise.reject(new Error('CANARY'))
    const failed = await fetch(url('/health/ready?verbose'))
    expect([failed.status, await failed.text()]).toEqual([503, '{"status":"not ready"}\n'])
    isReady = async () => true
    expect((await fetch(url('/health/live'), { method: 'POST' })).status).toBe(405)
    expect((await fetch(url('/health/live'), { method: 'HEAD' })).status).toBe(200)
  })
})

describe('metrics', () => {
  it('need a token with operation:read', async () => {
    const of = (headers: Record<string, string> = {}) => fetch(url('/metrics'), { headers })
    const without = await of()
    expect(without.status).toBe(401)
    expect(without.headers.get('www-authenticate')).toContain('Bearer')
    expect((await of({ authorization: 'Bearer x' })).status).toBe(401)
    expect((await of({ authorization: `Bearer ${await token('dossier:read')}` })).status).toBe(403)
    await ask(opened.gateway, '{ secret }')
    const seen = await of({ authorization: `Bearer ${await token('operation:read')}` })
    const text = await seen.text()
    expect(text).toMatch(/hub_http_requests_total\{route="\/graphql",method="POST",status="200"\} [1-9]/)
    expect(text).toMatch(/hub_graphql_errors_total\{code="UNAUTHORIZED_FIELD_OR_TYPE"\} [1-9]/)
  })
})

describe('the development issuer', () => {
  it('publishes its documents and mints tokens for pages of this origin', async () => {
    const found = (await (await fetch(url('/.well-known/openid-configuration'))).json()) as Record<string, string>
    expect(found['issuer']).toBe(opened.gateway.url)
    expect(await (await fetch(found['jwks_uri'] ?? '')).json()).toMatchObject({ keys: [{ alg: 'ES256' }] })
    const answer = await ask(opened.gateway, '{ self }', { token: await token('dossier:read') })
    expect(answer.json).toEqual({ data: { self: 'you' } })
  })

  it('refuses other origins, renamed hosts and what it does not know', async () => {
    const host = new URL(opened.gateway.url).host
    const json = { 'content-type': 'application/json', host }
    const good = '{"scope":"dossier:read"}'
    const status = async (headers: Record<string, string>, body = good) =>
      (await send('/dev/token', headers, body)).status
    expect(await status({ ...json, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await status({ ...json, origin: 'http://evil.example' })).toBe(403)
    expect(await status({ ...json, 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await status({ ...json, host: 'evil.example' })).toBe(403)
    expect(await status({ 'content-type': 'text/plain', host })).toBe(415)
    for (const body of [
      '{"scope":"root"}',
      '{"scope":7}',
      '{}',
      '{"scope":"","ttl":1e9}',
      '{"scope":"","purposes":[7]}',
      '[]',
    ]) {
      expect(await status(json, body), body).toBe(400)
    }
  })

  it('is not there when it is off', async () => {
    const off = await openSmallGateway()
    try {
      for (const path of ['/.well-known/openid-configuration', '/.well-known/jwks.json']) {
        expect((await fetch(off.gateway.url + path)).status).toBe(404)
      }
      expect((await fetch(`${off.gateway.url}/dev/token`, { method: 'POST' })).status).toBe(404)
    } finally {
      await off.close()
    }
  })
})

describe('pages', () => {
  it('are being prepared until they are built, then served as their own room gives them', async () => {
    const early = await fetch(url('/sandbox'))
    expect(early.status).toBe(503)
    expect(await early.text()).toContain('http-equiv="refresh"')
    await mkdir(join(folder, 'web', 'sandbox', 'assets'), { recursive: true })
    await writeFile(join(folder, 'web', 'sandbox', 'index.html'), '<title>sandbox</title>')
    await writeFile(join(folder, 'web', 'sandbox', 'assets', 'app-1.js'), '1')
    const page = await fetch(url('/sandbox/'))
    expect(await page.text()).toBe('<title>sandbox</title>')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    const script = await fetch(url('/sandbox/assets/app-1.js'))
    expect(script.headers.get('content-type')).toContain('text/javascript')
    expect(script.headers.get('cache-control')).toContain('immutable')
  })

  it('give no file from outside their folder', async () => {
    await writeFile(join(folder, 'secret.js'), 'CANARY')
    for (const path of [
      '/sandbox/assets/../../../secret.js',
      '/sandbox/assets/%2e%2e/%2e%2e/%2e%2e/secret.js',
      '/sandbox/assets/..%2f..%2f..%2fsecret.js',
      '/sandbox/assets/%00',
      '/sandbox/assets/%',
    ]) {
      const { status, text } = await raw(path)
      expect([path, status]).toEqual([path, 404])
      expect(text).not.toContain('CANARY')
    }
  })

  it('begin with an index that leads to all', async () => {
    const text = await (await fetch(url('/'))).text()
    for (const path of ['/sandbox', '/console', '/graphql', '/health/ready']) expect(text).toContain(`href="${path}"`)
    expect((await fetch(url('/hub.css'))).headers.get('content-type')).toContain('text/css')
  })

  it('explain every error code under the anchor that errors of the hub link to', async () => {
    const answer = await fetch(`${opened.gateway.url}/docs/errors`)
    const html = await answer.text()
    const anchors = [...html.matchAll(/<section id="([A-Z_]+)">/g)].map(([, code]) => code)
    expect(anchors).toEqual(Object.keys(errorCatalogue))
    const refused = await fetch(`${opened.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ nosuch }' }),
    })
    const { errors } = (await refused.json()) as { errors: { extensions: { docs: string } }[] }
    expect(errors[0]?.extensions.docs).toBe('/docs/errors#GRAPHQL_VALIDATION_FAILED')
  })

  it('that are nowhere are 404 in JSON', async () => {
    for (const path of ['/nothing', '/.env', '/assets/none.js', '/graphql/']) {
      const answer = await fetch(url(path))
      expect([path, answer.status]).toEqual([path, 404])
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
    }
  })
})

/** A path as it is, which fetch would tidy. */
function raw(path: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(opened.gateway.url)
  return new Promise((resolve, reject) => {
    const sent = rawRequest({ hostname, port, path }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('the port', () => {
  it('that is taken is said in one line', async () => {
    const { port } = opened.gateway
    await expect(listen({ host: '127.0.0.1', port })).rejects.toThrow(`PORT ${port} is taken`)
  })

  it('is free after closing, and what was going got its answer', async () => {
    let release: () => void = () => {}
    const delayed = new Promise<void>((resolve) => {
      release = resolve
    })
    const own = await openSmallGateway(async () => ({ ready: () => delayed.then(() => true) }))
    const going = fetch(`${own.gateway.url}/health/ready`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closed = own.gateway.close()
    await expect(fetch(`${own.gateway.url}/health/live`)).rejects.toThrow()
    release()
    expect((await going).status).toBe(200)
    await closed
    const again = await listen({ host: '127.0.0.1', port: own.gateway.port })
    await again.close()
    await own.close()
  })
})

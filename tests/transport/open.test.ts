// Tests of an exchange: statuses, deadlines, failures and secrets.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createTls } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { TransportFailure } from '../../src/transport/failure.ts'
import { failure, listening, rawServing, serving, transport } from './servers.ts'
import type { Served } from './servers.ts'
import { underLoad } from '../kit/under-load.ts'

const answering = (status: number, headers: Record<string, string> = {}): ReturnType<typeof serving> =>
  serving((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end('{}')
  })

describe('a status', () => {
  it.each([
    [400, 'SOURCE_CHANGED'],
    [401, 'CONFIG_INVALID'],
    [402, 'CONFIG_INVALID'],
    [403, 'CONFIG_INVALID'],
    [404, 'SOURCE_CHANGED'],
    [405, 'SOURCE_CHANGED'],
    [407, 'CONFIG_INVALID'],
    [408, 'SOURCE_UNAVAILABLE'],
    [410, 'SOURCE_CHANGED'],
    [415, 'SOURCE_CHANGED'],
    [422, 'SOURCE_CHANGED'],
    [429, 'SOURCE_UNAVAILABLE'],
    [500, 'SOURCE_UNAVAILABLE'],
    [502, 'SOURCE_UNAVAILABLE'],
    [503, 'SOURCE_UNAVAILABLE'],
    [304, 'SOURCE_CHANGED'],
  ])('%i is %s, and an answer where it is accepted', async (status, code) => {
    const { url, host } = await answering(status)
    const error = await failure(transport(), { url })
    expect(error).toMatchObject({ name: 'TransportFailure', code, status })
    expect(error.message).toContain(`${host}/page`)
    expect((await transport().exchange({ url, accept: [status] })).status).toBe(status)
  })

  it.each([301, 302, 303, 307, 308])(
    '%i is not followed, and its target is named without path and query',
    async (status) => {
      let asked = 0
      const target = await serving((_request, response) => {
        asked++
        response.end('{}')
      })
      const { url } = await answering(status, { location: `${target.url}?session=abcdef` })
      const error = await failure(transport(), { url, headers: { 'x-api-key': 'invented-key' } })
      expect(error).toMatchObject({ code: 'SOURCE_CHANGED', status })
      expect(error.message).toContain(`redirects with ${status} to http://${target.host}; expected`)
      expect(asked).toBe(0)
    },
  )
})

describe('a request', () => {
  it('sends its method, headers and body', async () => {
    const { url } = await serving((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        response.setHeader('content-type', 'application/json')
        response.end(
          JSON.stringify([request.method, request.headers['x-api-key'], request.headers['content-type'], body]),
        )
      })
    })
    const opened = transport()
    const headers = { 'X-Api-Key': 'k' }
    const sent = async (request: object): Promise<unknown> =>
      (await opened.exchange({ url, headers, ...request })).json()
    expect(await sent({})).toEqual(['GET', 'k', null, ''])
    expect(await sent({ method: 'POST', body: new URLSearchParams({ a: 'ờ' }) })).toEqual([
      'POST',
      'k',
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=%E1%BB%9D',
    ])
    expect(await sent({ method: 'PUT', body: Buffer.from('<a/>'), headers: { 'content-type': 'text/xml' } })).toEqual([
      'PUT',
      null,
      'text/xml',
      '<a/>',
    ])
    const form = new FormData()
    form.append('file', new Blob(['x']), 'x.xml')
    const [, , type, body] = (await sent({ method: 'POST', body: form })) as [string, string, string, string]
    expect(type).toMatch(/^multipart\/form-data; boundary=/)
    expect(body).toContain('filename="x.xml"')
  })

  it('keeps connections open from one exchange to the next', async () => {
    const ports = new Set<number>()
    const { url } = await serving((request, response) => {
      ports.add(request.socket.remotePort!)
      response.setHeader('content-type', 'application/json')
      response.end('{}')
    })
    const opened = transport()
    for (let at = 0; at < 5; at++) await opened.exchange({ url })
    expect(ports.size).toBeLessThan(3)
  })

  it('with a header that cannot be sent is CONFIG_INVALID and does not show it', async () => {
    const { url } = await answering(200)
    const error = await failure(transport(), { url, headers: { authorization: 'Bearer abc\r\nx: y' } })
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(error.message).not.toContain('abc')
  })
})

describe('time', () => {
  it('is up for headers that never come', async () => {
    const { url } = await rawServing(() => {})
    const started = performance.now()
    const error = await failure(transport({ limits: { idleMs: 150 } }), { url })
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(error.message).toContain('sent nothing for 150 ms')
    expect(performance.now() - started).toBeLessThan(underLoad(5000))
  })

  it('is up for headers that trickle', async () => {
    const { url } = await rawServing((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
      const drip = setInterval(() => socket.write('a'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    expect((await failure(transport({ limits: { idleMs: 150 } }), { url })).message).toContain(
      'sent nothing for 150 ms',
    )
  })

  it('is up for a body that stops', async () => {
    const { url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"a":')
    })
    expect((await failure(transport({ limits: { idleMs: 150 } }), { url })).message).toContain(
      'sent nothing for 150 ms',
    )
  })

  it('is up altogether for a body that trickles', async () => {
    const { url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    const error = await failure(transport({ limits: { idleMs: 700, totalMs: 1000 } }), { url })
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(error.message).toContain('was not done in 1000 ms')
  })

  it('is up for a handshake that does not end', async () => {
    const { port } = await rawServing(() => {})
    const error = await failure(transport({ limits: { connectMs: 150, idleMs: 3000 } }), {
      url: `https://127.0.0.1:${port}/`,
    })
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(error.message).toContain('UND_ERR_CONNECT_TIMEOUT')
  })

  it('and target of a failure are named when nobody listens', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
    })
    await new Promise((resolve) => server.close(resolve))
    const error = await failure(transport(), { url: `http://127.0.0.1:${port}/list?token=abcd` })
    expect(error.message).toBe(`127.0.0.1:${port}/list cannot be reached or broke off (ECONNREFUSED)`)
  })
})

describe('an abort', () => {
  it('before the exchange ends it unasked, with its reason', async () => {
    const reason = new Error('stopped')
    expect(await failure(transport(), { url: 'http://127.0.0.1:1/' }, AbortSignal.abort(reason))).toBe(reason)
  })

  it.each(['headers', 'body'])('while waiting for %s ends at once, with its reason', async (phase) => {
    const { url } = await serving((_request, response) => {
      if (phase === 'body') response.writeHead(200, { 'content-type': 'application/json' }).write('[')
    })
    const reason = new Error('stopped')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 60)
    const started = performance.now()
    expect(await failure(transport({ limits: { tries: 3 } }), { url }, controller.signal)).toBe(reason)
    expect(performance.now() - started).toBeLessThan(underLoad(5000))
  })

  it('while waiting to try again ends at once, with its reason', async () => {
    const { url } = await answering(503, { 'retry-after': '60' })
    const reason = new Error('stopped')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 60)
    const { waitFor } = await import('../../src/transport/retry.ts')
    const started = performance.now()
    expect(await failure(transport({ limits: { tries: 3 }, wait: waitFor }), { url }, controller.signal)).toBe(reason)
    expect(performance.now() - started).toBeLessThan(underLoad(5000))
  })
})

describe('closing', () => {
  it('fails what is under way', async () => {
    const { url } = await rawServing(() => {})
    const opened = transport()
    const pending = failure(opened, { url })
    await new Promise((resolve) => setTimeout(resolve, 30))
    await opened.close()
    expect(await pending).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })
})

describe('a message', () => {
  it('contains neither a query nor a secret, however it is written', async () => {
    const secret = 'p@ss/wörd 1'
    const { host } = await answering(500)
    const opened = transport({ secrets: [secret] })
    const error = await failure(opened, {
      url: `http://${host}/data/${encodeURIComponent(secret)}/list?key=${encodeURIComponent(secret)}`,
    })
    const all = (one: unknown): string =>
      one instanceof Error ? `${one.message} ${one.stack} ${all((one as TransportFailure).cause)}` : String(one)
    expect(error.message).toBe(`${host}/data/***/list answered 500; expected 200`)
    for (const form of [secret, encodeURIComponent(secret), encodeURI(secret), 'key='])
      expect(all(error)).not.toContain(form)
  })
})

describe('TLS', () => {
  it('is never let down: an unknown authority, a wrong host or an expired certificate ends it', async ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'tls-'))
    const made = (host: string, ...dates: string[]): { key: string; cert: string } => {
      const [key, cert] = [join(folder, `${host}.key`), join(folder, `${host}.pem`)]
      const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, ...dates]
      const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
      execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, ...subject], {
        stdio: 'pipe',
      })
      return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
    }
    const tried = <T>(make: () => T): T | null => {
      try {
        return make()
      } catch {
        return null
      }
    }
    const good = tried(() => made('registry.example', '-days', '2'))
    // Versions of openssl before 3.4 cannot make a certificate of the past.
    const expired = tried(() => made('old.example', '-not_before', '20200101000000Z', '-not_after', '20200201000000Z'))
    rmSync(folder, { recursive: true })
    if (good === null) return skip('openssl is not installed')
    const lookup = (): Promise<[{ address: string; family: number }]> =>
      Promise.resolve([{ address: '127.0.0.1', family: 4 }])
    const tls = (pair: { key: string; cert: string }): Promise<Served> =>
      listening(
        createTls(pair, (_request, response) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
        ),
      )
    const { port } = await tls(good)
    const trusting = transport({ lookup, ca: good.cert })
    expect((await trusting.exchange({ url: `https://registry.example:${port}/` })).status).toBe(200)
    const unknown = await failure(transport({ lookup }), { url: `https://registry.example:${port}/` })
    expect(unknown).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(unknown.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
    const other = await failure(trusting, { url: `https://other.example:${port}/` })
    expect(other.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
    if (expired === null) return
    const old = await tls(expired)
    const late = await failure(transport({ lookup, ca: expired.cert }), { url: `https://old.example:${old.port}/` })
    expect(late.message).toContain('CERT_HAS_EXPIRED')
  })
})

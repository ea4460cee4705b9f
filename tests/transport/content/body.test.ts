// Tests of bodies: ends, limits and encodings.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { TransportRequest } from '../../../src/transport/exchange.ts'
import { failure, rawServing, serving, transport } from '../servers.ts'
import { underLoad } from '../../kit/under-load.ts'

const page = JSON.stringify({
  records: Array.from({ length: 400 }, (_, at) => ({ id: `H53-${at}`, name: 'Hòa Thành' })),
})

/** A whole raw answer, then the end of the connection. */
const closing = (headers: string, body: string | Uint8Array): ReturnType<typeof rawServing> =>
  rawServing((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\n${headers}\r\n`)
    socket.end(body)
  })

const jsonType = 'content-type: application/json\r\n'

describe('a body', () => {
  it.each([
    ['shorter than its length', `${jsonType}content-length: ${Buffer.byteLength(page) + 100}\r\n`, page],
    ['without its last chunk', `${jsonType}transfer-encoding: chunked\r\n`, `10\r\n${page.slice(0, 16)}\r\n`],
    ['closed inside its JSON', jsonType, page.slice(0, 300)],
    ['closed before its first byte', jsonType, ''],
    ['closed inside a character', jsonType, Buffer.from('{"name":"Hò').subarray(0, -1)],
    ['closed at a line edge of its CSV', 'content-type: text/csv\r\n', 'a,b\n1,2\n', 'csv'],
    ['closed inside its XML', 'content-type: text/xml\r\n', '<list><item>1</item>', 'xml'],
    ['closed after a bare number', jsonType, '12'],
    ['with its gzip cut', `${jsonType}content-encoding: gzip\r\n`, gzipSync(page).subarray(0, 200)],
    ['with its gzip trailer cut', `${jsonType}content-encoding: gzip\r\n`, gzipSync(page).subarray(0, -4)],
    ['with a gzip checksum that does not fit', `${jsonType}content-encoding: gzip\r\n`, damaged(gzipSync(page))],
    ['with its deflate cut', `${jsonType}content-encoding: deflate\r\n`, deflateSync(page).subarray(0, -6)],
    ['with its raw deflate cut', `${jsonType}content-encoding: deflate\r\n`, deflateRawSync(page).subarray(0, -3)],
    ['with its brotli cut', `${jsonType}content-encoding: br\r\n`, brotliCompressSync(page).subarray(0, -3)],
  ] as [string, string, string | Uint8Array, TransportRequest['expect']?][])(
    '%s is SOURCE_UNAVAILABLE',
    async (_title, headers, body, expected) => {
      const { url } = await closing(headers, body)
      const error = await failure(transport(), { url, ...(expected === undefined ? {} : { expect: expected }) })
      expect(error).toMatchObject({ name: 'TransportFailure', code: 'SOURCE_UNAVAILABLE' })
      expect(error.message).toContain(new URL(url).host)
    },
  )

  it('cut by a length is so under gzip with a proper trailer too', async () => {
    const zipped = gzipSync(page)
    const { url } = await closing(
      `${jsonType}content-encoding: gzip\r\ncontent-length: ${zipped.length + 5}\r\n`,
      zipped,
    )
    expect(await failure(transport(), { url })).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it.each([
    ['JSON', jsonType, page, 'json'],
    ['XML', 'content-type: text/xml\r\n', '<list><item>1</item></list>\n', 'xml'],
    ['gzip JSON', `${jsonType}content-encoding: gzip\r\n`, gzipSync(page), 'json'],
  ] as const)('ended by the connection is taken when its %s is whole', async (_kind, headers, body, expected) => {
    const { url } = await closing(headers, body)
    expect((await transport().exchange({ url, expect: expected })).status).toBe(200)
  })

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ] as const)('is inflated from %s', async (encoding, compress) => {
    const { url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding })
      response.end(compress(page))
    })
    const answer = await transport().exchange({ url })
    expect(answer.text()).toBe(page)
  })

  it('ended by the connection is still reported as a login page', async () => {
    const { url } = await closing('content-type: text/html\r\n', '<!DOCTYPE html><title>Đăng nhập')
    expect(await failure(transport(), { url })).toMatchObject({ code: 'SOURCE_CHANGED' })
  })

  it('reset in its middle is SOURCE_UNAVAILABLE', async () => {
    const { url } = await rawServing((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\n${jsonType}content-length: ${Buffer.byteLength(page)}\r\n\r\n${page.slice(0, 50)}`,
      )
      setTimeout(() => socket.resetAndDestroy(), 20)
    })
    expect(await failure(transport(), { url })).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it('ended by a reset is not whole because nobody counted it', async () => {
    const { url } = await rawServing((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/csv\r\n\r\na,b\n1,2\n`)
      setTimeout(() => socket.resetAndDestroy(), 20)
    })
    expect(await failure(transport(), { url, expect: 'csv' })).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it.each([
    ['by its length', { 'content-length': '2000' }],
    ['while it comes', {}],
  ])('over the limit is TOO_LARGE, announced %s', async (_how, headers) => {
    const { url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers })
      response.end(`[${' '.repeat(1998)}]`)
    })
    expect(await failure(transport({ limits: { bodyBytes: 1000 } }), { url })).toMatchObject({
      code: 'SOURCE_CHANGED',
      reason: 'TOO_LARGE',
    })
  })

  it('that inflates beyond the limit or the ratio is cut', async () => {
    const bomb = gzipSync(Buffer.alloc(30_000_000, 32))
    const { url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    const started = performance.now()
    const before = process.memoryUsage.rss()
    const ratio = await failure(transport(), { url })
    const size = await failure(transport({ limits: { inflatedBytes: 500_000 } }), { url })
    expect(ratio).toMatchObject({ code: 'SOURCE_CHANGED', reason: 'TOO_LARGE' })
    expect(ratio.message).toContain('inflates 200 times')
    expect(size).toMatchObject({ code: 'SOURCE_CHANGED', reason: 'TOO_LARGE' })
    expect(size.message).toContain('inflates; expected at most 500000 bytes')
    expect(performance.now() - started).toBeLessThan(underLoad(5000))
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000)
  })

  it.each(['gzip, gzip', 'gzip,br', 'compress', 'zstd'])('encoded as %s is refused unread', async (encoding) => {
    const { url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding })
      response.end(gzipSync(gzipSync('[]')))
    })
    const error = await failure(transport(), { url })
    expect(error).toMatchObject({ code: 'SOURCE_CHANGED' })
    expect(error.message).toMatch(/is encoded (2 times|as '(compress|zstd)')/)
  })

  it('that is not encoded as it says is SOURCE_CHANGED', async () => {
    const { url } = await serving((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end('{"plain":true}')
    })
    expect(await failure(transport(), { url })).toMatchObject({ code: 'SOURCE_CHANGED' })
  })
})

function damaged(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[copy.length - 6]! ^= 0xff
  return copy
}

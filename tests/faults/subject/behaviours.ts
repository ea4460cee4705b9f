import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { pass, type Answer, type Behaviour } from '../injected/http-proxy.ts'

/** Only some of the requests: the first `count` ones, or those from a number on. */
export const firstOnly = (count: number, behaviour: Behaviour): Behaviour =>
  only((number) => number <= count, behaviour)
export const from = (first: number, behaviour: Behaviour): Behaviour => only((number) => number >= first, behaviour)

const only =
  (which: (number: number) => boolean, behaviour: Behaviour): Behaviour =>
  async (asked, response, real) => {
    if (which(asked.number)) await behaviour(asked, response, real)
    else pass(response, await real())
  }

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (_asked, response) => {
    response.writeHead(code, { 'content-type': 'text/plain', ...headers })
    response.end('no')
  }

const page = '<!DOCTYPE html><html lang="vi"><head><title>Đăng nhập</title></head><body><form></form></body></html>'
export const html: Behaviour = (_asked, response) => {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(page)
}
/** The same page under the type of the true answer. */
export const disguisedHtml: Behaviour = async (_asked, response, real) => {
  const answer = await real()
  pass(response, { ...answer, status: 200, body: Buffer.from(page) })
}

const isXml = (answer: Answer): boolean =>
  /xml/.test(String(answer.headers['content-type'])) || answer.body.subarray(0, 1).toString() === '<'

/** 200 with what is an error for the source itself. */
export const errorBody: Behaviour = async (_asked, response, real) => {
  const answer = await real()
  const soap =
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en">down</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
  const body = Buffer.from(isXml(answer) ? soap : '{"error":{"code":500,"message":"hệ thống đang bảo trì"}}')
  pass(response, { ...answer, status: 200, body })
}

/** Headers never come. */
export const silence: Behaviour = () => undefined

/** The body comes byte by byte and would last for ever. */
export const trickle: Behaviour = async (_asked, response, real) => {
  const { status: code, headers, body } = await real()
  response.writeHead(code, headers)
  let at = 0
  const timer = setInterval(() => {
    if (response.destroyed) clearInterval(timer)
    else response.write(body.subarray(at % body.length, (at++ % body.length) + 1))
  }, 50)
  response.on('close', () => clearInterval(timer))
}

/** The connection is reset in the middle of the body. */
export const reset: Behaviour = async (_asked, response, real) => {
  const { status: code, headers, body } = await real()
  response.writeHead(code, { ...headers, 'content-length': String(body.length) })
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => {
    setTimeout(() => response.socket?.resetAndDestroy(), 10)
  })
}

/** Half of the body up to an edge at which it looks whole: after a record, at the end of a line. */
function cut(body: Buffer): Buffer {
  const half = body.subarray(0, Math.max(1, Math.floor(body.length / 2)))
  const edge = Math.max(half.lastIndexOf('}'), half.lastIndexOf('\n'), half.lastIndexOf('>'))
  return half.subarray(0, edge > 0 ? edge + 1 : half.length)
}

function raw(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>, body: Buffer): void {
  const { socket } = response
  if (socket === null) return
  const lines = Object.entries({ ...answer.headers, ...headers }).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}`),
  )
  socket.write(`HTTP/1.1 ${answer.status} OK\r\n${lines.join('\r\n')}\r\n\r\n`)
  socket.end(body)
}

/** The four ways in which a body is cut and the connection is closed as if all were well. */
export const cuts: Readonly<Record<'length' | 'chunk' | 'close' | 'gzip', Behaviour>> = {
  length: async (_asked, response, real) => {
    const answer = await real()
    raw(response, answer, { 'content-length': String(answer.body.length) }, cut(answer.body))
  },
  chunk: async (_asked, response, real) => {
    const answer = await real()
    const part = cut(answer.body)
    const chunk = Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
    raw(response, answer, { 'transfer-encoding': 'chunked' }, chunk)
  },
  close: async (_asked, response, real) => {
    const answer = await real()
    raw(response, answer, { connection: 'close' }, cut(answer.body))
  },
  gzip: async (_asked, response, real) => {
    const answer = await real()
    const packed = gzipSync(answer.body)
    raw(
      response,
      answer,
      { connection: 'close', 'content-encoding': 'gzip' },
      packed.subarray(0, Math.floor(packed.length * 0.7)),
    )
  },
}

let bomb: Buffer | undefined
const bombBytes = 48 * 1_048_576
export const gzipBomb: Behaviour = async (_asked, response, real) => {
  const answer = await real()
  bomb ??= gzipSync(Buffer.alloc(bombBytes, 0x20))
  pass(response, { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: bomb })
}
export const doubleGzip: Behaviour = async (_asked, response, real) => {
  const answer = await real()
  bomb ??= gzipSync(Buffer.alloc(bombBytes, 0x20))
  pass(response, { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip, gzip' }, body: gzipSync(bomb) })
}
/** An XML document whose entities would grow to gigabytes. */
export const entityBomb: Behaviour = async (_asked, response, real) => {
  const answer = await real()
  const levels = Array.from({ length: 9 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`).join('')
  const body = Buffer.from(`<?xml version="1.0"?><!DOCTYPE e [<!ENTITY e0 "ha">${levels}]><e>&e9;</e>`)
  pass(response, { ...answer, body })
}
/** A body that goes on far beyond any limit. */
export const endless: Behaviour = async (_asked, response, real) => {
  const { headers } = await real()
  response.writeHead(200, headers)
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20)));
  }
  response.on('drain', more)
  more()
}

export const redirect =
  (to: (own: string) => string): Behaviour =>
  (asked, response) => {
    response.writeHead(302, { location: to(asked.headers.host ?? '') })
    response.end()
  }

/** The text of the answer in other bytes and under another label. */
export const recoded =
  (label: string | null, bytes: (text: string) => Buffer): Behaviour =>
  async (_asked, response, real) => {
    const answer = await real()
    const type = String(answer.headers['content-type'] ?? 'application/json').split(';')[0]!
    const text = answer.body.toString().replace(/(<\?xml[^>]*?)\s+encoding=["'][^"']*["']/, '$1')
    const headers = { ...answer.headers, 'content-type': label === null ? type : `${type}; charset=${label}` }
    pass(response, { ...answer, headers, body: bytes(text) })
  }

/** The `at`-th answer is given to later requests for the same path as well: to the next one, or to every one that follows. */
export function repeated(at: number, forever: boolean): Behaviour {
  let kept: { readonly path: string; readonly answer: Answer } | null = null
  let again = 0
  return async (asked, response, real) => {
    const path = `${asked.method} ${asked.url.split('?')[0]}`
    if (kept?.path === path && (forever || again === 0)) {
      again += 1
      return pass(response, kept.answer)
    }
    const answer = await real()
    if (asked.number === at) kept = { path, answer }
    pass(response, answer)
  }
}

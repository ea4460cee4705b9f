import { createServer, request as send } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the source truly answered. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
}

export interface Asked {
  /** Number of the request since `behave` was called last, from 1. */
  readonly number: number
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/** Answers a request in the source's place. `real` asks the source, which then knows of it. */
export type Behaviour = (asked: Asked, response: ServerResponse, real: () => Promise<Answer>) => Promise<void> | void

export interface HttpProxy {
  /** host:port */
  readonly host: string
  /** Requests since `behave` was called last. */
  readonly requests: number
  /** null: answers what the source answers. */
  behave(behaviour: Behaviour | null): void
  close(): Promise<void>
}

/** Stands before a source of one address; in what it hands on, that address is its own. */
export async function openHttpProxy(target: string): Promise<HttpProxy> {
  let behaviour: Behaviour | null = null
  let requests = 0
  let own = ''
  const [targetHost, targetPort] = target.split(':')
  const real = (request: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = { ...request.headers, host: target }
      delete headers['accept-encoding']
      delete headers['transfer-encoding']
      const asked = send(
        {
          host: targetHost,
          port: targetPort,
          path: request.url,
          method: request.method,
          agent: false,
          headers: { ...headers, 'content-length': String(body.length) },
        },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('error', reject)
          answer.on('end', () => {
            const bytes = Buffer.concat(chunks)
            const text = bytes.includes(target) ? Buffer.from(bytes.toString().replaceAll(target, own)) : bytes
            resolve({ status: answer.statusCode ?? 502, headers: headersOf(answer.headers), body: text })
          })
        },
      )
      asked.on('error', reject)
      asked.end(body)
    })
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests += 1
      const asked: Asked = {
        number: requests,
        method: request.method ?? 'GET',
        url: request.url ?? '/',
        headers: request.headers,
      }
      const answer = (): Promise<Answer> => real(request, Buffer.concat(chunks))
      const done =
        behaviour === null
          ? answer().then((one) => pass(response, one))
          : (async () => behaviour(asked, response, answer))()
      done.catch(() => response.destroy())
    })
    request.on('error', () => undefined)
    response.on('error', () => undefined)
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  own = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host: own,
    get requests() {
      return requests
    },
    behave(next) {
      behaviour = next
      requests = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The answer as it is. */
export function pass(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': String(body.length) })
  response.end(body)
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date'])

function headersOf(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) ? [] : [[name, value]],
    ),
  )
}

/** Settings in which an address stands for another, wherever it stands. */
export function readdressed<T>(value: T, addresses: ReadonlyMap<string, string>): T {
  if (typeof value === 'string') {
    return [...addresses].reduce<string>((text, [from, to]) => text.replaceAll(from, to), value) as T
  }
  if (Array.isArray(value)) return value.map((one: unknown) => readdressed(one, addresses)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, readdressed(one as unknown, addresses)]),
  ) as T
}

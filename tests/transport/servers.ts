// Small servers for the tests of the transport.
import { createServer as createHttp } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createTcp } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach } from 'vitest'
import type { Transport, TransportRequest } from '../../src/transport/exchange.ts'
import type { TransportFailure } from '../../src/transport/failure.ts'
import { openTransport } from '../../src/transport/open.ts'
import type { TransportOptions } from '../../src/transport/open.ts'

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

export interface Served {
  readonly url: string
  readonly port: number
  readonly host: string
  /** How many connections were opened to it, used or not. */
  connections(): number
}

/** A server of any kind until the end of the test. */
export function listening(server: Server): Promise<Served> {
  const sockets = new Set<Socket>()
  let opened = 0
  server.on('connection', (socket: Socket) => {
    opened++
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({ port, host: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}/page`, connections: () => opened })
    })
  })
}

/** An HTTP server until the end of the test. */
export const serving = (listener: RequestListener): Promise<Served> => listening(createHttp(listener))

/** A server that answers each connection's first bytes with bytes of its own. */
export const rawServing = (answer: (socket: Socket) => void): Promise<Served> =>
  listening(createTcp((socket) => socket.once('data', () => answer(socket))))

/** A transport until the end of the test, which may reach loopback, tries once, and never really waits. */
export function transport(options: TransportOptions = {}): Transport & { close(): Promise<void> } {
  const opened = openTransport({
    allowHosts: ['127.0.0.0/8'],
    wait: () => Promise.resolve(),
    ...options,
    limits: { tries: 1, ...options.limits },
  })
  closing.push(() => opened.close())
  return opened
}

/** The failure of an exchange that must fail. */
export async function failure(
  opened: Transport,
  request: TransportRequest,
  signal?: AbortSignal,
): Promise<TransportFailure> {
  try {
    await opened.exchange(request, signal)
  } catch (error) {
    return error as TransportFailure
  }
  throw new Error(`${request.url} was answered`)
}

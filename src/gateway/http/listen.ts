// Binds the port of the hub.
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A bound port: requests get 503 until `attach`. */
export interface Listener {
  readonly url: string
  readonly port: number
  readonly host: string
  attach(handler: (request: IncomingMessage, response: ServerResponse) => void): void
  /** Stops accepting, gives open requests at most `graceMilliseconds`, then closes their connections. Safe to repeat. */
  close(graceMilliseconds?: number): Promise<void>
}

/**
 * Binds the port (0: a free one). Rejects with an Error whose message names the port and what to do when it is taken, not
 * permitted, or the host is not an address of this machine.
 */
export async function listen({ host, port }: { host: string; port: number }): Promise<Listener> {
  let handler: ((request: IncomingMessage, response: ServerResponse) => void) | null = null
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 },
    (request, response) => {
      if (closing !== null) response.setHeader('connection', 'close')
      if (handler !== null) handler(request, response)
      else response.writeHead(503, { 'retry-after': '1' }).end()
    },
  )
  let closing: Promise<void> | null = null
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  })
  await bound(server, host, port)
  const at = (server.address() as AddressInfo).port
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host

  return {
    url: `http://${shown}:${at}`,
    port: at,
    host,
    attach(next) {
      handler = next
    },
    close(graceMilliseconds = 5_000) {
      closing ??= settle(server, graceMilliseconds)
      return closing
    },
  }
}

function bound(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(new Error(reason(cause, host, port), { cause })))
    server.listen(port, host, resolve)
  })
}

function reason(cause: NodeJS.ErrnoException, host: string, port: number): string {
  switch (cause.code) {
    case 'EADDRINUSE':
      return `PORT ${port} is taken on ${host}: stop what listens there, or set PORT to another one (PORT=0 picks a free one)`
    case 'EACCES':
      return `PORT ${port} is not permitted for this user: set PORT to one above 1023`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${host} is not an address of this machine: set HOST to 127.0.0.1 or 0.0.0.0`
    default:
      return `Cannot listen on ${host}:${port}: ${cause.code ?? cause.message}`
  }
}

async function settle(server: Server, graceMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
  await closed
  clearTimeout(cut)
}

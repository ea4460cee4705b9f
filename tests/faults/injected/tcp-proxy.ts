import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What befalls the bytes of a connection on their way; absent: nothing. */
export interface Toxics {
  /** Each chunk comes so much later, in milliseconds. */
  readonly latencyMs?: number
  readonly bytesPerSecond?: number
  /** Chunks are cut into slices of so many bytes. */
  readonly sliceBytes?: number
  /** The connection is reset after so many bytes from the server. */
  readonly resetAfterBytes?: number
  /** The connection is closed, as if all were said, after so many bytes from the server. */
  readonly limitBytes?: number
  /** After so many bytes from the server nothing comes any more, and nothing is closed. */
  readonly halfOpenAfterBytes?: number
  /** A new connection is answered by nothing for so long, then closed. */
  readonly timeoutMs?: number
}

export interface TcpProxy {
  /** host:port */
  readonly host: string
  readonly connections: number
  poison(toxics: Toxics): void
  /** Told of every chunk of a client before it is handed on; `cut` once it has been: the reply never arrives. */
  watch(watcher: ((chunk: Buffer) => 'pass' | 'cut') | null): void
  /** Resets every connection. */
  resetAll(): void
  /** New connections are reset while it refuses. */
  refuse(refusing: boolean): void
  close(): Promise<void>
}

/** Stands between a client and a server of host:port, and hands on their bytes. */
export async function openTcpProxy(target: string): Promise<TcpProxy> {
  const [host = '127.0.0.1', port = '0'] = target.split(':')
  const sockets = new Set<Socket>()
  let toxics: Toxics = {}
  let watcher: ((chunk: Buffer) => 'pass' | 'cut') | null = null
  let refusing = false
  let connections = 0

  const server = createServer({ noDelay: true }, (client) => {
    connections += 1
    client.on('error', () => undefined)
    if (refusing) return client.resetAndDestroy()
    const upstream = connect({ host, port: Number(port), noDelay: true })
    const both = [client, upstream]
    const end = (): void => both.forEach((socket) => void (sockets.delete(socket), socket.destroy()))
    for (const socket of both) {
      sockets.add(socket)
      socket.on('error', end)
    }
    if (toxics.timeoutMs !== undefined) {
      setTimeout(end, toxics.timeoutMs).unref()
      return
    }
    let cut = false
    client.on('data', (chunk: Buffer) => {
      const word = watcher?.(chunk) ?? 'pass'
      upstream.write(chunk, () => {
        if (word !== 'cut') return
        cut = true
        // The server has it and acts on it; whoever asked hears nothing but a reset.
        setTimeout(() => client.resetAndDestroy(), 20)
      })
    })
    client.on('end', () => upstream.end())
    client.on('close', end)
    let received = 0
    let passing: Promise<void> = Promise.resolve()
    upstream.on('data', (chunk: Buffer) => {
      if (cut) return
      const before = received
      received += chunk.length
      passing = passing.then(() => handOn(client, chunk, before, toxics)).catch(end)
    })
    upstream.on('end', () => void passing.then(() => cut || client.end()))
    upstream.on('close', () => void passing.then(() => setTimeout(end, 50)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections
    },
    poison: (next) => void (toxics = next),
    watch: (next) => void (watcher = next),
    resetAll: () => [...sockets].forEach((socket) => socket.resetAndDestroy()),
    refuse: (next) => void (refusing = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function handOn(client: Socket, chunk: Buffer, before: number, toxics: Toxics): Promise<void> {
  const { latencyMs, bytesPerSecond, sliceBytes, resetAfterBytes, limitBytes, halfOpenAfterBytes } = toxics
  const ends = [resetAfterBytes, limitBytes, halfOpenAfterBytes].filter((bytes) => bytes !== undefined)
  const room = Math.max(0, Math.min(...ends, Infinity) - before)
  const shown = chunk.subarray(0, Math.min(chunk.length, room))
  if (latencyMs !== undefined) await sleep(latencyMs)
  const size =
    sliceBytes ?? (bytesPerSecond === undefined ? shown.length : Math.max(1, Math.floor(bytesPerSecond / 50)))
  for (let at = 0; at < shown.length; at += Math.max(1, size)) {
    if (client.destroyed) return
    client.write(shown.subarray(at, at + size))
    if (bytesPerSecond !== undefined) await sleep((size / bytesPerSecond) * 1000)
    else if (sliceBytes !== undefined) await sleep(1)
  }
  if (shown.length === chunk.length) return
  if (resetAfterBytes !== undefined) client.resetAndDestroy()
  else if (limitBytes !== undefined) client.end()
}

// The process that runs the demonstration's emulators.
import { randomUUID } from 'node:crypto'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Emulator, RunningEmulator, Town } from '../contract/emulator.ts'
import { openLandServer } from './land/server.ts'

/** What the process gets from its starter: the town, and each emulator's module, size and folder. */
export interface DemonstrationData {
  readonly town: Town
  readonly emulators: readonly {
    readonly name: string
    readonly module: string
    readonly size: number
    readonly folder: string
  }[]
}
export interface DemonstrationSource {
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly hosts: readonly string[]
}
/** What it says once: where its users connect and the word that it greets them with, or what did not start. */
export type DemonstrationAnswer =
  | {
      readonly pid: number
      readonly port: number
      readonly word: string
      readonly sources: readonly DemonstrationSource[]
      /** Where the land office serves its subgraph. */
      readonly land: string
    }
  | { readonly failure: string }

// The emulators live in a process of their own, as the province's systems do: they outlive the command that started them
// while another one reads from them. A use is an open connection, so that a killed user is one that has left.
process.on('disconnect', () => {
  if (!listening) process.exit(1)
})
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
let listening = false

process.once('message', (message) => {
  begin(message as DemonstrationData).catch((error: unknown) => {
    process.send?.({ failure: reasonOf(error) } satisfies DemonstrationAnswer, () => process.exit(1))
  })
})

async function begin({ town, emulators }: DemonstrationData): Promise<void> {
  const running: Pick<RunningEmulator, 'close'>[] = []
  const sources: DemonstrationSource[] = []
  for (const { name, module, size, folder } of emulators) {
    try {
      const loaded = (await import(module)) as { default: Emulator }
      const emulator = await loaded.default({ town, size, folder, now: () => new Date() })
      running.push(emulator)
      sources.push({ name, settings: emulator.settings, hosts: emulator.hosts })
    } catch (cause) {
      throw new Error(`the emulator of ${name} does not start: ${reasonOf(cause)}`, { cause })
    }
  }
  const land = await openLandServer(town)
  running.push(land)
  const word = randomUUID()
  const users = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    users.add(socket)
    socket.write(`${word}\n`)
    socket.resume()
    socket.on('error', () => undefined)
    socket.once('end', () => leave(socket))
    socket.once('close', () => leave(socket))
  })
  function leave(socket: Socket): void {
    if (!users.delete(socket)) return
    if (users.size > 0) socket.end()
    else void end().then(() => socket.end(() => process.exit(0)))
  }
  async function end(): Promise<void> {
    server.close()
    const patience = setTimeout(() => process.exit(0), 3000)
    patience.unref()
    await Promise.allSettled(running.map((emulator) => emulator.close()))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  listening = true
  setTimeout(() => {
    if (users.size === 0) process.exit(1)
  }, 20_000).unref()
  const { port } = server.address() as AddressInfo
  process.send?.({ pid: process.pid, port, word, sources, land: land.url } satisfies DemonstrationAnswer)
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}

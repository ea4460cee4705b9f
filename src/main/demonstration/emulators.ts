// The process of the demonstration's emulators, shared by all hubs of a home.
import { fork } from 'node:child_process'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { exclusively } from '../../db/embedded/lock.ts'
import type { DemonstrationAnswer, DemonstrationData, DemonstrationSource } from '../../demo/process.ts'

/** The demonstration cannot be used any longer. The message is one line. */
export class DemonstrationFailure extends Error {
  override readonly name = 'DemonstrationFailure'
}

export interface Emulators {
  readonly sources: readonly DemonstrationSource[]
  /** Where the land office serves its subgraph. */
  readonly land: string
  /** Settles when they end although they are used. */
  readonly lost: Promise<void>
  /** This process no longer reads from them; settles when they have ended, or at once while another process reads from them. */
  leave(): Promise<void>
}

type Running = Exclude<DemonstrationAnswer, { failure: string }>

/**
 * The emulators of this folder: those that run, also when another process started them, else a process of their own that
 * lives while any process uses it. Throws DemonstrationFailure.
 */
export const useEmulators = (folder: string, data: () => DemonstrationData): Promise<Emulators> =>
  exclusively(folder, async () => {
    const path = join(folder, 'running.json')
    const known = readKnown(path)
    const socket = known === null ? null : await greeted(known)
    if (known !== null && socket !== null) return used(known, socket)
    const running = await start(data())
    const fresh = `${path}.${process.pid}`
    writeFileSync(fresh, JSON.stringify(running), { mode: 0o600 })
    renameSync(fresh, path)
    const own = await greeted(running)
    if (own === null) throw new DemonstrationFailure("the demonstration's emulators ended as soon as they had started")
    return used(running, own)
  })

function start(data: DemonstrationData): Promise<Running> {
  const child = fork(new URL('../../demo/process.ts', import.meta.url), [], {
    detached: true, // Ctrl-C is for the hub: it takes its leave when its last run has been given back
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  return new Promise<Running>((resolve, reject) => {
    child.once('error', (cause) => reject(new DemonstrationFailure(cause.message, { cause })))
    child.once('exit', (code, signal) =>
      reject(new DemonstrationFailure(`the demonstration's emulators ended while starting (${signal ?? code})`)),
    )
    child.once('message', (message) => {
      const answer = message as DemonstrationAnswer
      if ('failure' in answer) reject(new DemonstrationFailure(answer.failure))
      else resolve(answer)
      child.disconnect()
      child.unref()
    })
    child.send(data)
  })
}

/** A connection that was greeted with the right word; null where nothing, or another program, listens. */
function greeted({ port, word }: Running): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let heard = ''
    const give = (found: Socket | null): void => {
      clearTimeout(patience)
      socket.off('data', hear)
      socket.off('close', refused)
      if (found === null) socket.destroy()
      resolve(found)
    }
    const hear = (chunk: Buffer): void => {
      heard += chunk.toString()
      if (heard.length > word.length) give(heard === `${word}\n` ? socket : null)
    }
    const refused = (): void => give(null)
    const patience = setTimeout(refused, 3000)
    socket.on('data', hear)
    socket.on('close', refused)
    socket.on('error', () => undefined)
  })
}

function used({ sources, land }: Running, socket: Socket): Emulators {
  let leaving = false
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.resume()
  socket.unref()
  return {
    sources,
    land,
    lost: new Promise((resolve) => void closed.then(() => (leaving ? undefined : resolve()))),
    leave: async () => {
      if (leaving) return closed
      leaving = true
      socket.ref()
      socket.end()
      const patience = setTimeout(() => socket.destroy(), 4000)
      await closed
      clearTimeout(patience)
    },
  }
}

function readKnown(path: string): Running | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Running
  } catch {
    return null
  }
}

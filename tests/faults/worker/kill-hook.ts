// Loaded with `node --import` into a process that shall die: it counts the boundaries at which the process touches the
// outside, before and after each write to a socket or a file and at each arrival of bytes, and ends the process by
// SIGKILL at the one that the environment names. Without a name it only counts.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

const killAt = Number(process.env['FAULTS_KILL_AT'] ?? Number.POSITIVE_INFINITY)
let count = 0
let armed = false

function boundary(): void {
  if (!armed) return
  count += 1
  if (count >= killAt) process.kill(process.pid, 'SIGKILL')
}

/** From now on boundaries count. */
export function arm(): void {
  armed = true
}

/** How many there have been. */
export const boundaries = (): number => count

type Method = (this: unknown, ...args: unknown[]) => unknown

function around(owner: object, name: string): void {
  const methods = owner as Record<string, Method | undefined>
  const original = methods[name]
  if (original === undefined) throw new Error(`there is no ${name} to count at`)
  methods[name] = function counted(...args) {
    boundary()
    const result = original.apply(this, args)
    boundary()
    return result
  }
}

around(net.Socket.prototype, '_write')
around(net.Socket.prototype, '_writev')
around(fs, 'write')
around(fs, 'writeSync')
around(fs, 'writeFileSync')
around(fs, 'renameSync')
syncBuiltinESMExports()

const { push } = net.Socket.prototype
net.Socket.prototype.push = function counted(this: net.Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (chunk !== null) boundary()
  return push.call(this, chunk, encoding)
}

// The lock of a home, and the notes of the processes that use its database.
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { EmbeddedFailure } from './failure.ts'

/** A process by its number and, where the system knows it, its start time: numbers are reused after a restart. */
export function processMark(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? `${pid} dead` : `${pid} ${rest[18]}`
  } catch {
    return `${pid} -`
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether the process that wrote this mark is alive. */
export function isOwnerAlive(mark: string): boolean {
  const pid = Number(mark.split(' ')[0])
  return isAlive(pid) && processMark(pid) === mark.trim()
}

/**
 * Runs `work` while no other process of this folder does. Takes over the lock of a dead process; waits for a living one for
 * up to three minutes, then throws EmbeddedFailure.
 */
export async function exclusively<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, 'postgres.lock')
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(own, processMark(process.pid), { mode: 0o600 })
  try {
    const deadline = performance.now() + 180_000
    while (!tryLock(own, path)) {
      if (performance.now() > deadline)
        throw new EmbeddedFailure(`another process has had the lock ${path} for over 3 minutes`)
      await sleep(50)
    }
    try {
      return await work()
    } finally {
      rmSync(path, { force: true })
    }
  } finally {
    rmSync(own, { force: true })
  }
}

function tryLock(own: string, path: string): boolean {
  try {
    linkSync(own, path) // appears complete or not at all: nobody reads a lock without its mark
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'EEXIST') throw error
  }
  try {
    const seen = statSync(path)
    if (!isOwnerAlive(readFileSync(path, 'utf8')) && statSync(path).ino === seen.ino) unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return false
}

/** Notes that this process uses the database of the folder; the returned function removes the note. Safe to repeat. */
export function noteUse(folder: string): () => void {
  const users = join(folder, 'postgres.users')
  mkdirSync(users, { recursive: true, mode: 0o700 })
  const path = join(users, `${process.pid}-${randomBytes(4).toString('hex')}`)
  writeFileSync(path, processMark(process.pid), { mode: 0o600 })
  return () => rmSync(path, { force: true })
}

/** How many living processes use the folder; removes the notes of dead ones. */
export function countUses(folder: string): number {
  const users = join(folder, 'postgres.users')
  let count = 0
  for (const name of listed(users)) {
    const path = join(users, name)
    if (isOwnerAlive(readText(path))) count += 1
    else rmSync(path, { force: true })
  }
  return count
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

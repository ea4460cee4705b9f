import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a hub that serves tells the other commands of its home. */
export interface RunningHub {
  readonly pid: number
  readonly url: string
}

const fileOf = (home: string): string => join(home, 'running.json')

export function tellRunning(home: string, url: string): void {
  const fresh = `${fileOf(home)}.${process.pid}`
  writeFileSync(fresh, JSON.stringify({ pid: process.pid, url } satisfies RunningHub), { mode: 0o600 })
  renameSync(fresh, fileOf(home))
}

export function forgetRunning(home: string): void {
  if (readRunning(home)?.pid === process.pid) rmSync(fileOf(home), { force: true })
}

/** The hub that serves from this home, or null; one that was killed is not there. */
export function readRunning(home: string): RunningHub | null {
  try {
    const running = JSON.parse(readFileSync(fileOf(home), 'utf8')) as RunningHub
    process.kill(running.pid, 0)
    return running
  } catch {
    return null
  }
}

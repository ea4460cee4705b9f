// The hubs that serve from a home, as the other commands of the home find them.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isOwnerAlive, processMark } from '../../db/embedded/lock.ts'

/** What a serving hub publishes for the other commands of its home: one file for each hub, since several may serve from one home. */
interface RunningHub {
  readonly mark: string
  readonly url: string
}

const folderOf = (home: string): string => join(home, 'running')
const fileOf = (home: string): string => join(folderOf(home), `${process.pid}.json`)

export function tellRunning(home: string, url: string): void {
  mkdirSync(folderOf(home), { recursive: true, mode: 0o700 })
  const fresh = `${fileOf(home)}.new`
  writeFileSync(fresh, JSON.stringify({ mark: processMark(process.pid), url } satisfies RunningHub), { mode: 0o600 })
  renameSync(fresh, fileOf(home))
}

export function forgetRunning(home: string): void {
  rmSync(fileOf(home), { force: true })
}

/** Where the youngest hub that serves from this home listens, or null; the notes of killed ones are cleared away. */
export function runningUrl(home: string): string | null {
  const living = notesOf(home).filter(({ path, note }) => {
    if (note !== null && isOwnerAlive(note.mark)) return true
    rmSync(path, { force: true })
    return false
  })
  return living.toSorted((a, b) => b.since - a.since)[0]?.note?.url ?? null
}

function notesOf(home: string): { path: string; since: number; note: RunningHub | null }[] {
  try {
    return readdirSync(folderOf(home))
      .filter((name) => name.endsWith('.json'))
      .map((name) => {
        const path = join(folderOf(home), name)
        return { path, since: statSync(path).mtimeMs, note: JSON.parse(readFileSync(path, 'utf8')) as RunningHub }
      })
  } catch {
    return [] // no hub has served from here, or one left while we looked
  }
}

// Heads of the access log that are exported to the home, as evidence outside the database.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'

/** The head of the log at one time, to keep outside the database: on disk, on paper, in a mailbox. */
export interface ExportedHead {
  /** ISO 8601, Vietnam's time. */
  readonly at: string
  readonly seq: number
  /** Hexadecimal. */
  readonly mac: string
  /** Set where the operator restored the database to this head. */
  readonly restored?: true
}

const fileOf = (home: string): string => join(home, 'audit-heads.jsonl')

/** The present head; null while nothing was ever logged. */
export async function readHead(pool: pg.Pool, now: Date): Promise<ExportedHead | null> {
  const { rows } = await pool.query<{ seq: number; mac: Buffer }>('select seq, mac from access_head')
  const head = rows[0]
  return head === undefined ? null : { at: vietnamTime(now), seq: head.seq, mac: head.mac.toString('hex') }
}

/** Adds a line to `<home>/audit-heads.jsonl`, which only its owner may read. */
export function exportHead(home: string, head: ExportedHead): void {
  appendFileSync(fileOf(home), `${JSON.stringify(head)}\n`, { mode: 0o600, flush: true })
}

/** The heads that this home has exported, oldest first; skips incomplete lines, which a full disk may leave. */
export function exportedHeads(home: string): ExportedHead[] {
  let text = ''
  try {
    text = readFileSync(fileOf(home), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return text.split('\n').flatMap((line) => {
    try {
      const { at, seq, mac, restored } = JSON.parse(line) as Partial<Record<keyof ExportedHead, unknown>>
      if (typeof at !== 'string' || !Number.isSafeInteger(seq) || typeof mac !== 'string') return []
      return [{ at, seq: seq as number, mac, ...(restored === true ? { restored } : {}) }]
    } catch {
      return []
    }
  })
}

/** Exports the head unless this home has exported one on this day of Vietnam, or there is none. Safe to repeat. */
export async function exportHeadDaily(home: string, pool: pg.Pool, now: Date): Promise<void> {
  if (exportedHeads(home).at(-1)?.at.slice(0, 10) === vietnamTime(now).slice(0, 10)) return
  const head = await readHead(pool, now)
  if (head !== null) exportHead(home, head)
}

/** The heads that the log must still have: without those that a later restore by the operator has undone. */
export const unexplained = (heads: readonly ExportedHead[]): ExportedHead[] =>
  heads.filter(
    (one, at) =>
      one.mac !== '' && // a restore of a database in which nothing was logged
      !heads.some((later, then) => then > at && later.restored === true && later.seq < one.seq),
  )

const vietnamTime = (now: Date): string => `${new Date(now.getTime() + 7 * 3_600_000).toISOString().slice(0, -1)}+07:00`

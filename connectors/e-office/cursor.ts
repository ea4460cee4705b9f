// Writes and reads the cursors of e-office, and divides its reads into windows.
import { createHash } from 'node:crypto'
import { ConnectorFailure } from '#connector'

/**
 * How far a read has come. `known` and `listed` are digests of list items (unit, docId and time of its last change): `known`
 * those of the checkpoint, which are not fetched again; `listed` those this read has met inside the look-back, which become the
 * next checkpoint's; `recent` those of the window before, where it is older, since neighbouring windows share a day.
 */
export interface Position {
  readonly from: string
  /** The last day that is asked for. */
  readonly to: string
  /** Items that arose on this day or later belong to the look-back. */
  readonly lookback: string
  /** Items that arose on this day or later are left out; null: none. */
  readonly until: string | null
  readonly unit: number
  readonly window: number
  readonly known: string
  readonly listed: string
  readonly recent: string
}

const width = 8

/** Six bytes of SHA-256 in base64url: among 20,000 items two share one with a probability under one in a million. */
export const itemDigest = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('|')).digest('base64url').slice(0, width)

export function unpacked(digests: string): string[] {
  const found: string[] = []
  for (let at = 0; at < digests.length; at += width) found.push(digests.slice(at, at + width))
  return found
}

export const packed = (digests: Iterable<string>): string => [...digests].sort().join('')

/** What a whole read leaves behind: the digests of its look-back, and the last day that it asked for. */
export interface Checkpoint {
  readonly on: string
  readonly known: string
}

export const checkpointOf = (on: string, listed: Iterable<string>): string =>
  JSON.stringify({ on, known: packed(listed) } satisfies Checkpoint)

const isDigests = (value: unknown): value is string =>
  typeof value === 'string' && value.length % width === 0 && /^[\w-]*$/.test(value)
const isDay = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** A position inside a run, or a checkpoint. CONFIG_INVALID for a text that is neither. */
export function readCursor(cursor: string): Position | Checkpoint {
  try {
    const found = JSON.parse(cursor) as Partial<Position & Checkpoint>
    const { on, known, listed, recent, from, to, lookback, until, unit, window } = found
    if (isDigests(known)) {
      if (from === undefined && isDay(on)) return { on, known }
      const days = isDay(from) && isDay(to) && isDay(lookback) && (until === null || isDay(until))
      if (days && isDigests(listed) && isDigests(recent) && isCount(unit) && isCount(window)) return found as Position
    }
  } catch {
    // Refused below, with what was expected.
  }
  throw new ConnectorFailure(
    'CONFIG_INVALID',
    'The cursor is none of the document axis: restart the stream from its beginning.',
  )
}

/** Windows of at most a calendar month from one day to another; each begins on the day on which the one before ends. */
export function windowsOf(from: string, to: string): readonly { readonly from: string; readonly to: string }[] {
  const windows: { from: string; to: string }[] = []
  for (let begin = from; ;) {
    const month = new Date(`${begin.slice(0, 7)}-01T00:00:00Z`)
    month.setUTCMonth(month.getUTCMonth() + 1)
    const next = month.toISOString().slice(0, 10)
    const end = next < to ? next : to
    windows.push({ from: begin, to: end })
    if (end >= to) return windows
    begin = end
  }
}

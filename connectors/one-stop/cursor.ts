// Writes and reads the cursors of one-stop.
import { ConnectorFailure, instant, isObject, millisecondsOf } from '#connector'
import type { Cursor, Range } from '#connector'

/** How far a run has come. Times are milliseconds since 1970. */
export interface Position {
  /** The next page to ask for, from 0, in pages of `size` dossiers; null: as many as the settings say. */
  readonly page: number
  readonly size: number | null
  /** The checkpoint that the run began from: it may end once it is past this mark and the overlap; null: it reads to the end. */
  readonly mark: number | null
  /** The newest change time on the run's first page: the mark of the checkpoint to come. */
  readonly top: number | null
  /** The third newest change on a run's first page: where nothing as new is left, the source was set back. */
  readonly floor: number | null
  /** A window of acceptance dates, `to` exclusive. */
  readonly window: { readonly from: string; readonly to: string } | null
  /** The source broke the order that it claims: the run reads to the end. */
  readonly unsorted: boolean
  /** A whole read has met the end and looks once more at the top, for what moved there meanwhile. */
  readonly again: boolean
}

const start: Position = {
  page: 0,
  size: null,
  mark: null,
  top: null,
  floor: null,
  window: null,
  unsorted: false,
  again: false,
}

/** The checkpoint of a complete run. */
export const checkpoint = (mark: number | null, floor: number | null = null): Cursor =>
  JSON.stringify({ mark: written(mark), ...(floor !== null && { floor: written(floor) }) })

/** The position of a run that goes on. */
export const cursorOf = (position: Position): Cursor =>
  JSON.stringify({
    ...position,
    mark: written(position.mark),
    top: written(position.top),
    floor: written(position.floor),
  })

/** The position at which to read a range. Throws CONFIG_INVALID for a cursor that this connector did not make. */
export function positionOf(range: Range): Position {
  if ('all' in range) return start
  if ('from' in range) return { ...start, window: { from: range.from, to: range.to } }
  let found: unknown
  try {
    found = JSON.parse(range.since)
  } catch {
    found = null
  }
  const position = isObject(found) ? positionIn(found) : null
  if (position === null) {
    throw new ConnectorFailure(
      'CONFIG_INVALID',
      'The stored cursor of the stream dossiers cannot be read: expected one that this connector made; a full read makes a new one',
    )
  }
  return position
}

function positionIn(found: Readonly<Record<string, unknown>>): Position | null {
  const {
    mark,
    top = null,
    floor = null,
    page = 0,
    size = null,
    window = null,
    unsorted = false,
    again = false,
  } = found
  const [markAt, topAt, floorAt] = [readTime(mark), readTime(top), readTime(floor)]
  if (markAt === undefined || topAt === undefined || floorAt === undefined) return null
  if (!isCount(page) || !(size === null || (isCount(size) && size > 0))) return null
  if (typeof unsorted !== 'boolean' || typeof again !== 'boolean') return null
  if (window === null) return { page, size, mark: markAt, top: topAt, floor: floorAt, window, unsorted, again }
  if (!isObject(window)) return null
  const { from, to } = window
  if (typeof from !== 'string' || typeof to !== 'string') return null
  return { page, size, mark: markAt, top: topAt, floor: floorAt, window: { from, to }, unsorted, again }
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0

const written = (milliseconds: number | null): string | null => (milliseconds === null ? null : instant(milliseconds))

/** undefined for what is neither null nor a time. */
function readTime(value: unknown): number | null | undefined {
  if (value === null) return null
  if (typeof value !== 'string') return undefined
  const milliseconds = millisecondsOf(value)
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

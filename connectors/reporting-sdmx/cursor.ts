// Writes and reads the cursors of reporting-sdmx.
import { ConnectorFailure, isObject } from '#connector'
import type { Range } from '#connector'

/** How far a read has come. A checkpoint is a position without `at`. */
export interface Position {
  /** For each dataflow the `updatedAfter` of the next question; one that is not named is read whole. */
  readonly since: Readonly<Record<string, string>>
  /** Only periods that begin in these dates, `to` exclusive. */
  readonly window?: { readonly from: string; readonly to: string }
  readonly at?: {
    /** Dataflows of this run that are complete, with what becomes their `updatedAfter`. */
    readonly done: Readonly<Record<string, string>>
    readonly flow?: Reading
  }
}
export interface Reading {
  readonly name: string
  /** How many observations were received. */
  readonly offset: number
  /** The source's clock at the first answer, less the overlap. */
  readonly started: string
  /** Key of the first observation of the last message: a source that ignores `offset` sends it again. */
  readonly head: string
  /** How many observations the last message had. */
  readonly count: number
}

/** The position at which a range begins. A cursor that this connector did not make is CONFIG_INVALID. */
export function positionOf(range: Range): Position {
  if ('all' in range) return { since: {} }
  if ('from' in range) return { since: {}, window: { from: range.from, to: range.to } }
  const position = parsed(range.since)
  if (isPosition(position)) return position
  throw new ConnectorFailure('CONFIG_INVALID', 'the cursor of stream observations is none of this connector')
}

export const cursorOf = (position: Position): string => JSON.stringify(position)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const isTimes = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((time) => typeof time === 'string' && !Number.isNaN(Date.parse(time)))

function isPosition(value: unknown): value is Position {
  if (!isObject(value) || !isTimes(value['since'])) return false
  const { window, at } = value
  if (window !== undefined && !(isObject(window) && isDate(window['from']) && isDate(window['to']))) return false
  if (at === undefined) return true
  if (!isObject(at) || !isTimes(at['done'])) return false
  const { flow } = at
  return flow === undefined || (isObject(flow) && isReading(flow))
}

const isDate = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)
const isReading = (flow: Record<string, unknown>): boolean =>
  ['name', 'started', 'head'].every((name) => typeof flow[name] === 'string') &&
  ['offset', 'count'].every((name) => Number.isSafeInteger(flow[name]) && Number(flow[name]) >= 0)

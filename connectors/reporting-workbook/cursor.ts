// Reads the cursors of reporting-workbook.
import { ConnectorFailure, isObject } from '#connector'

/** What was taken: the mark of the file by the key of its report. */
export type Taken = Readonly<Record<string, string>>

export interface ObservationPosition {
  readonly taken: Taken
  /** The file that is being read, and how many of its records were given. */
  readonly at?: { readonly key: string; readonly mark: string; readonly offset: number }
}
export interface ReportPosition {
  readonly taken: Taken
  /** Expected reports of periods that ended before this time were given, of the templates with these marks. */
  readonly until: number
  readonly templates: Taken
  /** The run under way: its time, and the key of the last record that it gave. */
  readonly at?: { readonly now: number; readonly after: string }
}

const isTaken = (value: unknown): value is Taken =>
  isObject(value) && Object.values(value).every((mark) => typeof mark === 'string')

export function observationPosition(cursor: string): ObservationPosition {
  const position = parsed(cursor, 'observations')
  const { taken, at } = position
  const good =
    at === undefined || (isObject(at) && isText(at['key']) && isText(at['mark']) && Number.isSafeInteger(at['offset']))
  return isTaken(taken) && position['until'] === undefined && good
    ? (position as unknown as ObservationPosition)
    : refuse('observations')
}

export function reportPosition(cursor: string): ReportPosition {
  const position = parsed(cursor, 'reports')
  const { taken, until, templates, at } = position
  const good = at === undefined || (isObject(at) && isText(at['after']) && Number.isSafeInteger(at['now']))
  return isTaken(taken) && isTaken(templates) && Number.isSafeInteger(until) && good
    ? (position as unknown as ReportPosition)
    : refuse('reports')
}

const isText = (value: unknown): boolean => typeof value === 'string'

function refuse(stream: string): never {
  throw new ConnectorFailure('CONFIG_INVALID', `the cursor of stream ${stream} is none of this connector`)
}

function parsed(cursor: string, stream: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(cursor)
    if (isObject(value)) return value
  } catch {
    // not even JSON: refused below
  }
  return refuse(stream)
}

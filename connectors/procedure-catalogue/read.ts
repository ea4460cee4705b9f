// Checks the gateway and reads its lists.
import { createHash } from 'node:crypto'
import { ConnectorFailure, isTooLarge, maxTooLarge, pageAfter, pageFrom, pageSizeOf, smallerPage } from '#connector'
import type { Json, NumberedPage, Page, Range, SourceRecord } from '#connector'
import { agencyNames, withAgencyCodes } from './agency-names.ts'
import { announced, ask, lists } from './gateway.ts'
import type { CatalogueContext, List } from './gateway.ts'

/** Settles when the gateway answers a page of one row. */
export async function check(context: CatalogueContext): Promise<void> {
  const list = lists['citizen-procedures']
  announced(list, await ask(context, list, 1, 1))
}

/** What is the whole list's or changes by itself: with it, one new procedure would make every row look changed. */
const notOfTheRow: ReadonlySet<string> = new Set(['TOTAL_RECORDS', 'AMOUNT', 'ROW_STT', 'WEIGHT'])
const maxRecords = 500

/** How far a read of a list has come: the next page, rows of it that were handed on already, and what was served so far. */
interface Position {
  readonly page: number
  /** Rows of a page; absent: as many as the settings say. */
  readonly size?: number
  readonly skip: number
  readonly served: number
  readonly seen: readonly string[]
}
const start: Position = { page: 1, skip: 0, served: 0, seen: [] }
const whole = JSON.stringify({ whole: true })

/**
 * Yields a list from its first page to its announced total. The total is the proof that the list is whole: when the rows
 * end before it, or a row was served twice while another is missing (the list is sorted by use and may move meanwhile),
 * the rows that came are yielded and SOURCE_UNAVAILABLE is thrown.
 */
export async function* read(context: CatalogueContext, stream: keyof typeof lists, range: Range): AsyncGenerator<Page> {
  const list: List = lists[stream]
  const position = 'since' in range ? positionOf(range.since) : start
  const names = stream === 'procedure-details' ? agencyNames(await ask(context, lists.agencies, 1, 1)) : null
  const toRecord = (row: Json): SourceRecord => {
    const record = recordOf(list, row)
    return names === null ? record : withAgencyCodes(record, names)
  }
  yield* pages(context, list, position, toRecord)
}

async function* pages(
  context: CatalogueContext,
  list: List,
  from: Position,
  toRecord: (row: Json) => SourceRecord,
): AsyncGenerator<Page> {
  const seen = new Set(from.seen)
  let { skip, served } = from
  let total: number | null = null
  let passed = 0
  const full = pageSizeOf(context.settings.pageSize, context)
  let at = firstPage(from, context.settings.pageSize, full)
  for (;;) {
    context.signal.throwIfAborted()
    const answered = await ask(context, list, at.size, at.page + 1).catch((error: unknown) => {
      // A list that comes in one answer has no smaller pages.
      if (list.total === null || !isTooLarge(error) || passed === maxTooLarge) throw error
      return null
    })
    if (answered === null) {
      const smaller = smallerPage(at)
      if (smaller === null) {
        const alone = `${list.title}: row ${at.page + 1}`
        passed += 1
        seen.add(`?${alone}`)
        served += 1
        at = { ...at, page: at.page + 1 }
        const next: Position = { page: at.page + 1, size: at.size, skip: 0, served, seen: [...seen] }
        yield { records: [], tooLarge: [alone], next: JSON.stringify(next) }
        if (total !== null && served >= total) {
          if (seen.size < total) throw incomplete(list, total, seen.size)
          return yield { records: [], next: whole }
        }
      } else at = smaller
      continue
    }
    passed = 0
    const rows = answered
    if (rows.length === 0) {
      if (total !== null && seen.size >= total) return yield { records: [], next: whole }
      throw incomplete(list, total, seen.size)
    }
    total = list.total === null ? rows.length : announced({ ...list, total: list.total }, rows)
    for (let row = skip; row < rows.length; row += maxRecords) {
      context.signal.throwIfAborted()
      const chunk = rows.slice(row, row + maxRecords)
      const records: SourceRecord[] = []
      for (const one of chunk) {
        const record = toRecord(one)
        const key = record[list.key] as string
        if (!seen.has(key)) records.push(record)
        seen.add(key)
      }
      served += chunk.length
      const pageEnds = row + maxRecords >= rows.length
      const listEnds = pageEnds && served >= total
      if (listEnds && (list.total === null || seen.size >= total)) return yield { records, next: whole }
      const { page, size } = pageEnds ? pageAfter(at, full) : at
      const next = { page: page + 1, size, skip: pageEnds ? 0 : row + maxRecords, served, seen: [...seen] }
      if (records.length > 0) yield { records, next: JSON.stringify(next satisfies Position) }
      if (listEnds) throw incomplete(list, total, seen.size)
    }
    at = pageAfter(at, full)
    skip = 0
  }
}

/** Where a read goes on, in pages of at most `full` rows. One inside a page, which only settings of old know, stays with that page. */
function firstPage({ page, size: given, skip }: Position, setting: number, full: number): NumberedPage {
  const size = given ?? setting
  const at = { page: page - 1, size }
  return size <= full || skip > 0 ? at : pageFrom(at.page * size, full)
}

function incomplete(list: List, total: number | null, served: number): ConnectorFailure {
  const expected = total === null ? 'no total' : `a total of ${total} rows`
  return new ConnectorFailure(
    'SOURCE_UNAVAILABLE',
    `The list ${list.title} announces ${expected} and served ${served} different ones before it ended` +
      (total === null ? '.' : `; ${total - served} are missing.`),
  )
}

/** A row as a record; a row without a key gets one that begins with `?`, so that it can be rejected by itself. */
function recordOf(list: List, row: Json): SourceRecord {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return { [list.key]: stand(row), row }
  const record: Record<string, Json> = {}
  for (const [name, value] of Object.entries(row as SourceRecord)) if (!notOfTheRow.has(name)) record[name] = value
  const key = record[list.key]
  if (typeof key === 'number') record[list.key] = String(key)
  else if (typeof key !== 'string' || key.trim() === '') record[list.key] = stand(record)
  return record
}

const stand = (row: Json): string => `?${createHash('sha256').update(JSON.stringify(row)).digest('hex').slice(0, 16)}`

function positionOf(cursor: string): Position {
  try {
    const found = JSON.parse(cursor) as Partial<Position> & { whole?: boolean }
    if (found.whole === true) return start
    const { page, size = 1, skip, served, seen } = found
    const counts = [page, size, skip, served].every((count) => Number.isSafeInteger(count) && (count ?? -1) >= 0)
    if (counts && Array.isArray(seen) && seen.every((key) => typeof key === 'string')) return found as Position
  } catch {
    // Refused below, with what was expected.
  }
  throw new ConnectorFailure(
    'CONFIG_INVALID',
    'The cursor is none of the procedure catalogue: restart the stream from its beginning.',
  )
}

// Checks the dossier search and reads its pages, newest change first.
import {
  ConnectorFailure,
  isoInstant,
  isObject,
  isTooLarge,
  maxTooLarge,
  localInstant,
  millisecondsOf,
  pageAfter,
  pageFrom,
  pageSizeOf,
  smallerPage,
} from '#connector'
import type { Context, Json, Page, Range, SourceRecord } from '#connector'
import { allowedOfDossier } from './allowed.ts'
import { manifest } from './manifest.ts'
import { checkpoint, cursorOf, positionOf } from './cursor.ts'
import type { Position } from './cursor.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'

type OneStop = Context<typeof manifest>

const overlap = manifest.streams.dossiers.latenessSeconds * 1000
/** How far the source's clock may be ahead of ours before its times no longer move the mark. Well below the overlap. */
const skew = 60_000
/** How many records back a row that returns on the next page is known to be one that was pushed down. */
const remembered = 500

export async function check(context: OneStop): Promise<void> {
  await search(openSession(context), new URLSearchParams({ page: '0', size: '1', spec: 'slice' }))
}

/**
 * Reads from the newest change down. A run since a checkpoint ends once it is past the checkpoint's mark and the overlap;
 * a whole read and a window read to the end. Rows that change while a run reads move to the top and push others down: these come
 * twice, and what moved is met by the next run or, in a whole read, by a second look at the top.
 */
export async function* read(context: OneStop, _stream: 'dossiers', range: Range): AsyncGenerator<Page> {
  const session = openSession(context)
  const order = orderCheck()
  const full = pageSizeOf(context.settings.pageSize, context)
  let position = inPages(positionOf(range), context.settings.pageSize, full)
  let before = ''
  let repeats = 0
  let alone = 0
  for (;;) {
    context.signal.throwIfAborted()
    const found = await search(session, query(position)).catch((error: unknown) => {
      if (isTooLarge(error) && alone < maxTooLarge) return null
      throw error
    })
    if (found === null) {
      before = ''
      const smaller = smallerPage(position)
      if (smaller !== null) {
        position = { ...position, ...smaller }
        continue
      }
      alone += 1
      const named = `/pa/dossier/search: dossier ${position.page + 1}, newest change first`
      position = { ...position, page: position.page + 1 }
      yield { records: [], tooLarge: [named], next: cursorOf(position) }
      continue
    }
    alone = 0
    const { items, last } = found
    const now = context.now().getTime()

    const bytes = JSON.stringify(items.map((item) => item['id']))
    repeats = items.length > 0 && bytes === before ? repeats + 1 : 0
    before = bytes
    if (repeats === 2) {
      throw new ConnectorFailure(
        'SOURCE_CHANGED',
        `/pa/dossier/search answers pages ${position.page - 2} to ${position.page} with the same records: expected paging by page and size`,
      )
    }

    const times = items.map((item) => changeTime(item))
    const unsorted = position.unsorted || !order.isKept(items, times)
    const top = position.again || (position.page > 0 && position.top !== null) ? position.top : newest(times, now)
    const first = position.page === 0 && !position.again
    if (first) refuseReset(position, items, top)
    const floor = first ? thirdNewest(times, now) : position.floor
    const ended = last || items.length === 0
    const stop = position.again ? position.top : position.mark === null ? null : position.mark - overlap
    const oldest = times.findLast((time) => time !== null) ?? null
    const past = stop !== null && oldest !== null && oldest < stop && !unsorted

    const shown = position.again ? items.filter((_, index) => (times[index] ?? 0) > (position.top ?? 0)) : items
    const records = shown.map(allowedOfDossier)
    const here: Paged = { ...position, top, floor, unsorted }
    const whole = position.mark === null && position.window === null
    if (ended || past) {
      if (!whole || position.again || top === null) {
        const next = position.window === null ? checkpoint(top ?? position.mark, floor) : checkpoint(null)
        yield { records, next, ...(position.again && { again: true as const }) }
        return
      }
      position = { ...here, page: 0, size: full, again: true }
      order.forget()
      before = ''
    } else {
      position = { ...here, ...pageAfter(position, full) }
    }
    yield { records, next: cursorOf(position), ...(here.again && { again: true as const }) }
  }
}

type Paged = Position & { readonly size: number }

/** The position in pages of at most `full` dossiers; where the cursor does not say how large its pages are, they are those of the setting. */
function inPages(position: Position, setting: number, full: number): Paged {
  const size = position.size ?? setting
  return size <= full ? { ...position, size } : { ...position, ...pageFrom(position.page * size, full) }
}

/**
 * One dossier may be deleted, also the newest. A registry that has nothing any more as new as the third newest that was read
 * before was set back.
 */
function refuseReset({ mark, floor }: Position, items: readonly SourceRecord[], top: number | null): void {
  if (mark === null || floor === null || (items.length > 0 && (top === null || top >= floor - overlap))) return
  throw new ConnectorFailure(
    'SOURCE_CHANGED',
    '/pa/dossier/search: the newest change is older than what was read before, as if the source had been set back',
    { reason: 'SOURCE_RESET' },
  )
}

function query(position: Paged): URLSearchParams {
  const asked = new URLSearchParams({
    page: String(position.page),
    size: String(position.size),
    spec: 'slice',
    sort: 'updatedDate,desc',
  })
  if (position.window !== null) {
    asked.set('accepted-from', startOf(position.window.from, 0))
    // Up to the last millisecond before `to`, so that it does not matter whether the source counts the bound in.
    asked.set('accepted-to', startOf(position.window.to, -1))
  }
  return asked
}

function startOf(date: string, shift: number): string {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const start = localInstant({ year, month, day })
  if (start === null) throw new ConnectorFailure('CONFIG_INVALID', 'A window of dates is written 2026-03-05')
  return new Date(millisecondsOf(start) + shift).toISOString()
}

async function search(
  session: Session,
  asked: URLSearchParams,
): Promise<{ items: readonly SourceRecord[]; last: boolean }> {
  const answer = await session.get('/pa/dossier/search', asked)
  const { content, last } = isObject(answer) ? answer : {}
  if (!Array.isArray(content) || !content.every(isObject<Json>) || (last !== undefined && typeof last !== 'boolean')) {
    throw changed('expected content (a list of dossiers) and last')
  }
  const items: readonly SourceRecord[] = content
  if (items.length > 0 && items.every((item) => typeof item['id'] !== 'string')) {
    throw changed('expected dossiers with an id')
  }
  return { items, last: last === true }
}

const changed = (expected: string): ConnectorFailure =>
  new ConnectorFailure('SOURCE_CHANGED', `/pa/dossier/search answers with another structure: ${expected}`)

/** Milliseconds since 1970; null where the dossier has no time of change that can be read. */
function changeTime(item: SourceRecord): number | null {
  const text = item['updatedDate']
  const time = typeof text === 'string' ? isoInstant(text.trim()) : null
  return time === null ? null : millisecondsOf(time)
}

/** The mark that these times prove: a time ahead of the clock (one mistyped record, a clock that is fast) never carries it away. */
function newest(times: readonly (number | null)[], now: number): number | null {
  const dated = times.filter((time) => time !== null)
  if (dated.length === 0) return null
  const believed = dated.filter((time) => time <= now + skew)
  return believed.length === 0 ? now + skew : Math.max(...believed)
}

function thirdNewest(times: readonly (number | null)[], now: number): number | null {
  const believed = times.filter((time) => time !== null && time <= now + skew) as number[]
  return believed.toSorted((a, b) => b - a)[2] ?? null
}

/** Watches the order that the source claims, newest first. A disorder smaller than the overlap does no harm. */
function orderCheck(): {
  isKept(items: readonly SourceRecord[], times: readonly (number | null)[]): boolean
  forget(): void
} {
  let lowest: number | null = null
  let seen: unknown[] = []
  return {
    isKept: (items, times) => {
      const known = new Set(seen)
      let sorted = true
      let inPage: number | null = null
      for (const [index, time] of times.entries()) {
        if (time === null) continue
        if (inPage !== null && time > inPage + overlap) sorted = false
        if (lowest !== null && time > lowest + overlap && !known.has(items[index]?.['id'])) sorted = false
        inPage = inPage === null ? time : Math.min(inPage, time)
      }
      if (inPage !== null) lowest = lowest === null ? inPage : Math.min(lowest, inPage)
      seen = [...seen, ...items.map((item) => item['id'])].slice(-remembered)
      return sorted
    },
    forget: () => {
      lowest = null
      seen = []
    },
  }
}

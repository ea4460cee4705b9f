import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Page } from '../../contract/connector.ts'
import { ConnectorFailure } from '../../contract/failure.ts'
import type { Claim } from '../queue/claim.ts'
import { commitPage, fence, type Waiting } from './commit.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { CommittedBefore } from '../failure.ts'
import { tooLargeKey } from './outcome.ts'
import type { RawPosition } from './plan.ts'
import { rawPages } from './replay.ts'
import { retryTransient } from '../retry-transient.ts'
import { openPageInspector, type PageInspector } from '../inspect/page-inspector.ts'

/** So many pages in a row may be empty and stand still before the run ends. */
const emptyPages = 100

/** Every page that is left of the run stands in the database; answers the position after the last one. */
export async function readPages(
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  signal: AbortSignal,
): Promise<string | null> {
  const watch = await retryTransient(() => openPageInspector(engine, source, claim))
  const pages = pagesOf(engine, source, claim, watch, signal)[Symbol.asyncIterator]()
  const standsStill = refuseCircles(claim.source)
  let position = claim.position
  let number = claim.pages
  let pending = within(engine, pages.next(), signal)
  try {
    for (;;) {
      const answer = await pending
      signal.throwIfAborted()
      if (answer.done === true) break
      const page = answer.value
      standsStill(page)
      pending = within(engine, pages.next(), signal)
      pending.catch(() => undefined)
      const judged = watch.look(page, page.from !== undefined)
      const here = { ...claim, pages: number }
      await retryTransient(() => commitPage(engine, source, here, page, page.from, judged)).catch((error: unknown) => {
        // A try whose answer was lost had been committed after all: the page is done, and done once.
        if (!(error instanceof CommittedBefore)) throw error
      })
      position = page.next
      number += 1
    }
  } finally {
    pages.return?.(undefined)?.catch(() => undefined)
  }
  if ('all' in claim.range && claim.kind !== 'REPLAY') await retryTransient(() => settleTooLarge(engine, claim))
  return position
}

/** What was too large in an earlier read and did not come as such in this whole one waits no more: a position is no key. */
async function settleTooLarge(engine: Engine, claim: Claim): Promise<void> {
  await engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, claim)
    // What runs that failed have met since the last success may lie before the position from which this one was carried on.
    await sql`
      update quarantine set left_at = ${engine.now().toISOString()}, left_because = 'TAKEN'
      where source_id = ${claim.source} and stream_id = ${claim.stream} and left_at is null
        and starts_with(key, ${tooLargeKey}) and run_id <= (
          select max(r.id) from run r where r.source_id = ${claim.source} and r.stream_id = ${claim.stream}
            and r.id < ${claim.run} and r.kind in ('CHANGES', 'FULL') and r.state in ('SUCCEEDED', 'SUCCEEDED_WITH_REJECTS'))
    `.execute(trx)
  })
}

/**
 * Throws SOURCE_CHANGED at the first page whose position the run has had before: a source that gives its pages in a circle. A run
 * that is carried on does not know the positions of its former owner and needs one more round.
 */
function refuseCircles(source: string): (page: Page) => void {
  const seen = new Set<string>()
  let empty = 0
  return (page) => {
    if (page.next.includes('\u0000')) throw new ConnectorFailure('SOURCE_CHANGED', `${source}: a position holds NUL`)
    empty = page.records.length === 0 && seen.has(page.next) ? empty + 1 : 0
    if ((page.records.length > 0 && seen.has(page.next)) || empty > emptyPages) {
      throw new ConnectorFailure('SOURCE_CHANGED', `${source}: the source gives the same position again and again`)
    }
    seen.add(page.next)
  }
}

function pagesOf(
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  watch: PageInspector,
  signal: AbortSignal,
): AsyncIterable<Page & Waiting & { from?: RawPosition }> {
  if (claim.kind === 'REPLAY') return rawPages(engine, claim, claim.position)
  const range = claim.position === null ? claim.range : { since: claim.position }
  return source.connector.read({ ...source.open(signal), pageShare: watch.pageShare }, claim.stream, range)
}

/** The next page, or SOURCE_UNAVAILABLE when it does not come in time, or the signal's reason as soon as it aborts. */
async function within<T>(engine: Engine, page: Promise<T>, signal: AbortSignal): Promise<T> {
  const patience = new AbortController()
  const late = sleep(engine.pageMs, undefined, { signal: AbortSignal.any([patience.signal, signal]), ref: false }).then(
    () => {
      throw new ConnectorFailure('SOURCE_UNAVAILABLE', `no page came within ${engine.pageMs / 1000} s`)
    },
    () => {
      signal.throwIfAborted()
      return page
    },
  )
  try {
    return await Promise.race([page, late])
  } finally {
    patience.abort()
  }
}

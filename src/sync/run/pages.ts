// Reads the pages of a run, one ahead of the commit.
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

/** A run fails after this many empty pages in a row without a new position. */
const emptyPages = 100

/** After this every remaining page of the run is committed; answers the position after the last one. */
export async function readPages(
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  signal: AbortSignal,
): Promise<string | null> {
  const inspector = await retryTransient(() => openPageInspector(engine, source, claim))
  const pages = pagesOf(engine, source, claim, inspector, signal)[Symbol.asyncIterator]()
  const refuseCircle = refuseCircles(claim.source)
  let position = claim.position
  let number = claim.pages
  let pending = within(engine, pages.next(), signal)
  try {
    for (;;) {
      const answer = await pending
      signal.throwIfAborted()
      if (answer.done === true) break
      const page = answer.value
      refuseCircle(page)
      pending = within(engine, pages.next(), signal)
      pending.catch(() => undefined)
      const judged = inspector.look(page, page.from !== undefined)
      const here = { ...claim, pages: number }
      await retryTransient(() => commitPage(engine, source, here, page, page.from, judged)).catch((error: unknown) => {
        // An earlier try was committed although its answer was lost: the page is done, and only once.
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

/** Records that were too large in earlier reads and not in this whole one wait no more: a path in the source is no key. */
async function settleTooLarge(engine: Engine, claim: Claim): Promise<void> {
  await engine.db.transaction().execute(async (trx) => {
    await fence(trx, engine, claim)
    // Records met by failed runs since the last success may come before the position from which this run continued.
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
 * Throws SOURCE_CHANGED at the first page whose position the run has had before: the source gives its pages in a circle. A
 * continued run does not know the positions of its former owner and needs one more round.
 */
function refuseCircles(source: string): (page: Page) => void {
  const seen = new Set<string>()
  let empty = 0
  return (page) => {
    if (page.next.includes('\u0000')) throw new ConnectorFailure('SOURCE_CHANGED', `${source}: a position contains NUL`)
    empty = page.records.length === 0 && seen.has(page.next) ? empty + 1 : 0
    if ((page.records.length > 0 && seen.has(page.next)) || empty > emptyPages) {
      throw new ConnectorFailure('SOURCE_CHANGED', `${source}: the source repeats a position: its pages form a circle`)
    }
    seen.add(page.next)
  }
}

function pagesOf(
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  inspector: PageInspector,
  signal: AbortSignal,
): AsyncIterable<Page & Waiting & { from?: RawPosition }> {
  if (claim.kind === 'REPLAY') return rawPages(engine, claim, claim.position)
  const range = claim.position === null ? claim.range : { since: claim.position }
  return source.connector.read({ ...source.open(signal), pageShare: inspector.pageShare }, claim.stream, range)
}

/** The next page; SOURCE_UNAVAILABLE when it does not come in time; the signal's reason as soon as that aborts. */
async function within<T>(engine: Engine, page: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController()
  const late = sleep(engine.pageMs, undefined, { signal: AbortSignal.any([done.signal, signal]), ref: false }).then(
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
    done.abort()
  }
}

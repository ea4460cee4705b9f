import { sql } from 'kysely'
import { type Claim, release, renew } from '../queue/claim.ts'
import { fence } from './commit.ts'
import { complete } from './complete.ts'
import { endRun, type RunEnd } from './end.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { failureOf, Fenced, loggable } from '../failure.ts'
import { haltStream } from '../inspect/halt.ts'
import { readPages } from './pages.ts'
import { secondLook } from './second-look.ts'
import { retryTransient, DatabaseUnavailable } from '../retry-transient.ts'

/** What a source asks us to wait is believed up to a day. */
const longestWaitSeconds = 86_400

/**
 * Carries a claimed run to its end: pages are read one ahead of the commit, each is committed with its position, the
 * checkpoint moves with the end of the window. When `signal` aborts, or the database does not come back, the run is given
 * back unfinished ('RELEASED') and the next owner carries it on. Never throws for what a source does.
 */
export async function executeRun(engine: Engine, claim: Claim, signal: AbortSignal): Promise<RunEnd> {
  const source = engine.sources.get(claim.source)!
  const { stream, run } = claim
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const heartbeat = setInterval(() => {
    renew(engine, claim).then(
      (mine) => mine || stop.abort(new Fenced()),
      (error: unknown) => engine.log.warn({ err: loggable(error, []), stream, run }, 'the lease could not be renewed'),
    )
  }, engine.leaseMs / 3)
  heartbeat.unref()
  try {
    // A stream that was claimed while the worker was told to stop is not asked for a page.
    signal.throwIfAborted()
    if (claim.spent !== undefined) return await giveUp(engine, source, claim, claim.spent)
    for (let look = claim; ;) {
      const here = look
      const last = await readPages(engine, source, here, ended)
      const again = await retryTransient(() => secondLook(engine, source, here))
      if (again === null) return await retryTransient(() => complete(engine, source, here, last))
      look = again
    }
  } catch (error) {
    if (stop.signal.reason instanceof Fenced || error instanceof Fenced) return 'RELEASED'
    const passing = error instanceof DatabaseUnavailable
    if (!signal.aborted && !passing) return await fail(engine, source, claim, error)
    if (passing) {
      engine.log.warn({ err: loggable(error, []), source: claim.source, stream, run }, 'the database is in trouble')
    }
    // Where even this fails, the lease ends by itself.
    await retryTransient(() => release(engine, claim)).catch((again: unknown) => {
      engine.log.warn({ err: loggable(again, []), source: claim.source, stream, run }, 'a run could not be given back')
    })
    return 'RELEASED'
  } finally {
    clearInterval(heartbeat)
    stop.abort()
  }
}

const reasonOf = {
  STALE: {
    code: 'SOURCE_UNAVAILABLE',
    message:
      'lượt chạy bị ngắt và không tiến thêm được trong 24 giờ, sẽ đọc lại từ mốc · the run was cut off and came no further within 24 hours; it is read anew from the checkpoint',
  },
  CRASHES: {
    code: 'INTERNAL',
    message:
      'tiến trình bị ngắt nhiều lần ở cùng một trang · the process ended again and again while it worked at the same page',
  },
} as const

/** The run is ended without its position, and what it was to read is due from the checkpoint at once. */
async function giveUp(engine: Engine, source: SourceSetup, claim: Claim, why: keyof typeof reasonOf): Promise<RunEnd> {
  return retryTransient(() =>
    engine.db.transaction().execute(async (trx) => {
      await fence(trx, engine, claim)
      await sql`update run set position = null where id = ${claim.run}`.execute(trx)
      const end = await endRun(trx, engine, source, claim, 'FAILED', reasonOf[why], 0)
      if (why === 'STALE' && (claim.kind === 'CHANGES' || claim.kind === 'FULL')) {
        await sql`update stream set due_at = now() where source_id = ${claim.source} and id = ${claim.stream}`.execute(
          trx,
        )
      }
      return end
    }),
  )
}

async function fail(engine: Engine, source: SourceSetup, claim: Claim, error: unknown): Promise<RunEnd> {
  const failure = failureOf(error, source.secrets)
  const what = { source: claim.source, stream: claim.stream, run: claim.run }
  if (failure.code === 'INTERNAL') {
    engine.log.error({ err: loggable(error, source.secrets), ...what }, 'a run failed by a bug')
  }
  const asked = failure.retryAfterSeconds ?? 0
  const wait = Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), longestWaitSeconds)
  try {
    return await retryTransient(() =>
      engine.db.transaction().execute(async (trx) => {
        await fence(trx, engine, claim)
        await haltStream(trx, claim, error, engine.now().toISOString())
        return endRun(trx, engine, source, claim, 'FAILED', failure, wait * 1000)
      }),
    )
  } catch (again) {
    // The database does not answer or the lease is lost: the run stays open and its next owner carries it on.
    if (!(again instanceof Fenced)) {
      engine.log.error({ err: loggable(again, source.secrets), ...what }, 'a failed run could not be closed')
    }
    return 'RELEASED'
  }
}

// Executes a claimed run to its end.
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

/** A source's Retry-After counts up to a day. */
const maxWaitSeconds = 86_400

/**
 * Executes a claimed run to its end: pages are read one ahead of the commit, each is committed with its position, and the
 * checkpoint moves at the end of the window. When `signal` aborts, or the database stays unavailable, the run is given back
 * unfinished ('RELEASED') and the next owner continues it. Never throws for what a source does.
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
    // A stream that was claimed while the worker stopped is not asked for a page.
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
    const unavailable = error instanceof DatabaseUnavailable
    if (!signal.aborted && !unavailable) return await fail(engine, source, claim, error)
    if (unavailable) {
      engine.log.warn(
        { err: loggable(error, []), source: claim.source, stream, run },
        'database unavailable: the run is given back',
      )
    }
    // Where this fails too, the lease expires.
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
      'lượt chạy bị ngắt và không tiến thêm được trong 24 giờ, sẽ đọc lại từ mốc · the run was interrupted and made no progress within 24 hours; it is read again from the checkpoint',
  },
  CRASHES: {
    code: 'INTERNAL',
    message:
      'tiến trình bị ngắt nhiều lần ở cùng một trang · the process ended several times while it worked on the same page',
  },
} as const

/** Ends the run without its position; a scheduled run that was too old is due again at once, from the checkpoint. */
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
    engine.log.error({ err: loggable(error, source.secrets), ...what }, 'a run failed by a bug of the hub')
  }
  const asked = failure.retryAfterSeconds ?? 0
  const wait = Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), maxWaitSeconds)
  try {
    return await retryTransient(() =>
      engine.db.transaction().execute(async (trx) => {
        await fence(trx, engine, claim)
        await haltStream(trx, claim, error, engine.now().toISOString())
        return endRun(trx, engine, source, claim, 'FAILED', failure, wait * 1000)
      }),
    )
  } catch (again) {
    // Database unavailable or lease lost: the run stays open and its next owner continues it.
    if (!(again instanceof Fenced)) {
      engine.log.error({ err: loggable(again, source.secrets), ...what }, 'a failed run could not be closed')
    }
    return 'RELEASED'
  }
}

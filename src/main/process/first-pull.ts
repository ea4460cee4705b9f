// What a person sees while the streams are pulled for the first time.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Engine } from '../../sync/engine.ts'

export interface FirstPull {
  /** Whether anything was pulled for the first time: a second start has nothing to wait for. */
  readonly pulled: boolean
  readonly failed: readonly string[]
  readonly seconds: number
}

interface StreamProgress {
  readonly source_id: string
  readonly id: string
  readonly last_success_at: string | null
  readonly failing_since: string | null
  readonly state: string | null
  readonly read: number
  readonly written: number
  readonly pages: number
  readonly rejected: number
  readonly failure_code: string | null
  readonly failure_message: string | null
}

/**
 * Prints what the streams that have never succeeded are doing, until each of them has succeeded or failed: a line for each end,
 * and every five seconds one for each that is running. Settles at once when every stream has been pulled before.
 */
export async function watchFirstPull(engine: Engine, signal: AbortSignal): Promise<FirstPull> {
  const started = performance.now()
  const shownEnds = new Set<string>()
  const failed: string[] = []
  let shown = performance.now()
  let waited = false
  for (;;) {
    const streams = await look(engine)
    const waiting = streams.filter((stream) => stream.last_success_at === null && stream.failing_since === null)
    for (const stream of streams) {
      const name = `${stream.source_id}/${stream.id}`
      const ended = stream.last_success_at !== null || stream.failing_since !== null
      if (!waited || !ended || shownEnds.has(name)) {
        if (ended) shownEnds.add(name)
        continue
      }
      shownEnds.add(name)
      if (stream.failing_since !== null && stream.last_success_at === null) {
        failed.push(name)
        console.log(`  ✗ ${name}  ${stream.failure_code ?? ''}: ${stream.failure_message ?? ''}`)
      } else {
        const rejects = stream.rejected === 0 ? '' : `, ${count(stream.rejected)} in quarantine`
        console.log(`  ✓ ${name}  ${count(stream.read)} rows in ${count(stream.pages)} pages${rejects}`)
      }
    }
    if (waiting.length === 0 || signal.aborted) break
    if (!waited) console.log(`Pulling ${waiting.length} streams for the first time …`)
    waited = true
    if (performance.now() - shown > 5000) {
      shown = performance.now()
      const seconds = (shown - started) / 1000
      for (const stream of waiting) {
        if (stream.state === 'RUNNING' && stream.read > 0) {
          console.log(
            `  … ${stream.source_id}/${stream.id}  ${count(stream.read)} rows, ${count(stream.pages)} pages, ${count(Math.round(stream.read / seconds))} rows/s`,
          )
        }
      }
    }
    await sleep(400, undefined, { signal }).catch(() => undefined)
  }
  return { pulled: waited, failed, seconds: (performance.now() - started) / 1000 }
}

const count = (value: number): string => value.toLocaleString('en')

async function look(engine: Engine): Promise<StreamProgress[]> {
  const { rows } = await sql<StreamProgress>`
    select s.source_id, s.id, s.last_success_at, s.failing_since, r.state, coalesce(r.read, 0) as read,
      coalesce(r.written, 0) as written, coalesce(r.pages, 0) as pages, coalesce(r.rejected, 0) as rejected,
      r.failure_code, r.failure_message
    from stream s join source o on o.id = s.source_id
    left join lateral (
      select * from run r where r.source_id = s.source_id and r.stream_id = s.id order by r.id desc limit 1
    ) r on true
    where o.configured and o.paused_at is null and s.held_at is null and s.source_id = any(${[...engine.sources.keys()]}::text[])
    order by s.source_id, s.id
  `.execute(engine.db)
  return rows
}

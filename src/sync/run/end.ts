// Ends a run and makes its stream due again.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import { isCensusScheduled, isWholeList } from './census.ts'
import type { Claim } from '../queue/claim.ts'
import type { Engine, SourceSetup } from '../engine.ts'
import { untilNextFire } from '../queue/schedule.ts'

export type RunEnd = 'SUCCEEDED' | 'SUCCEEDED_WITH_REJECTS' | 'FAILED' | 'RELEASED'

/**
 * Ends the run and frees its stream, which is due at its next scheduled time, but not within `waitMs`. A stream that was
 * made due meanwhile stays due. Notifies `hub_run` once the transaction commits.
 */
export async function endRun(
  trx: Transaction<Tables>,
  engine: Engine,
  source: SourceSetup,
  claim: Claim,
  state: Exclude<RunEnd, 'RELEASED'>,
  failure: { readonly code: string; readonly message: string } | null,
  waitMs: number,
): Promise<RunEnd> {
  const now = engine.now().toISOString()
  // A replay or a window of the past says nothing about the present state of the stream.
  const isPresent = claim.kind === 'CHANGES' || claim.kind === 'FULL'
  const dueIn = Math.max(untilNextFire(source.schedule, source.timezone), waitMs)
  const countIn = untilNextCensus(source, claim.stream, failure?.code ?? null, waitMs)
  const countAt = countIn === null ? null : sql`clock_timestamp() + ${countIn} * interval '1 millisecond'`
  // A person's confirmation is valid until a whole reading has used it.
  const used = isWholeList(source, claim) ? null : sql`nullif(held_reason, nullif(held_reason, 'CONFIRMED'))`
  await sql`
    with ended as (
      update run set state = ${state}, finished_at = ${now}, failure_code = ${failure?.code ?? null},
        failure_message = ${failure?.message ?? null}
      where id = ${claim.run}
    ), forgotten as (
      delete from run_seen where run_id = ${claim.run}
    )
    update stream set run_id = null, lease_until = null, lease_owner = null, lease_pid = null,
      last_success_at = ${failure === null && isPresent ? now : sql`last_success_at`},
      held_reason = ${failure === null && (isPresent || claim.kind === 'CENSUS') ? used : sql`held_reason`},
      census_due_at = ${claim.kind === 'CENSUS' ? countAt : sql`coalesce(census_due_at, ${countAt})`},
      failing_since = ${!isPresent ? sql`failing_since` : failure === null ? null : sql`coalesce(failing_since, ${now})`},
      due_at = least(due_at, clock_timestamp() + ${dueIn} * interval '1 millisecond')
    where source_id = ${claim.source} and id = ${claim.stream}
  `.execute(trx)
  await sql`select pg_notify('hub_run', ${`${claim.source}/${claim.stream}`})`.execute(trx)
  return state
}

/** A census whose source did not answer is repeated after this time, before its next scheduled one. */
const censusAgainMs = 3_600_000

/** Milliseconds until the next scheduled census of a stream; null where it has none. */
export function untilNextCensus(
  source: SourceSetup,
  stream: string,
  failure: string | null = null,
  waitMs = 0,
): number | null {
  const { kind } = source.connector.manifest.streams[stream]!
  if (source.census === undefined || !isCensusScheduled(kind)) return null
  const next = untilNextFire(source.census, source.timezone)
  return failure === 'SOURCE_UNAVAILABLE' ? Math.min(next, Math.max(censusAgainMs, waitMs)) : next
}

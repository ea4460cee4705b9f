// What the next run of a stream reads, and from which position it continues.
import { sql, type Transaction } from 'kysely'
import type { Range } from '../../contract/connector.ts'
import type { Tables } from '../../db/tables.ts'

export type RunKind = 'CHANGES' | 'FULL' | 'BACKFILL' | 'REPLAY' | 'CENSUS'

/** What the next run of a stream reads, and from which position. */
export interface Start {
  readonly kind: RunKind
  readonly range: Range
  readonly position: string | null
}

/** After this many hours of failures a position is too old, and the range is read from its beginning again. */
export const positionLivesHours = 24

/**
 * The range and position of the last run where its source was unavailable; else what follows the checkpoint, or everything
 * where the stream has none. A whole list is always read from its beginning: records that it lacks are removed, and a list
 * of two halves, hours apart, proves nothing.
 */
export async function startOf(
  trx: Transaction<Tables>,
  source: string,
  stream: string,
  kind: string,
  checkpoint: string | null,
): Promise<Start> {
  if (kind === 'snapshot') return { kind: 'CHANGES', range: { all: true }, position: null }
  const { rows } = await sql<{ kind: RunKind; range: Range; position: string | null; continues: boolean }>`
    select r.kind, r.range, r.position,
      r.state = 'FAILED' and r.failure_code = 'SOURCE_UNAVAILABLE' and r.position is not null
        and s.failing_since > r.finished_at - ${positionLivesHours} * interval '1 hour' as continues
    from run r join stream s on s.source_id = r.source_id and s.id = r.stream_id
    where r.source_id = ${source} and r.stream_id = ${stream} and r.kind in ('CHANGES', 'FULL')
    order by r.id desc limit 1
  `.execute(trx)
  const last = rows[0]
  if (last?.continues === true) return { kind: last.kind, range: last.range, position: last.position }
  return { kind: 'CHANGES', range: checkpoint === null ? { all: true } : { since: checkpoint }, position: null }
}

/** The position of the last run of the same window where its source was unavailable, else the window's beginning. */
export async function backfillOf(
  trx: Transaction<Tables>,
  source: string,
  stream: string,
  range: Range,
): Promise<Start> {
  const { rows } = await sql<{ position: string | null }>`
    select case when r.state = 'FAILED' and r.failure_code = 'SOURCE_UNAVAILABLE'
      and r.advanced_at > now() - ${positionLivesHours} * interval '1 hour' then r.position end as position
    from run r
    where r.source_id = ${source} and r.stream_id = ${stream} and r.kind = 'BACKFILL' and r.range = ${JSON.stringify(range)}
    order by r.id desc limit 1
  `.execute(trx)
  return { kind: 'BACKFILL', range, position: rows[0]?.position ?? null }
}

// How sources, their streams and their runs are seen.
import {
  column,
  type Field,
  globalId,
  list,
  numbered,
  type Order,
  type RowSql,
  type TypeMapping,
  value,
} from '../graph/schema/type-mapping.ts'
import { ofOperators, ownAsSource, ownSource } from './own-source.ts'
import { whoActs } from './wording.ts'

export const byId: Order = { by: (row) => `${row}.id`, type: 'bigint', descending: true }

const lastFailure = (
  row: string,
): string => `(select json_build_object('code', r.failure_code, 'message', r.failure_message,
    'since', s.failing_since)
  from stream s join lateral (select * from run r where r.source_id = s.source_id and r.stream_id = s.id
    and r.state = 'FAILED' order by r.id desc limit 1) r on true
  where s.source_id = ${row}.id and s.failing_since is not null order by s.failing_since limit 1)`

const lastSuccess = (row: string): string =>
  `(select case when bool_and(s.last_success_at is not null) then min(s.last_success_at) end from stream s where s.source_id = ${row}.id)`

/** Late by twice the longest wait that its schedule has shown, or when it is due and nothing takes it. */
const state: RowSql = (row, scope) => {
  const now = scope.statement.value(scope.now, 'timestamptz')
  return `case
    when ${row}.paused_at is not null or exists (select 1 from stream s where s.source_id = ${row}.id and s.held_at is not null) then 'PAUSED'
    when exists (select 1 from stream s where s.source_id = ${row}.id and s.failing_since is not null) then 'FAILING'
    when not exists (select 1 from stream s where s.source_id = ${row}.id and s.last_success_at is not null) then 'NEVER_RUN'
    when exists (select 1 from stream s where s.source_id = ${row}.id and s.lease_until is null
      and s.due_at < ${now} - interval '5 minutes') then 'LATE'
    else 'HEALTHY' end`
}

/** What the last complete reading of a whole stream has come to. */
const ofCensus = (name: 'finished_at' | 'missing' | 'left_over'): Field =>
  value((row) => `(select r.${name} from run r where r.id = ${row}.census_run_id)`)

const failureFrom = {
  failure: (row: string) =>
    `case when ${row}.failure_code is not null then json_build_object('code', ${row}.failure_code,
      'message', ${row}.failure_message, 'since', coalesce(${row}.finished_at, ${row}.requested_at)) end`,
}
interface FailureValue {
  readonly code: Parameters<typeof whoActs>[0]
  readonly message: string
  readonly since: string
}
const failureOf = (value: unknown): unknown => {
  const failure = value as FailureValue | null
  return failure === null ? null : { ...failure, whoActs: whoActs(failure.code) }
}

export const runMappings: readonly TypeMapping[] = [
  {
    type: 'Source',
    table: 'source',
    fields: {
      id: column('id'),
      connector: column('connector'),
      title: column('title'),
      state: ofOperators('state', state),
      streams: list(
        'Stream',
        (row, other, scope) => `${other}.source_id = ${row}.id and ${ownAsSource(row, scope)}`,
        (other) => `${other}.id`,
      ),
      lastSuccessAt: ofOperators('lastSuccessAt', lastSuccess),
      nextRunAt: ofOperators(
        'nextRunAt',
        (row) => `(select min(s.due_at) from stream s where s.source_id = ${row}.id)`,
      ),
      lagSeconds: ofOperators(
        'lagSeconds',
        (row, scope) =>
          `(select case when l.at is not null
            then greatest(0, extract(epoch from ${scope.statement.value(scope.now, 'timestamptz')} - l.at))::integer end
            from (select ${lastSuccess(row)} as at) l)`,
      ),
      recordCount: ofOperators(
        'recordCount',
        (row) => `coalesce((select sum(s.record_count) from stream s where s.source_id = ${row}.id), 0)`,
      ),
      quarantineCount: ofOperators(
        'quarantineCount',
        (row) => `(select count(*) from quarantine q where q.source_id = ${row}.id and q.left_at is null)`,
      ),
      failure: ofOperators('failure', lastFailure, failureOf),
    },
  },
  {
    type: 'Stream',
    table: 'stream',
    fields: {
      id: column('id'),
      entity: column('entity'),
      recordCount: column('record_count'),
      lastSuccessAt: column('last_success_at'),
      cursor: column('checkpoint'),
      censusAt: ofCensus('finished_at'),
      nextCensusAt: column('census_due_at'),
      censusMissing: ofCensus('missing'),
      censusLeftOver: ofCensus('left_over'),
      heldReason: value((row) => `case when ${row}.held_at is not null then ${row}.held_reason end`),
      drift: list(
        'Drift',
        (row, other) =>
          `${other}.source_id = ${row}.source_id and ${other}.stream_id = ${row}.id and ${other}.confirmed_at is null`,
        (other) => `${other}.first_seen_at desc, ${other}.path`,
      ),
    },
  },
  {
    type: 'Drift',
    table: 'drift',
    fields: {
      kind: column('kind'),
      path: column('path'),
      found: column('found'),
      expected: column('expected'),
      firstSeenAt: column('first_seen_at'),
      records: column('records'),
    },
  },
  {
    type: 'Run',
    table: 'run',
    rows: ownSource,
    id: numbered,
    fields: {
      id: globalId('Run', (row) => `${row}.id`),
      source: column('source_id'),
      stream: column('stream_id'),
      state: column('state'),
      startedAt: column('started_at'),
      finishedAt: column('finished_at'),
      pages: column('pages'),
      read: column('read'),
      written: column('written'),
      unchanged: column('unchanged'),
      removed: column('removed'),
      rejected: column('rejected'),
      disorder: column('disorder'),
      failure: { kind: 'computed', from: failureFrom, resolve: (row) => failureOf(row['_failure']) },
    },
    defaultOrder: byId,
  },
]

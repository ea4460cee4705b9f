import { isPurposeAllowed } from '../access/caller.ts'
import { deniedError } from '../access/error.ts'
import type { GraphContext } from '../graph/execute/context.ts'
import { spanFilter } from '../graph/sql/filter.ts'
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
import { whoActs } from './wording.ts'

/** Sources of the caller's subtree; others are absent. Their id, connector and title are seen with any row of theirs. */
const ownSource: RowSql = (row, { caller, statement }) => {
  if (caller.agencyRange === null) return 'false'
  const { from, to } = caller.agencyRange
  if (from === null || to === null) return 'true'
  return `exists (select 1 from source o where o.id = ${row}.source_id
    and o.agency_path >= ${statement.value(from, 'text')} and o.agency_path < ${statement.value(to, 'text')})`
}
const ownAsSource: RowSql = (row, { caller, statement }) => {
  if (caller.agencyRange === null) return 'false'
  const { from, to } = caller.agencyRange
  if (from === null || to === null) return 'true'
  return `(${row}.agency_path >= ${statement.value(from, 'text')} and ${row}.agency_path < ${statement.value(to, 'text')})`
}

/** What of a source is for its operators: whoever only sees a row of it gets id, connector and title. */
const ofOperators = (name: string, sql: RowSql, shown: (value: unknown) => unknown = (value) => value): Field => ({
  kind: 'computed',
  from: {
    own: ownAsSource,
    [name]: (row, scope) => `case when ${ownAsSource(row, scope)} then ${sql(row, scope)} end`,
  },
  resolve(row) {
    if (row['_own'] !== true) throw deniedError('UNAUTHORIZED_FIELD_OR_TYPE')
    return shown(row[`_${name}`])
  },
})

const byId: Order = { by: (row) => `${row}.id`, type: 'bigint', descending: true }

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

export interface OperationAccess {
  /** The original bytes of a rejected record as JSON text, its correction applied; null where none were kept. */
  readonly openRecord: (body: Buffer) => string
  readonly purposes: ReadonlySet<string> | null
  readonly log: (
    reads: readonly { readonly subject: string; readonly field: string }[],
    context: GraphContext,
  ) => Promise<readonly undefined[]>
  readonly reasonText: (reason: string, found: string | null, expected: string | null) => string
}

export function operationMappings({ openRecord, purposes, log, reasonText }: OperationAccess): readonly TypeMapping[] {
  return [
    {
      type: 'Query',
      fields: {
        source: {
          kind: 'one',
          type: 'Source',
          on: (_row, other, scope, args) =>
            `${other}.id = ${scope.statement.value(args['id'], 'text')} and ${ownAsSource(other, scope)}`,
        },
        sources: list(
          'Source',
          (_row, other, scope) => `${other}.configured and ${ownAsSource(other, scope)}`,
          (other) => `${other}.id`,
        ),
        runs: {
          kind: 'connection',
          type: 'Run',
          on: () => 'true',
          args: (row, args, { statement }) => [
            ...(typeof args['source'] === 'string'
              ? [`${row}.source_id = ${statement.value(args['source'], 'text')}`]
              : []),
            ...(typeof args['state'] === 'string' ? [`${row}.state = ${statement.value(args['state'], 'text')}`] : []),
          ],
        },
        quarantine: {
          kind: 'connection',
          type: 'QuarantinedRecord',
          on: (_row, other) => `${other}.left_at is null`,
          args: (row, args, { statement }) => [
            ...(typeof args['source'] === 'string'
              ? [`${row}.source_id = ${statement.value(args['source'], 'text')}`]
              : []),
            ...(typeof args['stream'] === 'string'
              ? [`${row}.stream_id = ${statement.value(args['stream'], 'text')}`]
              : []),
          ],
        },
        accessLog: {
          kind: 'connection',
          type: 'AccessEntry',
          on: () => 'true',
          args: (row, args, scope) => [
            ...(typeof args['subject'] === 'string'
              ? [`${row}.subject = ${scope.statement.value(args['subject'], 'text')}`]
              : []),
            ...(typeof args['caller'] === 'string'
              ? [`${row}.caller = ${scope.statement.value(args['caller'], 'text')}`]
              : []),
            ...(typeof args['at'] === 'object' && args['at'] !== null
              ? [spanFilter((other) => `${other}.at`, 'timestamptz')(row, args['at'], scope)]
              : []),
          ],
        },
      },
    },
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
    {
      type: 'QuarantinedRecord',
      table: 'quarantine',
      rows: ownSource,
      id: numbered,
      fields: {
        id: globalId('QuarantinedRecord', (row) => `${row}.id`),
        source: column('source_id'),
        stream: column('stream_id'),
        key: column('key'),
        reason: {
          kind: 'computed',
          from: {
            reason: (row) => `${row}.reason`,
            found: (row) => `${row}.found`,
            expected: (row) => `${row}.expected`,
          },
          resolve: (row) =>
            reasonText(row['_reason'] as string, row['_found'] as string | null, row['_expected'] as string | null),
        },
        path: column('path'),
        seenAt: column('seen_at'),
        tries: column('tries'),
        raw: {
          kind: 'computed',
          from: {
            // The bytes are not even fetched for whoever may not read them.
            body: (row, scope) => `case when ${mayReadRaw(row, scope)} then encode(${row}.body, 'base64') end`,
            may: mayReadRaw,
            subject: (row) => `'QuarantinedRecord:' || ${row}.id`,
          },
          async resolve(row, _args, context) {
            if (row['_may'] !== true) throw deniedError('UNAUTHORIZED_FIELD_OR_TYPE')
            if (!isPurposeAllowed(context.caller, purposes)) throw deniedError('PURPOSE_REQUIRED')
            const body = row['_body'] as string | null
            if (body === null) return null
            await context.load(log, { subject: row['_subject'] as string, field: 'QuarantinedRecord.raw' })
            return openRecord(Buffer.from(body, 'base64'))
          },
        },
      },
      defaultOrder: byId,
    },
    {
      type: 'AccessEntry',
      table: 'access_entry',
      id: numbered,
      rows: (_row, { caller }) => ((caller.scopes as ReadonlySet<string>).has('audit:read') ? 'true' : 'false'),
      fields: {
        id: globalId('AccessEntry', (row) => `${row}.id`),
        at: column('at'),
        caller: column('caller'),
        subject: column('subject'),
        field: column('field'),
        purpose: column('purpose'),
        legalBasis: column('legal_basis'),
      },
      defaultOrder: byId,
    },
  ]
}

/** The scope that reading a rejected record's bytes takes: the personal one for dossiers, else the domain's own, if it has one. */
const scopeOfRaw: Readonly<Record<string, string>> = {
  Dossier: 'dossier:personal',
  Document: 'document:read',
  Report: 'report:read',
  Observation: 'report:read',
  Camera: 'camera:read',
  CameraEvent: 'camera:read',
}

const mayReadRaw: RowSql = (row, { caller, statement }) => {
  const closed = Object.entries(scopeOfRaw).flatMap(([entity, scope]) =>
    (caller.scopes as ReadonlySet<string>).has(scope) ? [] : [entity],
  )
  return `exists (select 1 from stream e where e.source_id = ${row}.source_id and e.id = ${row}.stream_id
    and not e.entity = any(${statement.value(closed, 'text[]')}))`
}

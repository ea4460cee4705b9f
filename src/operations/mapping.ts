// Where the types of operating the hub come from: sources and runs, the quarantine, the access log.
import type { Topics } from '../graph/subscribe/topic.ts'
import { spanFilter } from '../graph/sql/filter.ts'
import { column, type Filter, globalId, list, numbered, type TypeMapping } from '../graph/schema/type-mapping.ts'
import { ownAsSource } from './own-source.ts'
import { type QuarantineAccess, quarantineMapping } from './quarantined.ts'
import { byId, runMappings } from './runs.ts'

/** A column that is a text, exactly. */
const equal =
  (name: string): Filter =>
  (row: string, wanted: string, { statement }) =>
    `${row}.${name} = ${statement.value(wanted, 'text')}`

const root: TypeMapping = {
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
      args: { source: equal('source_id'), state: equal('state') },
    },
    quarantine: {
      kind: 'connection',
      type: 'QuarantinedRecord',
      on: (_row, other) => `${other}.left_at is null`,
      args: { source: equal('source_id'), stream: equal('stream_id') },
    },
    accessLog: {
      kind: 'connection',
      type: 'AccessEntry',
      on: () => 'true',
      args: {
        subject: equal('subject'),
        caller: equal('caller'),
        at: spanFilter((row) => `${row}.at`, 'timestamptz'),
      },
    },
  },
}

const accessEntryMapping: TypeMapping = {
  type: 'AccessEntry',
  table: 'access_entry',
  id: numbered,
  rows: (_row, { caller }) => (caller.scopes.has('audit:read') ? 'true' : 'false'),
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
}

export const operationMappings = (access: QuarantineAccess): readonly TypeMapping[] => [
  root,
  ...runMappings,
  quarantineMapping(access),
  accessEntryMapping,
]

/** What of operating the hub can be followed. */
export const operationTopics: Topics = {
  runChanged: { type: 'Run', leaves: false, args: { source: equal('source_id') } },
}

// Where dossiers come from: the type mappings.
import type { GraphQLResolveInfo } from 'graphql'
import { isPurposeAllowed } from '../../access/caller.ts'
import { deniedError } from '../../access/error.ts'
import type { GraphContext } from '../../graph/execute/context.ts'
import { agencyFilter, booleanFilter, exactFilter, spanFilter, textFilter } from '../../graph/sql/filter.ts'
import { wordsFilter } from '../../graph/sql/words.ts'
import {
  column,
  connection,
  globalId,
  group,
  json,
  keyedBySource,
  list,
  one,
  ofSubtree,
  type Order,
  type PersonalWords,
  type TypeMapping,
  value,
  withinAgency,
} from '../../graph/schema/type-mapping.ts'
import type { Access } from '../define.ts'
import { identityTokens, maskApplicant, openApplicant, tokensOfWord } from './applicant.ts'
import { overdue } from './overdue.ts'
import { dossierStatistics } from './statistics.ts'

const byTime = (name: string, descending: boolean): Order => ({
  by: (row) => `coalesce(${row}.${name}, '-infinity'::timestamptz)`,
  type: 'timestamptz',
  descending,
})

export function dossierMapping({ keyring, purposes, log }: Access): TypeMapping {
  const codes = purposes === null ? null : new Set(purposes.keys())
  const personal: PersonalWords = {
    type: 'Dossier',
    scope: 'dossier:personal',
    hashes: (row) => `${row}.personal_tokens`,
    tokensOf: (word) => tokensOfWord(keyring, word),
  }
  const batch = (reads: readonly { subject: string; field: string }[], context: GraphContext) => log(reads, context)
  return {
    type: 'Dossier',
    table: 'dossier',
    rows: withinAgency('dossier:read'),
    id: keyedBySource,
    keys: [
      {
        fields: 'source { id } code',
        find: (row, [source, code]) => `${row}.source_id = ${source} and ${row}.code = ${code}`,
        orderBy: (row) => `${row}.id`,
      },
    ],
    fields: {
      id: globalId('Dossier', keyedBySource.sql),
      code: column('code'),
      source: one('Source', (row, other) => `${other}.id = ${row}.source_id`),
      procedure: one('Procedure', (row, other) => `${other}.id = ${row}.procedure_id`),
      agency: one('Agency', (row, other) => `${other}.id = ${row}.agency_id`),
      status: column('status'),
      channel: column('channel'),
      subject: column('subject'),
      applicant: {
        kind: 'computed',
        from: {
          applicant: (row) => `encode(${row}.applicant, 'base64')`,
          subject: (row) => `'Dossier:' || ${row}.source_id || ':' || ${row}.key`,
        },
        async resolve(row, _args, context, info) {
          const sealed = row['_applicant'] as string | null
          if (sealed === null) return null
          const applicant = openApplicant(keyring, Buffer.from(sealed, 'base64'))
          const { caller } = context
          const whole = caller.scopes.has('dossier:personal') && isPurposeAllowed(caller, codes)
          if (!whole) return maskApplicant(applicant)
          await context.load(batch, {
            subject: row['_subject'] as string,
            field: `Dossier.applicant.${selectedNames(info)}`,
          })
          return applicant
        },
      },
      receivedAt: column('received_at'),
      dueAt: column('due_at'),
      dueDates: list(
        'DueDate',
        (row, other) => `${other}.dossier_id = ${row}.id`,
        (other) => `${other}.seq`,
      ),
      finishedAt: column('finished_at'),
      returnedAt: column('returned_at'),
      overdue: value(overdue),
      fees: json('fees'),
      results: json('results'),
      events: list(
        'DossierEvent',
        (row, other) => `${other}.dossier_id = ${row}.id`,
        (other) => `${other}.seq`,
      ),
      provenance: group('Provenance', { fields: { sourceUpdatedAt: column('source_updated_at') } }),
    },
    orders: {
      RECEIVED_AT_ASC: byTime('received_at', false),
      RECEIVED_AT_DESC: byTime('received_at', true),
      DUE_AT_ASC: byTime('due_at', false),
      DUE_AT_DESC: byTime('due_at', true),
      CHANGED_AT_ASC: byTime('changed_at', false),
      CHANGED_AT_DESC: byTime('changed_at', true),
    },
    defaultOrder: byTime('received_at', true),
    filters: {
      status: textFilter((row) => `${row}.status`),
      channel: textFilter((row) => `${row}.channel`),
      agency: agencyFilter((row) => `${row}.agency_path`),
      procedure: textFilter(
        (row) => `${row}.code`,
        (row, test) => `${row}.procedure_id in (select p.id from procedure p where ${test('p')})`,
      ),
      source: textFilter((row) => `${row}.source_id`),
      receivedAt: spanFilter((row) => `${row}.received_at`, 'timestamptz'),
      dueAt: spanFilter((row) => `${row}.due_at`, 'timestamptz'),
      changedAt: spanFilter((row) => `${row}.changed_at`, 'timestamptz'),
      overdue: booleanFilter(overdue),
      identityNumber: exactFilter((row, numbers, scope) => {
        if (!scope.caller.scopes.has('dossier:personal')) throw deniedError('UNAUTHORIZED_FIELD_OR_TYPE')
        if (!scope.mayMatch('dossier:personal')) throw deniedError('PURPOSE_REQUIRED')
        const tokens = numbers.map((number) => identityTokens(keyring, number))
        for (const one of tokens) scope.lookedUp?.('Dossier', 'DossierFilter.identityNumber', one)
        return `${row}.personal_tokens && ${scope.statement.value(tokens.flat(), 'bigint[]')}`
      }),
      text: wordsFilter((row) => `${row}.search`, personal),
    },
    search: { as: 'DOSSIER', sql: (row) => `${row}.search`, personal },
  }
}

/** The names of the personal fields that are read, for the access log. */
function selectedNames(info: GraphQLResolveInfo): string {
  const names = new Set<string>()
  const walk = (set: GraphQLResolveInfo['fieldNodes'][number]['selectionSet']): void => {
    for (const node of set?.selections ?? []) {
      if (node.kind === 'Field') names.add(node.name.value)
      else if (node.kind === 'InlineFragment') walk(node.selectionSet)
      else walk(info.fragments[node.name.value]?.selectionSet)
    }
  }
  for (const node of info.fieldNodes) walk(node.selectionSet)
  names.delete('__typename')
  return [...names].toSorted().join(',')
}

export const dossierParts: readonly TypeMapping[] = [
  { type: 'Agency', fields: { dossiers: connection('Dossier', ofSubtree) } },
  {
    type: 'DueDate',
    table: 'dossier_due_date',
    fields: { dueAt: column('due_at'), since: column('since') },
  },
  {
    type: 'DossierEvent',
    table: 'dossier_event',
    fields: {
      at: column('at'),
      status: column('status'),
      agency: one('Agency', (row, other) => `${other}.id = ${row}.agency_id`),
      officer: column('officer'),
      note: column('note'),
      observed: column('observed'),
    },
  },
  dossierStatistics.cell,
]

export const dossierRoot: TypeMapping = {
  type: 'Query',
  fields: {
    dossier: {
      kind: 'one',
      type: 'Dossier',
      on: (_row, other, scope, args) => {
        const code = `${other}.code = ${scope.statement.value(args['code'], 'text')}`
        const source = args['source']
        return typeof source === 'string'
          ? `${code} and ${other}.source_id = ${scope.statement.value(source, 'text')}`
          : code
      },
      orderBy: (other) => `${other}.source_id, ${other}.id`,
    },
    dossiers: connection('Dossier'),
    dossierStatistics: dossierStatistics.field,
  },
}

// Where the fields of permits come from.
import { deniedError } from '../../access/error.ts'
import { agencyFilter, exactFilter, spanFilter, textFilter } from '../../graph/sql/filter.ts'
import { wordsFilter } from '../../graph/sql/words.ts'
import {
  column,
  connection,
  globalId,
  group,
  keyedBySource,
  ofSubtree,
  one,
  type TypeMapping,
  withinAgency,
} from '../../graph/schema/type-mapping.ts'
import type { Access } from '../define.ts'
import { openHolder, tokensOfNumber } from './record.ts'

export const permitTypes = ({ keyring, log }: Access): readonly TypeMapping[] => [
  {
    type: 'Query',
    fields: {
      permit: {
        kind: 'one',
        type: 'Permit',
        on: (_row, other, scope, args) => `${other}.code = ${scope.statement.value(args['code'], 'text')}`,
        orderBy: (other) => `${other}.source_id, ${other}.id`,
      },
      permits: connection('Permit'),
    },
  },
  { type: 'Agency', fields: { permits: connection('Permit', ofSubtree) } },
  {
    type: 'Permit',
    table: 'permit',
    rows: withinAgency('permit:read'),
    id: keyedBySource,
    fields: {
      id: globalId('Permit', keyedBySource.sql),
      code: column('code'),
      kind: column('kind'),
      subject: column('subject'),
      agency: one('Agency', (row, other) => `${other}.id = ${row}.agency_id`),
      holder: {
        kind: 'computed',
        from: {
          holder: (row) => `encode(${row}.holder, 'base64')`,
          subject: (row, scope) => `'Permit:' || ${keyedBySource.sql(row, scope)}`,
        },
        async resolve(row, _args, context) {
          const bytes = row['_holder'] as string | null
          if (bytes === null) return null
          await context.load(log, { subject: row['_subject'] as string, field: 'Permit.holder' })
          return openHolder(keyring, Buffer.from(bytes, 'base64'))
        },
      },
      issuedAt: column('issued_at'),
      provenance: group('Provenance'),
    },
    orders: {
      CODE_ASC: { by: (row) => `${row}.code`, type: 'text', descending: false },
      ISSUED_AT_DESC: {
        by: (row) => `coalesce(${row}.issued_at, '-infinity'::timestamptz)`,
        type: 'timestamptz',
        descending: true,
      },
    },
    defaultOrder: { by: (row) => `${row}.code`, type: 'text', descending: false },
    filters: {
      kind: textFilter((row) => `${row}.kind`),
      agency: agencyFilter((row) => `${row}.agency_path`),
      issuedAt: spanFilter((row) => `${row}.issued_at`, 'timestamptz'),
      identityNumber: exactFilter((row, numbers, scope) => {
        if (!scope.mayMatch('permit:personal')) throw deniedError('PURPOSE_REQUIRED')
        const tokens = numbers.map((number) => tokensOfNumber(keyring, number))
        for (const some of tokens) scope.lookedUp?.('Permit', 'PermitFilter.identityNumber', some)
        return `${row}.personal_tokens && ${scope.statement.value(tokens.flat(), 'bigint[]')}`
      }),
      text: wordsFilter((row) => `${row}.search`),
    },
    search: { as: 'PERMIT', sql: (row) => `${row}.search` },
  },
]

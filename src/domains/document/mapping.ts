// Where documents come from: the type mappings.
import { agencyFilter, spanFilter, textFilter } from '../../graph/sql/filter.ts'
import { wordsFilter } from '../../graph/sql/words.ts'
import {
  column,
  connection,
  globalId,
  group,
  json,
  keyedBySource,
  keyPart,
  list,
  ofSource,
  ofSubtree,
  one,
  type Order,
  type RowSql,
  type TypeMapping,
  withinAgency,
} from '../../graph/schema/type-mapping.ts'

const byDate = (name: string, descending: boolean): Order => ({
  by: (row) => `coalesce(${row}.${name}, '-infinity'::date)`,
  type: 'date',
  descending,
})

const path = withinAgency('document:read')

/** A document is seen by its sender's and by its recipients' subtrees. */
const rows: RowSql = (row, scope) => {
  const test = path('x', scope)
  if (test === 'true' || test === 'false') return test
  return `exists (select 1 from document_reach x where x.document_id = ${row}.id and ${test})`
}

const byAgency = (role: 'SENDER' | 'RECIPIENT') =>
  agencyFilter(
    (row) => `${row}.agency_path`,
    (row, test) =>
      `exists (select 1 from document_agency x where x.document_id = ${row}.id and x.role = '${role}' and ${test('x')})`,
  )

export const documentMapping: TypeMapping = {
  type: 'Document',
  table: 'document',
  rows,
  id: {
    sql: keyedBySource.sql,
    find: (row, wanted) => `${ofSource(row, wanted)} and ${row}.key = ${keyPart(wanted)}`,
  },
  fields: {
    id: globalId('Document', keyedBySource.sql),
    code: column('code'),
    number: column('number'),
    notation: column('notation'),
    type: column('type'),
    subject: column('subject'),
    place: column('place'),
    promulgatedAt: column('promulgated_at'),
    dueAt: column('due_at'),
    urgency: column('urgency'),
    signer: json('signer'),
    state: column('state'),
    sender: one('Agency', (row, other) => `${other}.id = ${row}.sender_id`),
    recipients: list(
      'Agency',
      (row, other) =>
        `${other}.id in (select x.agency_id from document_agency x where x.document_id = ${row}.id and x.role = 'RECIPIENT')`,
      (other) => `${other}.code`,
    ),
    respondsTo: list(
      'Document',
      // By either name from its own index: as one condition with "or" it would look at every document.
      (row, other) => `${other}.id in (
        select d.id from document_response x join document d on d.source_id = ${row}.source_id and d.identity = x.identity
        where x.document_id = ${row}.id
        union
        select d.id from document_response x join document d on d.source_id = ${row}.source_id and d.fallback = x.fallback
        where x.document_id = ${row}.id)`,
      (other) => `${other}.promulgated_at, ${other}.id`,
    ),
    exchanges: list(
      'Exchange',
      (row, other) => `${other}.document_id = ${row}.id`,
      (other) => `${other}.seq`,
    ),
    attachments: json('attachments'),
    provenance: group('Provenance', {
      // A document is folded of several records; its row names the one that bore it.
      fields: { externalId: column('external_id'), sourceUpdatedAt: column('source_updated_at') },
    }),
  },
  orders: {
    PROMULGATED_AT_ASC: byDate('promulgated_at', false),
    PROMULGATED_AT_DESC: byDate('promulgated_at', true),
    DUE_AT_ASC: byDate('due_at', false),
    DUE_AT_DESC: byDate('due_at', true),
  },
  defaultOrder: byDate('promulgated_at', true),
  filters: {
    type: textFilter((row) => `${row}.type`),
    sender: byAgency('SENDER'),
    recipient: byAgency('RECIPIENT'),
    promulgatedAt: spanFilter((row) => `${row}.promulgated_at`, 'date'),
    urgency: textFilter((row) => `${row}.urgency`),
    code: textFilter((row) => `${row}.code`),
    text: wordsFilter((row) => `${row}.search`),
  },
  search: { as: 'DOCUMENT', sql: (row) => `${row}.search` },
}

export const documentParts: readonly TypeMapping[] = [
  {
    type: 'Agency',
    fields: {
      documents: connection(
        'Document',
        (row, other) =>
          `exists (select 1 from document_reach x where x.document_id = ${other}.id and ${ofSubtree(row, 'x')})`,
      ),
    },
  },
  {
    type: 'Exchange',
    table: 'document_exchange',
    fields: {
      status: column('status'),
      at: column('at'),
      agency: one('Agency', (row, other) => `${other}.id = ${row}.agency_id`),
      note: column('note'),
    },
  },
]

export const documentRoot: TypeMapping = {
  type: 'Query',
  fields: {
    document: {
      kind: 'one',
      type: 'Document',
      on: (_row, other, scope, args) => {
        const id = String(args['id'])
        const wanted = scope.statement.value(id.startsWith('Document:') ? id.slice('Document:'.length) : '', 'text')
        return documentMapping.id!.find(other, wanted, scope)
      },
    },
    documents: connection('Document'),
  },
}

// Documents and their exchange between agencies.
import { defineDomain, tablesOf } from '../define.ts'
import { examples } from './examples.ts'
import { documentMapping, documentParts, documentRoot } from './mapping.ts'
import { documentSink } from './store.ts'
import type { DocumentTables } from './tables.ts'

export const documentDomain = defineDomain({
  name: 'document',
  records: { Document: { sink: () => documentSink, rejectedBytes: 'document:read' } },
  types: () => [documentRoot, documentMapping, ...documentParts],
  tables: tablesOf<DocumentTables>({
    // Seen by its sender and by its recipients.
    document: { seen: 'rule', agencies: { sender_id: null } },
    document_part: { seen: 'never', agencies: {} },
    document_agency: { seen: 'with', agencies: { agency_id: 'agency_path' } },
    document_exchange: { seen: 'with', agencies: { agency_id: null } },
    document_response: { seen: 'with', agencies: {} },
  }),
  views: ['document_reach'],
  rows: { scope: 'document:read', table: 'document_reach', path: 'agency_path' },
  scopes: {
    'document:read': { vi: 'Đọc văn bản và việc gửi nhận', en: 'Read documents and their exchange' },
  },
  sealed: [],
  personal: [],
  topics: {},
  search: ['Document'],
  sandbox: {
    heading: { vi: 'Văn bản', en: 'Documents' },
    roles: { analyst: ['document:read'] },
    examples,
  },
})

export { documentSink }

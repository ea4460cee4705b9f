// Permits that agencies issue.
import { defineDomain, tablesOf } from '../define.ts'
import { permitTypes } from './mapping.ts'
import { openPermitSink, sealedHolders } from './store.ts'
import type { PermitTables } from './tables.ts'

export const permitDomain = defineDomain({
  name: 'permit',
  records: { Permit: { sink: openPermitSink, rejectedBytes: 'permit:personal' } },
  types: permitTypes,
  tables: tablesOf<PermitTables>({
    permit: { seen: 'path', agencies: { agency_id: 'agency_path' } },
  }),
  views: [],
  rows: { scope: 'permit:read', table: 'permit', path: 'agency_path' },
  scopes: {
    'permit:read': { vi: 'Đọc giấy phép', en: 'Read permits' },
    'permit:personal': { vi: 'Đọc người được cấp, có nêu mục đích', en: 'Read the holder of a permit, with a purpose' },
  },
  sealed: [sealedHolders],
  personal: [{ type: 'Permit', scope: 'permit:personal', at: ['PermitFilter.identityNumber'] }],
  topics: { permitChanged: { type: 'Permit', leaves: true, args: {} } },
  search: ['Permit'],
  sandbox: {
    heading: { vi: 'Giấy phép', en: 'Permits' },
    roles: { analyst: ['permit:read'] },
    examples: [
      {
        id: 'permits',
        title: { vi: 'Giấy phép mới cấp', en: 'Permits issued last' },
        roles: ['analyst'],
        query:
          'query Permits { permits(first: 10, orderBy: ISSUED_AT_DESC) { nodes { code kind issuedAt agency { name } } } }',
        variables: '',
      },
    ],
  },
})

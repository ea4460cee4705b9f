// Agencies: one tree of all sources and lists.
import { defineDomain, tablesOf } from '../define.ts'
import { examples } from './examples.ts'
import { agencyMapping, agencyRoot } from './mapping.ts'
import { agencySink } from './store.ts'
import type { AgencyTables } from './tables.ts'

export const agencyDomain = defineDomain({
  name: 'agency',
  records: { Agency: { sink: () => agencySink, rejectedBytes: 'open' } },
  types: () => [agencyRoot, agencyMapping],
  tables: tablesOf<AgencyTables>({
    // The tree itself: these are what the others follow.
    agency: { seen: 'open', agencies: {} },
    agency_code: { seen: 'open', agencies: {} },
    agency_link: { seen: 'never', agencies: {} },
    agency_external: { seen: 'never', agencies: {} },
    agency_part: { seen: 'never', agencies: {} },
  }),
  views: [],
  rows: 'open',
  scopes: {},
  sealed: [],
  personal: [],
  topics: {},
  search: ['Agency'],
  sandbox: {
    heading: { vi: 'Danh mục dùng chung', en: 'Reference data' },
    roles: {},
    examples,
  },
})

export { resolveAgencies, type ResolvedAgency } from './resolve.ts'
export { pathOfSource } from './source-path.ts'
export { settleAgencies } from './settle.ts'
export { agencySink }

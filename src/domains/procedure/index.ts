// Administrative procedures.
import { defineDomain, tablesOf } from '../define.ts'
import { examples } from './examples.ts'
import { procedureMapping, procedureRoot } from './mapping.ts'
import { procedureSink } from './store.ts'
import type { ProcedureTables } from './tables.ts'

export const procedureDomain = defineDomain({
  name: 'procedure',
  records: { Procedure: { sink: () => procedureSink, rejectedBytes: 'open' } },
  types: () => [procedureRoot, procedureMapping],
  tables: tablesOf<ProcedureTables>({
    procedure: { seen: 'open', agencies: { agency_id: null } },
    procedure_part: { seen: 'never', agencies: {} },
  }),
  views: [],
  rows: 'open',
  scopes: {},
  sealed: [],
  personal: [],
  topics: {},
  search: ['Procedure'],
  sandbox: {
    heading: { vi: 'Danh mục dùng chung', en: 'Reference data' },
    roles: {},
    examples,
  },
})

export { resolveProcedures } from './store.ts'
export { procedureSink }

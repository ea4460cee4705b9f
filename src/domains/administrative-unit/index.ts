// Administrative units: provinces and communes over time.
import { defineDomain, tablesOf } from '../define.ts'
import { examples } from './examples.ts'
import { administrativeUnitMapping, administrativeUnitRoot, unitChangeMapping } from './mapping.ts'
import type { AdministrativeUnitTables } from './tables.ts'

export const administrativeUnitDomain = defineDomain({
  name: 'administrative-unit',
  records: {},
  types: () => [administrativeUnitRoot, administrativeUnitMapping, unitChangeMapping],
  tables: tablesOf<AdministrativeUnitTables>({
    administrative_unit: { seen: 'open', agencies: {} },
    unit_change: { seen: 'open', agencies: {} },
  }),
  views: [],
  rows: 'open',
  scopes: {},
  sealed: [],
  personal: [],
  topics: {},
  search: ['AdministrativeUnit'],
  sandbox: {
    heading: { vi: 'Danh mục dùng chung', en: 'Reference data' },
    roles: {},
    examples,
  },
})

export { mentionKey, splitUnits } from './split-units.ts'
export type { UnitMention } from './split-units.ts'

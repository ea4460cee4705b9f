// The operations of this domain that the sandbox offers.
import type { Example } from '../define.ts'

export const examples: readonly Example[] = [
  {
    id: 'administrative-units',
    title: { vi: 'Đơn vị hành chính trước và sau 01/7/2025 (mở)', en: 'Units before and after 1 July 2025 (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
    query: `query UnitsAndPredecessors {
  administrativeUnits(filter: { on: "2026-01-01", kind: WARD }, first: 10) {
    totalCount
    nodes {
      code
      name
      kind
      validFrom
      predecessors { whole note unit { code name kind validTo } }
    }
  }
}
`,
    variables: '',
  },
]

// The operations of this domain that the sandbox offers.
import type { Example } from '../define.ts'

export const examples: readonly Example[] = [
  {
    id: 'reports',
    title: { vi: 'Báo cáo chờ nộp và nộp trễ', en: 'Reports expected and late' },
    roles: ['analyst'],
    query: `query LateReports {
  reports(filter: { state: LATE }, orderBy: DUE_AT_DESC, first: 20) {
    totalCount
    nodes {
      code
      title
      period { code from to }
      agency { code name }
      dueAt
      submittedAt
      state
    }
  }
}
`,
    variables: '',
  },
  {
    id: 'observations',
    title: { vi: 'Chỉ tiêu và số liệu theo kỳ (mở)', en: 'Indicators and their figures (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
    query: `query IndicatorFigures {
  indicators(first: 5) {
    totalCount
    nodes {
      code
      name
      unit
      observations(first: 3) {
        nodes { period { code } areaCode area { name } value unit multiplier dimensions { name value } }
      }
    }
  }
}
`,
    variables: '',
  },
]

// The operations that the sandbox offers: those of the domains, and the hub's own.
import type { Bilingual } from '../reader/language.ts'
import { DECLARED_EXAMPLES } from './generated/declared.ts'
import type { Example } from './example.ts'

const CATALOGUE: Bilingual = { vi: 'Danh mục dùng chung', en: 'Reference data' }
const OPERATIONS: Bilingual = { vi: 'Vận hành', en: 'Operations' }
const AUDIT: Bilingual = { vi: 'Kiểm toán', en: 'Audit' }

const OWN_EXAMPLES: readonly Example[] = [
  {
    id: 'search',
    domain: CATALOGUE,
    title: { vi: 'Tìm trên mọi lĩnh vực', en: 'Search across all domains' },
    roles: ['analyst', 'anonymous', 'ward-officer', 'case-handler', 'operator', 'auditor'],
    query: `query SearchEverything($text: String!) {
  search(text: $text, first: 10) {
    totalCount
    nodes {
      __typename
      ... on Agency { agencyCode: code name }
      ... on Procedure { code name }
      ... on AdministrativeUnit { code name kind }
      ... on Indicator { code name }
    }
  }
}
`,
    variables: '{\n  "text": "đất đai"\n}\n',
  },
  {
    id: 'sources',
    domain: OPERATIONS,
    title: { vi: 'Tình trạng các nguồn', en: 'State of the sources' },
    roles: ['operator'],
    query: `query Sources {
  sources {
    id
    title
    connector
    state
    lastSuccessAt
    nextRunAt
    lagSeconds
    recordCount
    quarantineCount
    failure { code message whoActs since }
    streams { id entity recordCount lastSuccessAt }
  }
}
`,
    variables: '',
  },
  {
    id: 'quarantine',
    domain: OPERATIONS,
    title: { vi: 'Lần chạy và bản ghi cách ly', en: 'Runs and quarantined records' },
    roles: ['operator'],
    query: `query RunsAndQuarantine {
  runs(first: 10) {
    nodes { source stream state startedAt finishedAt pages read written unchanged removed rejected failure { code message } }
  }
  quarantine(first: 10) {
    totalCount
    nodes { id source stream key reason path seenAt tries }
  }
}
`,
    variables: '',
  },
  {
    id: 'access-log',
    domain: AUDIT,
    title: { vi: 'Nhật ký truy cập dữ liệu cá nhân', en: 'Log of access to personal data' },
    roles: ['auditor'],
    query: `query AccessLog {
  accessLog(first: 20) {
    totalCount
    nodes { at caller subject field purpose legalBasis }
  }
}
`,
    variables: '',
  },
]

export const EXAMPLES: readonly Example[] = [...DECLARED_EXAMPLES, ...OWN_EXAMPLES]

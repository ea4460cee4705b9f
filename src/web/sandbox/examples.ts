import type { Bilingual } from '../reader/language.ts'
import type { RoleId } from './roles.ts'

/**
 * A saved operation. `roles` are those that get an answer from it; opening it as another role switches to the first.
 * `variables` is the text of the variables editor ('' for none).
 */
export type Example = {
  id: string
  domain: Bilingual
  title: Bilingual
  roles: readonly [RoleId, ...RoleId[]]
  query: string
  variables: string
}

const DOSSIERS: Bilingual = { vi: 'Hồ sơ', en: 'Dossiers' }
const REPORTS: Bilingual = { vi: 'Báo cáo, chỉ tiêu', en: 'Reports, indicators' }
const CATALOGUE: Bilingual = { vi: 'Danh mục dùng chung', en: 'Reference data' }
const OPERATIONS: Bilingual = { vi: 'Vận hành', en: 'Operations' }
const READERS = ['ward-officer', 'case-handler', 'analyst'] as const
const EVERYONE = ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'] as const

export const EXAMPLES: readonly Example[] = [
  {
    id: 'statistics-by-agency',
    domain: DOSSIERS,
    title: { vi: 'Thống kê hồ sơ theo cơ quan (mở)', en: 'Dossier statistics by agency (open)' },
    roles: EVERYONE,
    query: `# Dữ liệu mở: số dưới 5 được che (suppressed).
# Open data: counts below 5 are suppressed.
query DossierStatisticsByAgency {
  dossierStatistics(groupBy: [AGENCY]) {
    agency { code name }
    count
    onTimeRate
    medianProcessingDays
    suppressed
  }
}
`,
    variables: '',
  },
  {
    id: 'dossiers-recent',
    domain: DOSSIERS,
    title: { vi: 'Hồ sơ mới nhận', en: 'Dossiers received last' },
    roles: READERS,
    query: `query RecentDossiers($first: Int!, $after: String) {
  dossiers(first: $first, after: $after, orderBy: RECEIVED_AT_DESC) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      code
      subject
      status
      channel
      receivedAt
      dueAt
      overdue
      agency { code name }
      procedure { code name }
    }
  }
}
`,
    variables: '{\n  "first": 10\n}\n',
  },
  {
    id: 'dossiers-overdue',
    domain: DOSSIERS,
    title: { vi: 'Hồ sơ quá hạn của một đơn vị', en: 'Overdue dossiers of one agency' },
    roles: READERS,
    query: `# Mã cơ quan bao gồm mọi đơn vị trực thuộc.
# An agency's code stands for its whole subtree.
query OverdueDossiers($agency: String!) {
  dossiers(
    filter: { agency: { eq: $agency }, overdue: { eq: true } }
    orderBy: DUE_AT_ASC
    first: 20
  ) {
    totalCount
    nodes {
      code
      status
      dueAt
      dueDates { dueAt since }
      events { at status note observed }
      provenance { source externalId lastChangedAt }
    }
  }
}
`,
    variables: '{\n  "agency": "H53.21"\n}\n',
  },
  {
    id: 'dossiers-applicant',
    domain: DOSSIERS,
    title: { vi: 'Người nộp hồ sơ (che bớt hoặc đầy đủ)', en: 'Applicants (masked or in full)' },
    roles: ['case-handler', 'ward-officer'],
    query: `# Đầy đủ chỉ với quyền dossier:personal và mục đích (x-hub-purpose).
# In full only with dossier:personal and a purpose (x-hub-purpose).
query DossierApplicants {
  dossiers(first: 5) {
    nodes {
      code
      applicant { kind name identityNumber birthYear phone address }
      fees { name amount paid }
    }
  }
}
`,
    variables: '',
  },
  {
    id: 'documents',
    domain: { vi: 'Văn bản', en: 'Documents' },
    title: { vi: 'Văn bản và vết liên thông', en: 'Documents and their exchange' },
    roles: ['analyst'],
    query: `query Documents($text: String) {
  documents(filter: { text: $text }, orderBy: PROMULGATED_AT_DESC, first: 10) {
    totalCount
    nodes {
      code
      type
      subject
      promulgatedAt
      urgency
      state
      signer { name position }
      sender { code name }
      recipients { code name }
      exchanges { status at agency { name } note }
      attachments { name contentType bytes sha256 }
    }
  }
}
`,
    variables: '{\n  "text": null\n}\n',
  },
  {
    id: 'reports',
    domain: REPORTS,
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
    domain: REPORTS,
    title: { vi: 'Chỉ tiêu và số liệu theo kỳ (mở)', en: 'Indicators and their figures (open)' },
    roles: EVERYONE,
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
  {
    id: 'cameras',
    domain: { vi: 'Camera', en: 'Cameras' },
    title: { vi: 'Camera mất kết nối và sự kiện', en: 'Cameras that fell silent, and events' },
    roles: ['analyst'],
    query: `query SilentCameras {
  cameras(filter: { online: { eq: false } }, first: 20) {
    totalCount
    nodes {
      code
      name
      manufacturer
      model
      online
      observedAt
      location { latitude longitude }
      unit { code name }
      events(first: 3) { nodes { kind label from to } }
    }
  }
}
`,
    variables: '',
  },
  {
    id: 'agencies',
    domain: CATALOGUE,
    title: { vi: 'Cây cơ quan (mở)', en: 'The tree of agencies (open)' },
    roles: EVERYONE,
    query: `query AgencyTree($code: String!) {
  agency(code: $code) {
    code
    otherCodes
    name
    parent { code name }
    children(first: 50) {
      totalCount
      nodes { code name unit { code name } }
    }
  }
}
`,
    variables: '{\n  "code": "H53"\n}\n',
  },
  {
    id: 'administrative-units',
    domain: CATALOGUE,
    title: { vi: 'Đơn vị hành chính trước và sau 01/7/2025 (mở)', en: 'Units before and after 1 July 2025 (open)' },
    roles: EVERYONE,
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
  {
    id: 'procedures',
    domain: CATALOGUE,
    title: { vi: 'Thủ tục hành chính (mở)', en: 'Administrative procedures (open)' },
    roles: EVERYONE,
    query: `# Tìm không phân biệt dấu và chữ hoa.
# The text ignores diacritics and case.
query Procedures($text: String!) {
  procedures(filter: { text: $text }, first: 10) {
    totalCount
    nodes { code name field audiences agency { code name } }
  }
}
`,
    variables: '{\n  "text": "đăng ký"\n}\n',
  },
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
    domain: { vi: 'Kiểm toán', en: 'Audit' },
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

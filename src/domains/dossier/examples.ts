// The operations of this domain that the sandbox offers.
import type { Example } from '../define.ts'

export const examples: readonly Example[] = [
  {
    id: 'statistics-by-agency',
    title: { vi: 'Thống kê hồ sơ theo cơ quan (mở)', en: 'Dossier statistics by agency (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
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
    title: { vi: 'Hồ sơ mới nhận', en: 'Dossiers received last' },
    roles: ['ward-officer', 'case-handler', 'analyst'],
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
    title: { vi: 'Hồ sơ quá hạn của một đơn vị', en: 'Overdue dossiers of one agency' },
    roles: ['ward-officer', 'case-handler', 'analyst'],
    query: `# Mã cơ quan bao gồm mọi đơn vị trực thuộc.
# An agency's code means its whole subtree.
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
]

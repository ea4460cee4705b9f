// Generated from src/domains: npm run codegen. Never edited.
import type { Example, RoleId } from '../example.ts'

export const DECLARED_EXAMPLES: readonly Example[] = [
  {
    id: 'statistics-by-agency',
    domain: { vi: 'Hồ sơ', en: 'Dossiers' },
    title: { vi: 'Thống kê hồ sơ theo cơ quan (mở)', en: 'Dossier statistics by agency (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
    query:
      '# Dữ liệu mở: số dưới 5 được che (suppressed).\n# Open data: counts below 5 are suppressed.\nquery DossierStatisticsByAgency {\n  dossierStatistics(groupBy: [AGENCY]) {\n    agency { code name }\n    count\n    onTimeRate\n    medianProcessingDays\n    suppressed\n  }\n}\n',
    variables: '',
  },
  {
    id: 'dossiers-recent',
    domain: { vi: 'Hồ sơ', en: 'Dossiers' },
    title: { vi: 'Hồ sơ mới nhận', en: 'Dossiers received last' },
    roles: ['ward-officer', 'case-handler', 'analyst'],
    query:
      'query RecentDossiers($first: Int!, $after: String) {\n  dossiers(first: $first, after: $after, orderBy: RECEIVED_AT_DESC) {\n    totalCount\n    pageInfo { hasNextPage endCursor }\n    nodes {\n      code\n      subject\n      status\n      channel\n      receivedAt\n      dueAt\n      overdue\n      agency { code name }\n      procedure { code name }\n    }\n  }\n}\n',
    variables: '{\n  "first": 10\n}\n',
  },
  {
    id: 'dossiers-overdue',
    domain: { vi: 'Hồ sơ', en: 'Dossiers' },
    title: { vi: 'Hồ sơ quá hạn của một đơn vị', en: 'Overdue dossiers of one agency' },
    roles: ['ward-officer', 'case-handler', 'analyst'],
    query:
      "# Mã cơ quan bao gồm mọi đơn vị trực thuộc.\n# An agency's code means its whole subtree.\nquery OverdueDossiers($agency: String!) {\n  dossiers(\n    filter: { agency: { eq: $agency }, overdue: { eq: true } }\n    orderBy: DUE_AT_ASC\n    first: 20\n  ) {\n    totalCount\n    nodes {\n      code\n      status\n      dueAt\n      dueDates { dueAt since }\n      events { at status note observed }\n      provenance { source externalId lastChangedAt }\n    }\n  }\n}\n",
    variables: '{\n  "agency": "H53.21"\n}\n',
  },
  {
    id: 'dossiers-applicant',
    domain: { vi: 'Hồ sơ', en: 'Dossiers' },
    title: { vi: 'Người nộp hồ sơ (che bớt hoặc đầy đủ)', en: 'Applicants (masked or in full)' },
    roles: ['case-handler', 'ward-officer'],
    query:
      '# Đầy đủ chỉ với quyền dossier:personal và mục đích (x-hub-purpose).\n# In full only with dossier:personal and a purpose (x-hub-purpose).\nquery DossierApplicants {\n  dossiers(first: 5) {\n    nodes {\n      code\n      applicant { kind name identityNumber birthYear phone address }\n      fees { name amount paid }\n    }\n  }\n}\n',
    variables: '',
  },
  {
    id: 'documents',
    domain: { vi: 'Văn bản', en: 'Documents' },
    title: { vi: 'Văn bản và vết liên thông', en: 'Documents and their exchange' },
    roles: ['analyst'],
    query:
      'query Documents($text: String) {\n  documents(filter: { text: $text }, orderBy: PROMULGATED_AT_DESC, first: 10) {\n    totalCount\n    nodes {\n      code\n      type\n      subject\n      promulgatedAt\n      urgency\n      state\n      signer { name position }\n      sender { code name }\n      recipients { code name }\n      exchanges { status at agency { name } note }\n      attachments { name contentType bytes sha256 }\n    }\n  }\n}\n',
    variables: '{\n  "text": null\n}\n',
  },
  {
    id: 'reports',
    domain: { vi: 'Báo cáo, chỉ tiêu', en: 'Reports, indicators' },
    title: { vi: 'Báo cáo chờ nộp và nộp trễ', en: 'Reports expected and late' },
    roles: ['analyst'],
    query:
      'query LateReports {\n  reports(filter: { state: LATE }, orderBy: DUE_AT_DESC, first: 20) {\n    totalCount\n    nodes {\n      code\n      title\n      period { code from to }\n      agency { code name }\n      dueAt\n      submittedAt\n      state\n    }\n  }\n}\n',
    variables: '',
  },
  {
    id: 'observations',
    domain: { vi: 'Báo cáo, chỉ tiêu', en: 'Reports, indicators' },
    title: { vi: 'Chỉ tiêu và số liệu theo kỳ (mở)', en: 'Indicators and their figures (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
    query:
      'query IndicatorFigures {\n  indicators(first: 5) {\n    totalCount\n    nodes {\n      code\n      name\n      unit\n      observations(first: 3) {\n        nodes { period { code } areaCode area { name } value unit multiplier dimensions { name value } }\n      }\n    }\n  }\n}\n',
    variables: '',
  },
  {
    id: 'cameras',
    domain: { vi: 'Camera', en: 'Cameras' },
    title: { vi: 'Camera mất kết nối và sự kiện', en: 'Cameras that fell silent, and events' },
    roles: ['analyst'],
    query:
      'query SilentCameras {\n  cameras(filter: { online: { eq: false } }, first: 20) {\n    totalCount\n    nodes {\n      code\n      name\n      manufacturer\n      model\n      online\n      observedAt\n      location { latitude longitude }\n      unit { code name }\n      events(first: 3) { nodes { kind label from to } }\n    }\n  }\n}\n',
    variables: '',
  },
  {
    id: 'agencies',
    domain: { vi: 'Danh mục dùng chung', en: 'Reference data' },
    title: { vi: 'Cây cơ quan (mở)', en: 'The tree of agencies (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
    query:
      'query AgencyTree($code: String!) {\n  agency(code: $code) {\n    code\n    otherCodes\n    name\n    parent { code name }\n    children(first: 50) {\n      totalCount\n      nodes { code name unit { code name } }\n    }\n  }\n}\n',
    variables: '{\n  "code": "H53"\n}\n',
  },
  {
    id: 'administrative-units',
    domain: { vi: 'Danh mục dùng chung', en: 'Reference data' },
    title: { vi: 'Đơn vị hành chính trước và sau 01/7/2025 (mở)', en: 'Units before and after 1 July 2025 (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
    query:
      'query UnitsAndPredecessors {\n  administrativeUnits(filter: { on: "2026-01-01", kind: WARD }, first: 10) {\n    totalCount\n    nodes {\n      code\n      name\n      kind\n      validFrom\n      predecessors { whole note unit { code name kind validTo } }\n    }\n  }\n}\n',
    variables: '',
  },
  {
    id: 'procedures',
    domain: { vi: 'Danh mục dùng chung', en: 'Reference data' },
    title: { vi: 'Thủ tục hành chính (mở)', en: 'Administrative procedures (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
    query:
      '# Tìm không phân biệt dấu và chữ hoa.\n# The text ignores diacritics and case.\nquery Procedures($text: String!) {\n  procedures(filter: { text: $text }, first: 10) {\n    totalCount\n    nodes { code name field audiences agency { code name } }\n  }\n}\n',
    variables: '{\n  "text": "đăng ký"\n}\n',
  },
]
export const DECLARED_SCOPES: { readonly [R in RoleId]?: readonly string[] } = {
  'ward-officer': ['dossier:read', 'dossier:masked'],
  'case-handler': ['dossier:read', 'dossier:personal'],
  analyst: ['dossier:read', 'document:read', 'report:read', 'camera:read'],
}

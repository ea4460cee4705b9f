// The operations of this domain that the sandbox offers.
import type { Example } from '../define.ts'

export const examples: readonly Example[] = [
  {
    id: 'procedures',
    title: { vi: 'Thủ tục hành chính (mở)', en: 'Administrative procedures (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
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
]

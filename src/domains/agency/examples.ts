// The operations of this domain that the sandbox offers.
import type { Example } from '../define.ts'

export const examples: readonly Example[] = [
  {
    id: 'agencies',
    title: { vi: 'Cây cơ quan (mở)', en: 'The tree of agencies (open)' },
    roles: ['anonymous', 'ward-officer', 'case-handler', 'analyst', 'operator', 'auditor'],
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
]

// The operations of this domain that the sandbox offers.
import type { Example } from '../define.ts'

export const examples: readonly Example[] = [
  {
    id: 'documents',
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
]

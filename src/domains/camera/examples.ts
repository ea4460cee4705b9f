// The operations of this domain that the sandbox offers.
import type { Example } from '../define.ts'

export const examples: readonly Example[] = [
  {
    id: 'cameras',
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
]

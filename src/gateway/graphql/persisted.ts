// Texts of operations that clients sent with their hash, so that the next time the hash suffices.
import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** Each client has texts of its own: what one sent is never given to another, and never makes room for another's. */
export interface PersistedQueries {
  /** The text that this client sent under the hash; null when it sent none, or when it made room for later ones. */
  find(client: string, sha256: string): string | null
  /** Keeps the text for this client; what it used longest ago makes room. A text over `size` is not kept. Safe to repeat. */
  keep(client: string, sha256: string, text: string): void
}

export interface PersistedLimits {
  readonly texts: number
  /** UTF-16 units of one client's texts together. */
  readonly size: number
  /** The client that was quiet longest is forgotten beyond these. */
  readonly clients: number
}

export const defaultPersistedLimits: PersistedLimits = { texts: 200, size: 256 * 1024, clients: 500 }

export const sha256Of = (text: string): string => hash('sha256', text, 'hex')

export function openPersistedQueries(limits: PersistedLimits = defaultPersistedLimits): PersistedQueries {
  const clients = new LRUCache<string, LRUCache<string, string>>({ max: limits.clients })
  const newClient = (): LRUCache<string, string> =>
    new LRUCache({ max: limits.texts, maxSize: limits.size, sizeCalculation: ({ length }) => Math.max(1, length) })
  return {
    find: (client, sha256) => clients.get(client)?.get(sha256) ?? null,
    keep(client, sha256, text) {
      const own = clients.get(client) ?? newClient()
      if (text.length <= limits.size) own.set(sha256, text)
      if (own.size > 0) clients.set(client, own)
    },
  }
}

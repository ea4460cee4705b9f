import { hash } from 'node:crypto'

/** Texts of operations that clients sent with their hash, so that the next time the hash suffices. */
export interface PersistedQueries {
  /** The text that this client sent under the hash; another client's is not given. */
  find(client: string, sha256: string): string | null
  /** Keeps the text for this client; what it used longest ago makes room, never what another client keeps. */
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
  const clients = new Map<string, { readonly texts: Map<string, string>; size: number }>()
  const used = <Value>(map: Map<string, Value>, name: string): Value | undefined => {
    const value = map.get(name)
    if (value === undefined) return undefined
    map.delete(name)
    map.set(name, value)
    return value
  }
  return {
    find(client, sha256) {
      const own = used(clients, client)
      return own === undefined ? null : (used(own.texts, sha256) ?? null)
    },
    keep(client, sha256, text) {
      if (text.length > limits.size) return
      const own = used(clients, client) ?? { texts: new Map<string, string>(), size: 0 }
      if (used(own.texts, sha256) !== undefined) return
      for (const [oldest, kept] of own.texts) {
        if (own.texts.size < limits.texts && own.size + text.length <= limits.size) break
        own.texts.delete(oldest)
        own.size -= kept.length
      }
      own.texts.set(sha256, text)
      own.size += text.length
      clients.set(client, own)
      if (clients.size > limits.clients) clients.delete(clients.keys().next().value ?? '')
    },
  }
}

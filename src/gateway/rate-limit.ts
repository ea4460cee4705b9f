export interface RateLimitOptions {
  /** Operations that a client may send at once. */
  readonly burst: number
  /** Operations a second that it may send on and on. */
  readonly perSecond: number
  /** Milliseconds, of a clock that never goes back. */
  readonly now: () => number
}

export interface RateLimit {
  /** 0 when this client may go on, else the whole seconds after which it may try again. */
  take(client: string): number
}

const mostClients = 50_000

/** One bucket a client; the clients that were quiet longest are forgotten first, which can only favour them. */
export function openRateLimit({ burst, perSecond, now }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(client) {
      const time = now()
      const bucket = buckets.get(client) ?? { left: burst, at: time }
      buckets.delete(client)
      if (buckets.size >= mostClients) buckets.delete(buckets.keys().next().value ?? '')
      buckets.set(client, bucket)
      bucket.left = Math.min(burst, bucket.left + (Math.max(0, time - bucket.at) / 1000) * perSecond)
      bucket.at = time
      if (bucket.left >= 1) {
        bucket.left -= 1
        return 0
      }
      return Math.max(1, Math.ceil((1 - bucket.left) / perSecond))
    },
  }
}

// Rate limits of clients: operations, and objects asked for.
import { HeaderMap } from '@apollo/server'
import { hubError } from '../../access/error.ts'

export interface RateLimitOptions {
  /** Operations that a client may send at once. */
  readonly burst: number
  /** Operations a second that it may send in the long run. */
  readonly perSecond: number
  /** Milliseconds, of a clock that never goes back. */
  readonly now: () => number
}

export interface RateLimit {
  /**
   * 0 when this client may continue, else the whole seconds after which it may try again. A cost above the burst passes when
   * the budget is full, and is waited for afterwards.
   */
  take(client: string, cost?: number): number
}

const maxClients = 50_000

/**
 * One bucket for each client; those that were quiet longest are forgotten first, which can only favour them.
 *
 * @example
 * const limit = openRateLimit({ burst: 1, perSecond: 0.5, now: () => 0 })
 * limit.take('a') // 0
 * limit.take('a') // 2: seconds until the next
 */
export function openRateLimit({ burst, perSecond, now }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(client, cost = 1) {
      const time = now()
      const bucket = buckets.get(client) ?? { left: burst, at: time }
      buckets.delete(client)
      if (buckets.size >= maxClients) buckets.delete(buckets.keys().next().value ?? '')
      buckets.set(client, bucket)
      bucket.left = Math.min(burst, bucket.left + (Math.max(0, time - bucket.at) / 1000) * perSecond)
      bucket.at = time
      const needed = Math.min(cost, burst)
      if (bucket.left >= needed) {
        bucket.left -= cost
        return 0
      }
      return Math.max(1, Math.ceil((needed - bucket.left) / perSecond))
    },
  }
}

/** The budgets of each client: operations, and objects asked for. */
export interface Account {
  /** Counts one request. Throws RATE_LIMITED. */
  take(client: string): void
  /** Counts the objects that an operation can give. Throws RATE_LIMITED. */
  spend(client: string, objects: number): void
}

export interface ClientLimits {
  /** Null: unbounded. */
  readonly operations: { readonly burst: number; readonly perSecond: number } | null
  /** Null: unbounded. */
  readonly objectsPerMinute: number | null
}

export function openAccount({ operations, objectsPerMinute }: ClientLimits, now: () => number): Account {
  const often = operations === null ? null : openRateLimit({ ...operations, now })
  const much =
    objectsPerMinute === null ? null : openRateLimit({ burst: objectsPerMinute, perSecond: objectsPerMinute / 60, now })
  const refuse = (seconds: number): void => {
    if (seconds === 0) return
    const http: object = { status: 429, headers: new HeaderMap([['retry-after', String(seconds)]]) }
    throw hubError('RATE_LIMITED', tooOftenText, { extensions: { http: http as never } })
  }
  return {
    take: (client) => refuse(often?.take(client) ?? 0),
    spend: (client, objects) => refuse(much?.take(client, objects) ?? 0),
  }
}

const tooOftenText = 'Quá nhiều yêu cầu; hãy thử lại sau. · Too many requests; try again later.'

// Retries what may be repeated: with jitter, or when the other side asked for it.
import { TransportFailure } from './failure.ts'

/** Settles after that time; rejects with the signal's reason as soon as it aborts. */
export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>

export const waitFor: Wait = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const aborted = (): void => {
      clearTimeout(timer)
      reject(signal!.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }, milliseconds)
    signal?.addEventListener('abort', aborted, { once: true })
  })

export interface RetryRules {
  /** At most this many tries, the first included. */
  readonly tries: number
  /** A longer `Retry-After` ends the tries at once; the failure has it. */
  readonly retryAfterCapMs: number
  /** 0 ≤ random() < 1, for the jitter. */
  readonly random: () => number
  readonly wait: Wait
}

/**
 * The result of `attempt`, repeated only after SOURCE_UNAVAILABLE and only when `repeatable`. Waits as long as Retry-After
 * says, else a random time up to 0.5 s, 1 s, 2 s … 30 s ("full jitter"). A failure that is `final` is not repeated.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  rules: RetryRules,
  repeatable: boolean,
  signal: AbortSignal | undefined,
  final: (error: TransportFailure) => boolean,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof TransportFailure) || error.code !== 'SOURCE_UNAVAILABLE') throw error
      if (!repeatable || tried >= rules.tries || final(error)) throw error
      const asked = error.retryAfterSeconds === undefined ? undefined : error.retryAfterSeconds * 1000
      if (asked !== undefined && asked > rules.retryAfterCapMs) throw error
      await rules.wait(asked ?? rules.random() * Math.min(30_000, 500 * 2 ** (tried - 1)), signal)
      signal?.throwIfAborted()
    }
  }
}

/**
 * Seconds of a `Retry-After` header (RFC 9110, 10.2.3): a count, or a date seen from `now`. undefined when absent,
 * negative, in the past or neither. Not capped: `9000000000` stays what it is.
 */
export function retryAfterSeconds(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : Number.MAX_SAFE_INTEGER
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined
  const seconds = Math.ceil((Date.parse(text) - now.getTime()) / 1000)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
}

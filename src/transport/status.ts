// What an HTTP status means for the exchange.
import { TransportFailure } from './failure.ts'
import type { FailureCode } from './failure.ts'
import { retryAfterSeconds } from './retry.ts'

/**
 * The failure of a status; null where it is an answer. CONFIG_INVALID for a refused login (401, 402, 403, 407);
 * SOURCE_UNAVAILABLE for 408, 425, 429 and 5xx; SOURCE_CHANGED for the rest: a redirect, a page that is gone, a request that
 * the source no longer understands (400, 405, 406, 415, 422 …). `target` names the request in messages.
 */
export function statusFailure(
  target: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  accept: readonly number[],
  now: Date,
): TransportFailure | null {
  if ((status >= 200 && status < 300) || accept.includes(status)) return null
  const code = codeOf(status)
  const found =
    status >= 300 && status < 400
      ? `redirects with ${status}${elsewhere(target, headers['location'])}`
      : `answered ${status}`
  return new TransportFailure(code, `${target} ${found}${meaning(status)}; expected 200`, {
    status,
    retryAfterSeconds: code === 'SOURCE_UNAVAILABLE' ? retryAfterSeconds(headers['retry-after'], now) : undefined,
  })
}

function codeOf(status: number): FailureCode {
  if (status === 401 || status === 402 || status === 403 || status === 407) return 'CONFIG_INVALID'
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'SOURCE_UNAVAILABLE'
  return 'SOURCE_CHANGED'
}

function meaning(status: number): string {
  if (status === 401) return ' (the login is not accepted)'
  if (status === 403) return ' (this login may not read it)'
  if (status === 429) return ' (it throttles)'
  return ''
}

/** Only the host: path and query of a redirect may contain a session. */
function elsewhere(target: string, location: string | undefined): string {
  if (location === undefined) return ''
  const from = target.slice(target.indexOf(' ') + 1)
  try {
    const { protocol, host } = new URL(location, `http://${from}`)
    return ` to ${protocol}//${host}`
  } catch {
    return ''
  }
}

import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen } from 'cockatiel'
import type { CircuitBreakerPolicy } from 'cockatiel'
import { Agent, request as send } from 'undici'
import { addressRules, hostOf } from './address.ts'
import { wholeBody } from './body.ts'
import { guardedConnector, resolveName } from './connect.ts'
import type { Lookup } from './connect.ts'
import { deadline } from './deadline.ts'
import { exactJson } from './exact-json.ts'
import type { Transport, TransportAnswer, TransportRequest } from './exchange.ts'
import { TransportFailure } from './failure.ts'
import { checkKind, provesWhole } from './kind.ts'
import type { Kind } from './kind.ts'
import { pacing } from './pace.ts'
import { redactor } from './redact.ts'
import { retrying, waitFor } from './retry.ts'
import type { Wait } from './retry.ts'
import { statusFailure } from './status.ts'
import { decodeText } from './text.ts'

export interface TransportLimits {
  /** Name resolution, TCP and TLS. */
  readonly connectMs: number
  /** Without a byte, from the request on. */
  readonly idleMs: number
  /** One try altogether; a body that trickles is cut here. */
  readonly totalMs: number
  readonly bodyBytes: number
  readonly inflatedBytes: number
  readonly inflationRatio: number
  /** Tries of a repeatable exchange, the first included. */
  readonly tries: number
  /** The longest `Retry-After` that is waited for inside an exchange. */
  readonly retryAfterCapMs: number
  readonly concurrency?: number
  readonly perSecond?: number
}

export const defaultLimits: TransportLimits = {
  connectMs: 10_000,
  idleMs: 15_000,
  totalMs: 60_000,
  bodyBytes: 64 * 1_048_576,
  inflatedBytes: 64 * 1_048_576,
  inflationRatio: 200,
  tries: 3,
  retryAfterCapMs: 300_000,
}

export interface TransportOptions {
  /** Hosts, `host:port`s or networks that may have addresses which are not public. */
  readonly allowHosts?: readonly string[]
  readonly limits?: Partial<TransportLimits>
  /** After so many failures of a host in a row it is left alone for a while; then one exchange tries it. */
  readonly breaker?: { readonly failures?: number; readonly restMs?: number }
  /** Values that must not stand in a message: passwords, tokens. */
  readonly secrets?: readonly string[]
  /** PEM certificates of the authorities to trust, instead of Node's own list: a province's own authority. */
  readonly ca?: string
  readonly now?: () => Date
  readonly random?: () => number
  readonly wait?: Wait
  readonly lookup?: Lookup
}

/**
 * The one way out, for one source: limits of pace and the breaker are its own. After `close` no connection is left and
 * every exchange under way has failed. Throws RangeError for an entry of `allowHosts` that cannot be understood.
 */
export function openTransport(options: TransportOptions = {}): Transport & { close(): Promise<void> } {
  const limits = { ...defaultLimits, ...options.limits }
  const { now = () => new Date(), random = Math.random, wait = waitFor, lookup = resolveName } = options
  const redact = redactor(options.secrets ?? [])
  const rules = addressRules(options.allowHosts ?? [])
  const connect = guardedConnector(rules, { connectMs: limits.connectMs, lookup, ca: options.ca })
  const agent = new Agent({ connect, allowH2: false, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 })
  const breakers = breakersOf(options.breaker ?? {})
  const pace = pacing(limits, () => performance.now(), wait)

  const once = async (asked: TransportRequest, url: URL, signal: AbortSignal | undefined): Promise<TransportAnswer> => {
    const target = redact(`${url.host}${url.pathname}`)
    const expect = asked.expect ?? 'json'
    const until = deadline(target, limits, signal)
    try {
      const answer = await send(url, {
        dispatcher: agent,
        method: asked.method ?? 'GET',
        ...(await written(asked)),
        signal: until.signal,
      })
      until.progress()
      const headers = flatHeaders(answer.headers)
      const failure = statusFailure(target, answer.statusCode, headers, asked.accept ?? [], now())
      if (failure !== null) {
        answer.body.on('error', () => {}).destroy()
        throw failure
      }
      const { bytes, end } = await wholeBody(answer.body, headers, target, limits, until.progress)
      let decoded: string | undefined
      const text = (): string => (decoded ??= decodeText(bytes, headers['content-type'], target))
      const good = answer.statusCode >= 200 && answer.statusCode < 300
      if (good && answer.statusCode !== 204 && answer.statusCode !== 205) {
        const type = headers['content-type']
        if (end === 'closed' && !wholeByContent(expect, text)) {
          // A page that is not ours, such as a login, is told as that; what remains may be ours, cut anywhere.
          if (bytes.length > 0) checkKind(expect, type, () => new TextDecoder().decode(bytes.subarray(0, 4096)), target)
          throw new TransportFailure(
            'SOURCE_UNAVAILABLE',
            `${target} ended without a proof that it is whole; expected a content-length or chunks`,
          )
        }
        checkKind(expect, type, () => sniffed(bytes, text), target)
      }
      return { status: answer.statusCode, headers, body: bytes, text, json: () => parsedJson(text(), target) }
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason
      throw asFailure(until.signal.aborted ? until.signal.reason : error, target, redact)
    } finally {
      until.end()
    }
  }

  return {
    async exchange(asked, signal) {
      signal?.throwIfAborted()
      const url = checkedUrl(asked.url)
      const breaker = breakers(url.host)
      const attempt = async (): Promise<TransportAnswer> => {
        try {
          return await untilAborted(
            pace.run(() => breaker.execute(() => once(asked, url, signal)), signal),
            signal,
          )
        } catch (error) {
          if (!(error instanceof BrokenCircuitError)) throw error
          throw new TransportFailure(
            'SOURCE_UNAVAILABLE',
            `${url.host} has failed again and again and is left alone for a while`,
            { cause: error },
          )
        }
      }
      const repeatable = asked.repeatable ?? (asked.method ?? 'GET') === 'GET'
      const final = (error: TransportFailure): boolean => error.cause instanceof BrokenCircuitError
      return retrying(attempt, { ...limits, random, wait }, repeatable, signal, final)
    },
    close: () => agent.destroy(),
  }
}

/** A throttling source works; it only wants to be asked less: 429 does not count as a failure. */
function breakersOf(options: NonNullable<TransportOptions['breaker']>): (host: string) => CircuitBreakerPolicy {
  const { failures = 8, restMs = 30_000 } = options
  const byHost = new Map<string, CircuitBreakerPolicy>()
  return (host) => {
    const known = byHost.get(host)
    if (known !== undefined) return known
    const made = circuitBreaker(
      handleWhen(
        (error) => error instanceof TransportFailure && error.code === 'SOURCE_UNAVAILABLE' && error.status !== 429,
      ),
      { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failures) },
    )
    byHost.set(host, made)
    return made
  }
}

function checkedUrl(text: string): URL {
  const invalid = (what: string): never => {
    throw new TransportFailure('CONFIG_INVALID', `The address of the source ${what}`)
  }
  if (!URL.canParse(text)) return invalid('is no URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return invalid(`begins with ${url.protocol}; expected http: or https:`)
  }
  if (url.username !== '' || url.password !== '') return invalid('holds a user or password; expected them as settings')
  if (hostOf(url.hostname) === null) return invalid('names no host')
  return url
}

/** Headers and body as they are sent. A form is written here: the client takes only forms of its own making. */
async function written(
  asked: TransportRequest,
): Promise<{ headers: Record<string, string>; body: string | Uint8Array | null }> {
  const given = Object.fromEntries(
    Object.entries(asked.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  const headers = { 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'provincial-data-hub', ...given }
  const { body = null } = asked
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) return { headers, body }
  const form = new Response(body)
  const bytes = new Uint8Array(await form.arrayBuffer())
  return { headers: { 'content-type': form.headers.get('content-type') ?? '', ...headers }, body: bytes }
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

/** A character cut in two makes the text unreadable: then it is not whole either. */
function wholeByContent(kind: Kind, text: () => string): boolean {
  try {
    return provesWhole(kind, text())
  } catch {
    return false
  }
}

/** What a check of the kind looks at: the text; the bare bytes where they are no text, so that a file is told by its head. */
function sniffed(bytes: Uint8Array, text: () => string): string {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  return head.startsWith('PK\u0003\u0004') || head.startsWith('%PDF-') ? head : text()
}

/** V8's own message quotes the body, so it is not passed on. */
function parsedJson(text: string, target: string): unknown {
  try {
    return exactJson(text)
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1]
    throw new TransportFailure(
      'SOURCE_CHANGED',
      `${target} is not JSON${at === undefined ? '' : ` (from character ${at} of ${text.length} on)`}; expected JSON`,
    )
  }
}

function asFailure(error: unknown, target: string, redact: (text: string) => string): unknown {
  if (error instanceof TransportFailure) return error
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : error.name
  if (code === 'UND_ERR_INVALID_ARG') {
    return new TransportFailure('CONFIG_INVALID', `${target} cannot be asked: ${redact(error.message)}`)
  }
  const cause = Object.assign(new Error(redact(error.message)), { code })
  return new TransportFailure('SOURCE_UNAVAILABLE', `${target} cannot be reached or broke off (${code})`, { cause })
}

/** The breaker lets others wait while one exchange tries a resting host; an abort ends that wait too. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', aborted, { once: true })
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', aborted))
      .catch(() => {})
  })
}

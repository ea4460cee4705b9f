// Opens the transport of one source: every exchange is bounded, checked and retried where that is safe.
import { Agent, request as send } from 'undici'
import { addressRules, hostOf } from './address.ts'
import { wholeBody } from './content/body.ts'
import type { WholeBody } from './content/body.ts'
import { isCircuitOpen, openBreakers } from './breaker.ts'
import type { BreakerOptions, HostBreaker } from './breaker.ts'
import { guardedConnector, resolveName } from './connect.ts'
import type { Lookup } from './connect.ts'
import { deadline } from './deadline.ts'
import { exactJson } from './content/exact-json.ts'
import type { Transport, TransportAnswer, TransportRequest } from './exchange.ts'
import { TransportFailure } from './failure.ts'
import { checkKind, provesWhole } from './content/kind.ts'
import type { Kind } from './content/kind.ts'
import { pacing } from './pace.ts'
import type { Pace } from './pace.ts'
import { redactor } from './redact.ts'
import { retrying, waitFor } from './retry.ts'
import type { Wait } from './retry.ts'
import { statusFailure } from './status.ts'
import { decodeText } from './content/text.ts'

export interface TransportLimits {
  /** Name resolution, TCP and TLS. */
  readonly connectMs: number
  /** Without a byte, from the request on. */
  readonly idleMs: number
  /** One try in all; a body that trickles is cut off here. */
  readonly totalMs: number
  readonly bodyBytes: number
  readonly inflatedBytes: number
  readonly inflationRatio: number
  /** Tries of a repeatable exchange, the first included. */
  readonly tries: number
  /** The longest `Retry-After` that an exchange waits for. */
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
  /** The circuit breaker of each host. Default: open after 8 failures in a row, for 30 s. */
  readonly breaker?: BreakerOptions
  /** Values that must not appear in a message: passwords, tokens. */
  readonly secrets?: readonly string[]
  /** PEM certificates of the authorities to trust instead of Node's own list, such as a province's own authority. */
  readonly ca?: string
  readonly now?: () => Date
  readonly random?: () => number
  readonly wait?: Wait
  readonly lookup?: Lookup
}

/** What the exchanges of one source share. */
interface TransportState {
  readonly limits: TransportLimits
  readonly agent: Agent
  readonly pace: Pace
  readonly breakers: (host: string) => HostBreaker
  readonly redact: (text: string) => string
  readonly now: () => Date
  readonly random: () => number
  readonly wait: Wait
}

/**
 * The one way out, for one source: its pace limits and its circuit breakers are its own. After `close` no connection is left
 * and every exchange under way has failed. Throws RangeError for an entry of `allowHosts` that cannot be read.
 *
 * @example
 * const transport = openTransport({ allowHosts: ['10.1.0.0/16'], secrets: [password], limits: { perSecond: 5 } })
 * const answer = await transport.exchange({ url: 'https://registry.example/api/dossiers?page=1' }, signal)
 * const { items } = answer.json() as { items: unknown[] }
 * await transport.close()
 */
export function openTransport(options: TransportOptions = {}): Transport & { close(): Promise<void> } {
  const limits = { ...defaultLimits, ...options.limits }
  const { now = () => new Date(), random = Math.random, wait = waitFor, lookup = resolveName } = options
  const rules = addressRules(options.allowHosts ?? [])
  const connect = guardedConnector(rules, { connectMs: limits.connectMs, lookup, ca: options.ca })
  const state: TransportState = {
    limits,
    agent: new Agent({ connect, allowH2: false, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 }),
    pace: pacing(limits, () => performance.now(), wait),
    breakers: openBreakers(options.breaker ?? {}),
    redact: redactor(options.secrets ?? []),
    now,
    random,
    wait,
  }
  return {
    exchange: (asked, signal) => exchange(state, asked, signal),
    close: () => state.agent.destroy(),
  }
}

async function exchange(
  state: TransportState,
  asked: TransportRequest,
  signal: AbortSignal | undefined,
): Promise<TransportAnswer> {
  signal?.throwIfAborted()
  const url = checkedUrl(asked.url)
  const breaker = state.breakers(url.host)
  const attempt = (): Promise<TransportAnswer> =>
    untilAborted(
      state.pace.run(() => breaker.execute(() => exchangeOnce(state, asked, url, signal)), signal),
      signal,
    )
  const repeatable = asked.repeatable ?? (asked.method ?? 'GET') === 'GET'
  return retrying(
    attempt,
    { ...state.limits, random: state.random, wait: state.wait },
    repeatable,
    signal,
    isCircuitOpen,
  )
}

/** One try: request, checks of status, size and kind, and the proof that the body is whole. */
async function exchangeOnce(
  state: TransportState,
  asked: TransportRequest,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<TransportAnswer> {
  const { limits, redact } = state
  const target = redact(`${url.host}${url.pathname}`)
  const until = deadline(target, limits, signal)
  try {
    const answer = await send(url, {
      dispatcher: state.agent,
      method: asked.method ?? 'GET',
      ...(await written(asked)),
      signal: until.signal,
    })
    until.progress()
    const headers = flatHeaders(answer.headers)
    const failure = statusFailure(target, answer.statusCode, headers, asked.accept ?? [], state.now())
    if (failure !== null) {
      answer.body.on('error', () => {}).destroy()
      throw failure
    }
    const body = await wholeBody(answer.body, headers, target, limits, until.progress)
    let decoded: string | undefined
    const text = (): string => (decoded ??= decodeText(body.bytes, headers['content-type'], target))
    const isSuccess = answer.statusCode >= 200 && answer.statusCode < 300
    if (isSuccess && answer.statusCode !== 204 && answer.statusCode !== 205) {
      checkContent(asked.expect ?? 'json', headers['content-type'], body, text, target)
    }
    return { status: answer.statusCode, headers, body: body.bytes, text, json: () => parsedJson(text(), target) }
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason
    throw asFailure(until.signal.aborted ? until.signal.reason : error, target, redact)
  } finally {
    until.end()
  }
}

/** Throws SOURCE_CHANGED for an answer of another kind, SOURCE_UNAVAILABLE for one that may be truncated. */
function checkContent(
  expect: Kind,
  type: string | undefined,
  { bytes, end }: WholeBody,
  text: () => string,
  target: string,
): void {
  if (end === 'closed' && !wholeByContent(expect, text)) {
    // An answer of another kind, such as a login page, is reported as that; the rest may be ours, cut anywhere.
    if (bytes.length > 0) checkKind(expect, type, () => new TextDecoder().decode(bytes.subarray(0, 4096)), target)
    throw new TransportFailure(
      'SOURCE_UNAVAILABLE',
      `${target}: response truncated: no Content-Length and no final chunk`,
    )
  }
  checkKind(expect, type, () => sniffed(bytes, text), target)
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
  if (url.username !== '' || url.password !== '')
    return invalid('contains a user or password; expected them as settings')
  if (hostOf(url.hostname) === null) return invalid('names no host')
  return url
}

/** Headers and body as they are sent. A form is serialised here: the client takes only its own form class. */
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

/** Whether the content proves that it is whole. A text with a character cut in two does not. */
function wholeByContent(kind: Kind, text: () => string): boolean {
  try {
    return provesWhole(kind, text())
  } catch {
    return false
  }
}

/** The beginning by which the kind is checked: the text, or the head of a file that is no text. */
function sniffed(bytes: Uint8Array, text: () => string): string {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  return head.startsWith('PK\u0003\u0004') || head.startsWith('%PDF-') ? head : text()
}

/** Parses the JSON of a body. V8's own message quotes the body, so it is not passed on. */
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

/** While one exchange probes a half-open breaker the others wait; an abort ends that wait too. */
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

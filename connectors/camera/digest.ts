// The client's part of HTTP Digest (RFC 7616).
import { createHash } from 'node:crypto'

/** A challenge of HTTP Digest (RFC 7616) that we can answer: MD5 or SHA-256, quality `auth` or, as in RFC 2069, none. */
export interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: string | undefined
  readonly hash: 'md5' | 'sha256'
  readonly session: boolean
  readonly qop: 'auth' | undefined
}

const hashes: Readonly<Record<string, 'md5' | 'sha256'>> = { MD5: 'md5', 'SHA-256': 'sha256' }

/** The strongest usable challenge of a WWW-Authenticate header, in which several may stand with commas between; or null. */
export function digestChallenge(header: string | undefined): Challenge | null {
  const usable: Challenge[] = []
  for (const parameters of challenges(header ?? '')) {
    const name = (parameters.get('algorithm') ?? 'MD5').toUpperCase()
    const hash = hashes[name.replace(/-SESS$/, '')]
    const qualities = parameters
      .get('qop')
      ?.split(',')
      .map((quality) => quality.trim().toLowerCase())
    const nonce = parameters.get('nonce')
    if (hash === undefined || nonce === undefined) continue
    if (qualities !== undefined && !qualities.includes('auth')) continue
    usable.push({
      realm: parameters.get('realm') ?? '',
      nonce,
      opaque: parameters.get('opaque'),
      algorithm: parameters.get('algorithm'),
      hash,
      session: name.endsWith('-SESS'),
      qop: qualities === undefined ? undefined : 'auth',
    })
  }
  return usable.find((challenge) => challenge.hash === 'sha256') ?? usable[0] ?? null
}

/** The parameters of each Digest challenge. A scheme is a word before a parameter and not followed by `=`. */
function challenges(header: string): Map<string, string>[] {
  const found: Map<string, string>[] = []
  let current: Map<string, string> | null = null
  for (const part of header.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w-]+)/g)) {
    const [, name, quoted, bare, scheme] = part
    if (scheme !== undefined) {
      current = scheme.toLowerCase() === 'digest' ? new Map<string, string>() : null
      if (current !== null) found.push(current)
    } else if (name !== undefined) {
      current?.set(name.toLowerCase(), bare ?? (quoted ?? '').replace(/\\(.)/g, '$1'))
    }
  }
  return found
}

export interface DigestAsk {
  readonly username: string
  readonly password: string
  readonly method: string
  /** Path and query of the request. */
  readonly uri: string
  /** How often this nonce has been used, this time included. */
  readonly count: number
  /** Lower-case hex. */
  readonly clientNonce: string
}

/** The Authorization header that answers a challenge. */
export function digestAuthorization(challenge: Challenge, ask: DigestAsk): string {
  const hash = (text: string): string => createHash(challenge.hash).update(text, 'utf8').digest('hex')
  const count = ask.count.toString(16).padStart(8, '0')
  const user = hash(`${ask.username}:${challenge.realm}:${ask.password}`)
  const first = challenge.session ? hash(`${user}:${challenge.nonce}:${ask.clientNonce}`) : user
  const second = hash(`${ask.method}:${ask.uri}`)
  const response =
    challenge.qop === undefined
      ? hash(`${first}:${challenge.nonce}:${second}`)
      : hash(`${first}:${challenge.nonce}:${count}:${ask.clientNonce}:auth:${second}`)
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
  const parts = [
    `username=${quoted(ask.username)}`,
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(ask.uri)}`,
    `response="${response}"`,
  ]
  if (challenge.algorithm !== undefined) parts.push(`algorithm=${challenge.algorithm}`)
  if (challenge.opaque !== undefined) parts.push(`opaque=${quoted(challenge.opaque)}`)
  if (challenge.qop !== undefined) parts.push('qop=auth', `nc=${count}`)
  if (challenge.qop !== undefined || challenge.session) parts.push(`cnonce="${ask.clientNonce}"`)
  return `Digest ${parts.join(', ')}`
}

// Reads header and claims of an access token before it is proved.
import { strictJsonObject } from './strict-json.ts'

type Members = { readonly [member: string]: unknown }

export interface TokenHeader {
  readonly algorithm: string
  /** '' where the header names no key. */
  readonly kid: string
  readonly typ: string
}

/** A token's header and claims, read but not proved. */
export interface ReadToken {
  readonly header: TokenHeader
  readonly claims: Members
}

const maxBytes = 8_192

/**
 * Header and claims of a compact JWS; null for what no access token looks like: above 8 kB, not three parts of base64url, a
 * repeated member, a key or a key's address in the header, any critical extension, an ID or refresh token.
 */
export function readToken(token: string): ReadToken | null {
  if (token.length > maxBytes) return null
  const parts = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(token)
  if (parts === null) return null
  const header = strictJsonObject(decoded(parts[1] ?? ''))
  const claims = strictJsonObject(decoded(parts[2] ?? ''))
  if (header === null || claims === null) return null
  const read = readHeader(header)
  return read === null || isOtherToken(claims) ? null : { header: read, claims }
}

const decoded = (part: string): string => Buffer.from(part, 'base64url').toString('utf8')

function readHeader(header: Members): TokenHeader | null {
  for (const refused of ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc']) {
    if (Object.hasOwn(header, refused)) return null
  }
  const { alg, kid = '', typ } = header
  if (typeof alg !== 'string' || typeof typ !== 'string') return null
  if (typeof kid !== 'string' || !/^[\x21-\x7e]{0,200}$/.test(kid)) return null
  const type = typ.toLowerCase().replace(/^application\//, '')
  return type === 'at+jwt' || type === 'jwt' ? { algorithm: alg, kid, typ: type } : null
}

/** ID tokens have `nonce` or `at_hash`; some issuers mark the kind of a token in a claim (`typ`, `token_use`). */
function isOtherToken(claims: Members): boolean {
  if (['nonce', 'at_hash', 'c_hash'].some((name) => Object.hasOwn(claims, name))) return true
  const marks = [claims['typ'], claims['token_use']].filter((mark) => mark !== undefined)
  return marks.some((mark) => typeof mark !== 'string' || /^(id|refresh|offline|logout)$/i.test(mark))
}

/** A text claim of 1 to 255 characters; null for anything else. */
export function textClaim(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 && value.length <= 255 ? value : null
}

/** Purpose codes, as a list of texts or one text with spaces; anything else claims none. */
export function purposesOf(claim: unknown): ReadonlySet<string> {
  const listed = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? (claim as unknown[]) : []
  return new Set(listed.filter((code): code is string => typeof code === 'string' && isPurposeCode(code)))
}

export const isPurposeCode = (text: string): boolean => /^[A-Za-z0-9._-]{1,64}$/.test(text)

export const isAgencyCode = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)

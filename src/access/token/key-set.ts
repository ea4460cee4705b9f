// Reads a JWKS document and refuses weak, private and repeated keys.
import { importJWK } from 'jose'
import type { CryptoKey, JWK } from 'jose'

/** Loads a document that should be a JWKS; it is checked afterwards. */
export type JwksLoader = (signal: AbortSignal) => Promise<unknown>

export type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

export interface VerificationKey {
  readonly kid: string
  readonly algorithm: Algorithm
  readonly key: CryptoKey
}

export interface ReadKeys {
  readonly usable: ReadonlyMap<string, VerificationKey>
  /** The refused keys: `<kid>: <why>`. */
  readonly refused: readonly string[]
  /** The `kid`s of refused keys. */
  readonly refusedNames: ReadonlySet<string>
}

/**
 * The keys of a JWKS document that may verify tokens, by `kid` ('' for none). Refused: other types than RSA, P-256 and
 * Ed25519, RSA below 2048 bits or with a small exponent, private keys, keys not for signatures, and every key of a repeated
 * `kid`. The algorithm of a key is its own `alg`, else RS256, ES256 or EdDSA by its type.
 */
export async function readKeys(document: unknown): Promise<ReadKeys> {
  const listed = (document as { keys?: unknown } | null)?.keys
  if (!Array.isArray(listed)) throw new Error('The answer is not a JWKS document')
  const usable = new Map<string, VerificationKey>()
  const refused: string[] = []
  const refusedNames = new Set<string>()
  const seen = new Set<string>()
  for (const entry of listed.slice(0, 100) as unknown[]) {
    const jwk = (typeof entry === 'object' && entry !== null ? entry : {}) as JWK
    const kid = typeof jwk.kid === 'string' ? jwk.kid : ''
    const algorithm = algorithmOf(jwk)
    const why = seen.has(kid) ? 'is given twice' : algorithm === null ? 'not usable for this purpose' : weakness(jwk)
    seen.add(kid)
    const key = why === null ? await importJWK({ ...jwk, ext: true }, algorithm ?? undefined).catch(() => null) : null
    if (why !== null || algorithm === null || key === null || key instanceof Uint8Array) {
      usable.delete(kid)
      refused.push(`${JSON.stringify(kid.slice(0, 60))}: ${why ?? 'unreadable'}`)
      refusedNames.add(kid)
    } else {
      usable.set(kid, { kid, algorithm, key })
    }
  }
  return { usable, refused, refusedNames }
}

function algorithmOf(jwk: JWK): Algorithm | null {
  const { kty, crv, alg } = jwk
  if (kty === 'RSA' && (alg === undefined || alg === 'RS256')) return 'RS256'
  if (kty === 'RSA' && alg === 'PS256') return 'PS256'
  if (kty === 'EC' && crv === 'P-256' && (alg === undefined || alg === 'ES256')) return 'ES256'
  if (kty === 'OKP' && crv === 'Ed25519' && (alg === undefined || alg === 'EdDSA')) return 'EdDSA'
  return null
}

function weakness(jwk: JWK): string | null {
  if (jwk.d !== undefined) return 'a private key'
  if (jwk.use !== undefined && jwk.use !== 'sig') return 'not for signatures'
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) {
    return 'not for verifying'
  }
  if (jwk.kty !== 'RSA') return null
  const modulus = Buffer.from(jwk.n ?? '', 'base64url')
  const exponent = Buffer.from(jwk.e ?? '', 'base64url')
  if (modulus.length * 8 < 2048 || modulus.length > 1024) return 'a modulus outside 2048 to 8192 bits'
  if (exponent.length < 3 || exponent.length > 8 || ((exponent.at(-1) ?? 0) & 1) === 0) return 'a weak exponent'
  return null
}

// The hub's own tokens, with which it asks other agencies on behalf of its callers.
import { createPrivateKey, createPublicKey, hkdfSync, randomUUID } from 'node:crypto'
import { exportJWK, type JWK, SignJWT } from 'jose'
import { type Caller, isAnonymous, isPurposeAllowed } from '../caller.ts'

export interface HubIdentity {
  /** The tokens' `iss`; the discovery document is served below this address. */
  readonly issuer: string
  /** The keys by which other agencies verify the hub's tokens. */
  readonly jwks: { readonly keys: readonly JWK[] }
  /**
   * A token of the hub that names the caller to another agency: subject, client, scopes, agency and purpose, for this audience
   * alone and one minute. A purpose that the caller may not claim is left out. Null for a caller without a token. The client's
   * own token is never passed on.
   */
  tokenFor(caller: Caller, audience: string): Promise<string | null>
}

export interface HubIdentityOptions {
  /** Secret bytes of the hub: all its processes sign with the same key. */
  readonly secret: Uint8Array
  /** The tokens' `iss`. */
  readonly issuer: string
  /** The codes of the configuration's purposes; null, as by default, when it lists none. */
  readonly purposes?: ReadonlySet<string> | null
  /** Milliseconds since 1970. */
  now(): number
}

const livesSeconds = 60
const maxKept = 1000

// An Ed25519 private key in PKCS #8: RFC 8410, section 7, before its 32 bytes.
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')

export async function openHubIdentity(options: HubIdentityOptions): Promise<HubIdentity> {
  const { secret, issuer, purposes = null, now } = options
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'hub:identity:1', 32))
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' })
  const shown = await exportJWK(createPublicKey(key))
  const kid = Buffer.from(hkdfSync('sha256', secret, '', 'hub:identity:kid:1', 8)).toString('base64url')
  const kept = new Map<string, { readonly token: string; readonly until: number }>()

  return {
    issuer,
    jwks: { keys: [{ ...shown, kid, alg: 'EdDSA', use: 'sig' }] },
    async tokenFor(caller, audience) {
      if (isAnonymous(caller)) return null
      const claims = {
        client_id: caller.client ?? undefined,
        scope: [...caller.scopes].toSorted().join(' '),
        agency: caller.agency ?? undefined,
        purpose: isPurposeAllowed(caller, purposes) ? caller.purpose : undefined,
        act: { iss: caller.issuer },
      }
      const name = JSON.stringify([audience, caller.issuer, caller.subject, caller.jti, claims])
      const found = kept.get(name)
      // A kept token is used while half of its life is left.
      if (found !== undefined && found.until > now() + (livesSeconds * 1000) / 2) return found.token
      const issued = Math.floor(now() / 1000)
      const ends = Math.min(issued + livesSeconds, caller.expiresAt ?? Number.POSITIVE_INFINITY)
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(caller.subject ?? '')
        .setIssuedAt(issued)
        .setExpirationTime(ends)
        .setJti(randomUUID())
        .sign(key)
      if (kept.size >= maxKept) kept.delete(kept.keys().next().value ?? '')
      kept.set(name, { token, until: ends * 1000 })
      return token
    },
  }
}

// Loads an issuer's keys by OpenID discovery.
import type { Transport } from '../../transport/exchange.ts'
import { isObject } from '../../transport/json-object.ts'
import type { JwksLoader } from './key-set.ts'

/**
 * Loads an issuer's JWKS by OpenID discovery (RFC 8414 path of OpenID Connect Discovery 1.0, section 4). The document must
 * name exactly this issuer; keys come over https, from an issuer on loopback also over http. No token can change the address.
 * Throws what the transport throws, or an Error that names the issuer.
 */
export function discovered(issuer: string, transport: Transport): JwksLoader {
  return async (signal) => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    requireSafe(url, issuer)
    const found = (await transport.exchange({ url, expect: 'json' }, signal)).json()
    if (!isObject(found) || found['issuer'] !== issuer) {
      throw new Error(`The discovery document of ${issuer} names another issuer`)
    }
    const jwks = found['jwks_uri']
    if (typeof jwks !== 'string') throw new Error(`The discovery document of ${issuer} has no jwks_uri`)
    requireSafe(jwks, issuer)
    return (await transport.exchange({ url: jwks, expect: 'json' }, signal)).json()
  }
}

function requireSafe(url: string, issuer: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed?.protocol === 'https:') return
  if (parsed?.protocol === 'http:' && isLoopback(parsed.hostname) && isLoopback(new URL(issuer).hostname)) return
  throw new Error(`The issuer ${issuer} must be asked over https`)
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)

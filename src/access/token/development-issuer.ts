// The issuer of the demonstration and of development.
import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { isAgencyCode, isPurposeCode } from './claims.ts'
import type { ScopeTitles } from '../policy/scopes.ts'

export interface MintOptions {
  /** Scopes separated by spaces; an unknown one is refused. */
  readonly scope: string
  readonly agency?: string | undefined
  readonly purposes?: readonly string[] | undefined
  readonly ttlSeconds: number
  readonly subject?: string | undefined
}

export interface MintedToken {
  readonly token: string
  /** ISO 8601, UTC. */
  readonly expiresAt: string
}

export interface DevelopmentIssuer {
  readonly issuer: string
  readonly audience: string
  /** Throws RangeError that names an unknown scope, an ill-formed agency or purpose, or a life outside 1 s to 24 h. */
  mint(options: MintOptions): Promise<MintedToken>
  /** The OpenID discovery document. */
  configuration(): { readonly [member: string]: unknown }
  /** The public keys; a verifier in the same process loads them from here. */
  jwks(): { readonly keys: readonly JWK[] }
}

export interface DevelopmentIssuerOptions {
  /** The folder of the key, HUB_HOME; made when absent. */
  readonly home: string
  /** The tokens' `iss`: the address under which the issuer's documents are served. */
  readonly issuer: string
  readonly audience: string
  /** The scopes that tokens may have. */
  readonly scopes: ScopeTitles
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly tokenId?: () => string
}

/**
 * Opens the issuer with its ES256 key in `<home>/development-issuer.json`, readable by its owner alone and made on first use.
 * Two processes that open it at once get the same key.
 */
export async function openDevelopmentIssuer(options: DevelopmentIssuerOptions): Promise<DevelopmentIssuer> {
  const { issuer, audience, scopes, now, tokenId = randomUUID } = options
  const secret = await keptKey(options.home)
  const { kty, crv, x, y, kid } = secret
  const published = { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } as JWK
  const key = await importJWK(secret, 'ES256')

  async function mint({ scope, agency, purposes = [], ttlSeconds, subject }: MintOptions): Promise<MintedToken> {
    const named = scope.split(/\s+/).filter((text) => text !== '')
    const unknown = named.find((text) => !Object.hasOwn(scopes, text))
    if (unknown !== undefined) {
      throw new RangeError(`Unknown scope ${JSON.stringify(unknown)}; known are ${Object.keys(scopes).join(' ')}`)
    }
    if (agency !== undefined && !isAgencyCode(agency)) throw new RangeError('The agency is not a code like H53.21')
    const ill = purposes.find((code) => !isPurposeCode(code))
    if (ill !== undefined)
      throw new RangeError(`The purpose ${JSON.stringify(ill)} is not a code like dossier-handling`)
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > 86_400) {
      throw new RangeError('The life of a token is 1 second to 24 hours')
    }
    const issuedAt = Math.floor(now() / 1000)
    const claims = {
      scope: named.join(' '),
      client_id: 'development',
      ...(agency === undefined ? {} : { agency }),
      ...(purposes.length === 0 ? {} : { purposes }),
    }
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: kid ?? '' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject ?? 'developer')
      .setJti(tokenId())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + ttlSeconds)
      .sign(key)
    return { token, expiresAt: new Date((issuedAt + ttlSeconds) * 1000).toISOString() }
  }

  return {
    issuer,
    audience,
    mint,
    jwks: () => ({ keys: [published] }),
    configuration: () => ({
      issuer,
      jwks_uri: `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`,
      scopes_supported: Object.keys(scopes),
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    }),
  }
}

async function keptKey(home: string): Promise<JWK> {
  const file = join(home, 'development-issuer.json')
  const found = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found !== null) return readKey(found, file)
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const kid = await calculateJwkThumbprint(jwk)
  await mkdir(home, { recursive: true })
  const draft = join(home, `.development-issuer.${process.pid}.${randomUUID()}`)
  await writeFile(draft, `${JSON.stringify({ ...jwk, kid })}\n`, { mode: 0o600, flag: 'wx' })
  await publish(draft, file)
  return readKey(await readFile(file, 'utf8'), file)
}

/** Renames the draft unless another process was first. */
async function publish(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file)
    await rm(draft, { force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') await rm(draft, { force: true })
    else await rename(draft, file) // a file system without hard links
  }
}

function readKey(text: string, file: string): JWK {
  try {
    const jwk = JSON.parse(text) as JWK
    if (jwk.kty === 'EC' && jwk.crv === 'P-256' && typeof jwk.d === 'string' && typeof jwk.kid === 'string') return jwk
  } catch (cause) {
    throw new Error(`${file} is not the development issuer's key; remove it to have a new one made`, { cause })
  }
  throw new Error(`${file} is not the development issuer's key; remove it to have a new one made`)
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { CryptoKey, JWK, JWTHeaderParameters } from 'jose'
import { discovered } from '../../src/access/token/discovery.ts'
import type { Issuer } from '../../src/access/token/issuer.ts'
import { exactJson } from '../../src/transport/content/exact-json.ts'
import type { Transport } from '../../src/transport/exchange.ts'

export interface MintRequest {
  readonly scope?: unknown
  readonly agency?: unknown
  readonly purposes?: unknown
  readonly ttlSeconds?: number
  /** Claims that replace or, as undefined, take away the usual ones. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Partial<JWTHeaderParameters>
  readonly key?: CryptoKey
}

export interface TestIssuer {
  readonly issuer: string
  readonly audience: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  /** What the JWKS endpoint answers from now on; an Error: status 500. */
  serve(keys: readonly JWK[] | Error): void
  /** How often the JWKS was asked for. */
  fetches(): number
  mint(request?: MintRequest): Promise<string>
  /** As the configuration of a verifier. */
  trusted(more?: Partial<Issuer>): Issuer
  close(): Promise<void>
}

/** A real issuer on loopback with discovery and JWKS, RS256. `now` in milliseconds dates what it mints. */
export async function testIssuer({ now = Date.now }: { now?: () => number } = {}): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), kid: 'first', alg: 'RS256', use: 'sig' }
  let keys: readonly JWK[] | Error = [publicJwk]
  let fetches = 0
  const server = createServer((request, response) => {
    if (request.url === '/.well-known/openid-configuration') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }))
    } else if (request.url === '/keys') {
      fetches += 1
      response.writeHead(keys instanceof Error ? 500 : 200, { 'content-type': 'application/json' })
      response.end(keys instanceof Error ? 'no' : JSON.stringify({ keys }))
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const audience = 'hub'
  let minted = 0

  async function mint(request: MintRequest = {}): Promise<string> {
    const { scope = '', agency, purposes, ttlSeconds = 600, claims = {}, header = {}, key = privateKey } = request
    const issuedAt = Math.floor(now() / 1000)
    minted += 1
    const usual = {
      iss: issuer,
      aud: audience,
      sub: 'someone',
      jti: `token-${minted}`,
      iat: issuedAt,
      exp: issuedAt + ttlSeconds,
    }
    const payload = Object.fromEntries(
      Object.entries({ ...usual, scope, agency, purposes, ...claims }).filter(([, value]) => value !== undefined),
    )
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'first', ...header }).sign(key)
  }

  return {
    issuer,
    audience,
    privateKey,
    publicJwk,
    serve(next) {
      keys = next
    },
    fetches: () => fetches,
    mint,
    trusted: (more = {}) => ({ issuer, audience, keys: discovered(issuer, loopbackTransport()), ...more }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A transport for servers that a test itself has started. */
export function loopbackTransport(): Transport {
  return {
    async exchange({ url, method = 'GET', headers = {} }, signal) {
      const answer = await fetch(url, {
        method,
        headers,
        redirect: 'error',
        ...(signal === undefined ? {} : { signal }),
      })
      const body = new Uint8Array(await answer.arrayBuffer())
      if (!answer.ok) throw new Error(`status ${answer.status}`)
      const text = (): string => new TextDecoder().decode(body)
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body,
        text,
        json: () => exactJson(text()),
      }
    },
  }
}

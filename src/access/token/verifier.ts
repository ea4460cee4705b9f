import { hash } from 'node:crypto'
import { jwtVerify } from 'jose'
import { anonymous } from '../caller.ts'
import type { AgencyRange, Caller, AgencyRangeOf } from '../caller.ts'
import { isAgencyCode, isPurposeCode, purposesOf, readToken, textClaim } from './claims.ts'
import { unauthenticated } from '../error.ts'
import type { Issuer } from './issuer.ts'
import { openKeySource } from './key-source.ts'
import type { KeySource } from './key-source.ts'
import { scopesOf } from '../policy/scopes.ts'

const skewSeconds = 60
const cachedTokens = 10_000
/** A proof is kept at most so long, and never past the token's own end. */
const cachedSeconds = 300

export interface VerifierOptions {
  readonly issuers: readonly Issuer[]
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Finds an agency's rows; asked anew for each request, as agencies move. */
  readonly agencyRangeOf: AgencyRangeOf
  /** Whether this token or its client was revoked; asked for each request. */
  readonly revoked?: (token: { issuer: string; jti: string; client: string | null }) => boolean
  /** Scopes that count besides the hub's own: those of the rules of other agencies' subgraphs. Default: none. */
  readonly isScope?: (text: string) => boolean
  /** Told what an issuer's keys suffer; never a token. */
  readonly alarm?: (issuer: string, what: string, cause?: unknown) => void
}

export interface Verifier {
  /**
   * The caller of a request with these `Authorization` headers: `anonymous` when there is none. Throws the one error
   * UNAUTHENTICATED for everything else than one good bearer token; it never says why. Safe to repeat.
   */
  verify(authorization: string | readonly string[] | undefined, purpose?: string): Promise<Caller>
}

interface Proof {
  readonly caller: Caller
  readonly agencies: readonly string[] | undefined
  /** Seconds since 1970. */
  readonly until: number
  readonly keys: KeySource
  readonly generation: number
}

export function openVerifier({ issuers, now, agencyRangeOf, revoked, isScope, alarm }: VerifierOptions): Verifier {
  const known = new Map(
    issuers.map((issuer) => {
      const tell = (what: string, cause?: unknown): void => alarm?.(issuer.issuer, what, cause)
      return [issuer.issuer, { issuer, keys: openKeySource({ load: issuer.keys, now, alarm: tell }) }] as const
    }),
  )
  const proofs = new Map<string, Proof>()

  async function prove(token: string): Promise<Proof | null> {
    const read = readToken(token)
    const claimed = read?.claims['iss']
    const trusted = typeof claimed === 'string' ? known.get(claimed) : undefined
    if (read === null || trusted === undefined) return null
    if (trusted.issuer.typ === 'at+jwt' && read.header.typ !== 'at+jwt') return null
    if (!audienceFits(read.claims['aud'], trusted.issuer)) return null
    const key = await trusted.keys.key(read.header.kid)
    if (key === null || key.algorithm !== read.header.algorithm) return null
    const generation = trusted.keys.generation()
    const maxTokenAge = trusted.issuer.maxTokenAgeSeconds ?? 86_400
    const { payload } = await jwtVerify(token, key.key, {
      algorithms: [key.algorithm],
      issuer: trusted.issuer.issuer,
      requiredClaims: ['iss', 'aud', 'sub', 'exp', 'iat', 'jti'],
      clockTolerance: skewSeconds,
      maxTokenAge,
      currentDate: new Date(now()),
    })
    const { exp, iat } = payload
    const [subject, jti] = [textClaim(payload.sub), textClaim(payload.jti)]
    if (subject === null || jti === null || !Number.isSafeInteger(exp) || !Number.isSafeInteger(iat)) return null
    if (exp === undefined || iat === undefined || exp <= iat || exp - iat > maxTokenAge) return null
    const agency = payload['agency'] ?? null
    if (agency !== null && (typeof agency !== 'string' || !isAgencyCode(agency))) return null
    const caller: Caller = {
      ...anonymous,
      subject,
      issuer: trusted.issuer.issuer,
      client: textClaim(payload['client_id']) ?? textClaim(payload['azp']),
      jti,
      scopes: scopesOf(payload['scope'], isScope),
      agency,
      purposes: purposesOf(payload['purposes']),
      expiresAt: exp,
    }
    const until = Math.min(exp, now() / 1000 + cachedSeconds)
    return { caller, agencies: trusted.issuer.agencies, until, keys: trusted.keys, generation }
  }

  async function proofOf(token: string): Promise<Proof | null> {
    const name = hash('sha256', token, 'base64')
    const kept = proofs.get(name)
    if (kept !== undefined) {
      proofs.delete(name)
      if (kept.until > now() / 1000 && kept.generation === kept.keys.generation()) {
        proofs.set(name, kept)
        return kept
      }
    }
    const proof = await prove(token).catch(() => null)
    if (proof === null) return null
    if (proofs.size >= cachedTokens) proofs.delete(proofs.keys().next().value ?? '')
    proofs.set(name, proof)
    return proof
  }

  async function verify(authorization: string | readonly string[] | undefined, purpose?: string): Promise<Caller> {
    const headers =
      authorization === undefined ? [] : typeof authorization === 'string' ? [authorization] : authorization
    const [header, second] = headers
    const claimed = purpose !== undefined && isPurposeCode(purpose) ? purpose : null
    if (header === undefined) return anonymous
    if (second !== undefined || header.length > 8_300) throw unauthenticated()
    const token = /^bearer +([^\s,]+)$/i.exec(header)?.[1]
    const proof = token === undefined ? null : await proofOf(token)
    if (proof === null) throw unauthenticated()
    const { caller, agencies } = proof
    if (revoked?.({ issuer: caller.issuer ?? '', jti: caller.jti ?? '', client: caller.client }))
      throw unauthenticated()
    const agencyRange = caller.agency === null ? null : agencyRangeOf(caller.agency)
    if (
      caller.agency !== null &&
      agencies !== undefined &&
      !lies(caller.agency, agencyRange, agencies, agencyRangeOf)
    ) {
      throw unauthenticated()
    }
    return { ...caller, agencyRange, purpose: claimed }
  }

  return { verify }
}

function audienceFits(aud: unknown, { audience, otherAudiences = [] }: Issuer): boolean {
  const named = Array.isArray(aud) ? (aud as unknown[]) : [aud]
  if (!named.includes(audience)) return false
  return named.length === 1 || named.every((one) => one === audience || otherAudiences.includes(String(one)))
}

/** Whether the claimed agency is one of these or beneath one: by its place where that is known, else by its code. */
function lies(
  code: string,
  range: AgencyRange | null,
  agencies: readonly string[],
  agencyRangeOf: AgencyRangeOf,
): boolean {
  return agencies.some((agency) => {
    if (code === agency || code.startsWith(`${agency}.`)) return true
    const bound = range === null ? null : agencyRangeOf(agency)
    if (bound === null || range === null) return false
    const from = bound.from === null || (range.from !== null && range.from >= bound.from)
    const to = bound.to === null || (range.to !== null && range.to <= bound.to)
    return from && to
  })
}

// Verifies bearer tokens: what a request sends becomes a caller, or the one error UNAUTHENTICATED.
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
/** A proof is kept for at most this long, and never past the token's own end. */
const cachedSeconds = 300

export interface VerifierOptions {
  readonly issuers: readonly Issuer[]
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Finds an agency's path range; asked again for each request, because agencies move. */
  readonly agencyRangeOf: AgencyRangeOf
  /** Whether this token or its client was revoked; asked for each request. */
  readonly revoked?: (token: { issuer: string; jti: string; client: string | null }) => boolean
  /** The scopes that count: those of the hub and its domains, and of the rules of other agencies' subgraphs. */
  readonly isScope: (text: string) => boolean
  /** Called with what is wrong with an issuer's keys; never with a token. */
  readonly alarm?: (issuer: string, what: string, cause?: unknown) => void
}

export interface Verifier {
  /**
   * The caller of a request with these `Authorization` headers: `anonymous` when there is none. Throws the one error
   * UNAUTHENTICATED for everything but one good bearer token; it never says why. Safe to repeat.
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

/** A trusted issuer with its keys. */
interface TrustedIssuer {
  readonly issuer: Issuer
  readonly keys: KeySource
}

interface VerifierState {
  readonly options: VerifierOptions
  readonly trusted: ReadonlyMap<string, TrustedIssuer>
  /** Proofs by the hash of their token, the longest unused first. */
  readonly proofs: Map<string, Proof>
}

export function openVerifier(options: VerifierOptions): Verifier {
  const { issuers, now, alarm } = options
  const trusted = new Map(
    issuers.map((issuer): [string, TrustedIssuer] => {
      const raise = (what: string, cause?: unknown): void => alarm?.(issuer.issuer, what, cause)
      return [issuer.issuer, { issuer, keys: openKeySource({ load: issuer.keys, now, alarm: raise }) }]
    }),
  )
  const state: VerifierState = { options, trusted, proofs: new Map() }
  return { verify: (authorization, purpose) => verify(state, authorization, purpose) }
}

async function verify(
  state: VerifierState,
  authorization: string | readonly string[] | undefined,
  purpose: string | undefined,
): Promise<Caller> {
  const { revoked, agencyRangeOf } = state.options
  const headers = authorization === undefined ? [] : typeof authorization === 'string' ? [authorization] : authorization
  const [header, second] = headers
  const claimed = purpose !== undefined && isPurposeCode(purpose) ? purpose : null
  if (header === undefined) return anonymous
  if (second !== undefined || header.length > 8_300) throw unauthenticated()
  const token = /^bearer +([^\s,]+)$/i.exec(header)?.[1]
  const proof = token === undefined ? null : await proofOf(state, token)
  if (proof === null) throw unauthenticated()
  const { caller, agencies } = proof
  if (revoked?.({ issuer: caller.issuer ?? '', jti: caller.jti ?? '', client: caller.client })) throw unauthenticated()
  const agencyRange = caller.agency === null ? null : agencyRangeOf(caller.agency)
  if (caller.agency !== null && agencies !== undefined) {
    if (!isWithin(caller.agency, agencyRange, agencies, agencyRangeOf)) throw unauthenticated()
  }
  return { ...caller, agencyRange, purpose: claimed }
}

/** The proof of a token, kept or made now; null for a token that is not good. */
async function proofOf(state: VerifierState, token: string): Promise<Proof | null> {
  const { proofs } = state
  const { now } = state.options
  const name = hash('sha256', token, 'base64')
  const kept = proofs.get(name)
  if (kept !== undefined) {
    proofs.delete(name)
    if (kept.until > now() / 1000 && kept.generation === kept.keys.generation()) {
      proofs.set(name, kept)
      return kept
    }
  }
  const proof = await prove(state, token).catch(() => null)
  if (proof === null) return null
  if (proofs.size >= cachedTokens) proofs.delete(proofs.keys().next().value ?? '')
  proofs.set(name, proof)
  return proof
}

/** Checks the token's issuer, audience, key, signature, times and claims; null or a rejection where one is not good. */
async function prove(
  { options: { now, isScope }, trusted: issuers }: VerifierState,
  token: string,
): Promise<Proof | null> {
  const read = readToken(token)
  const claimed = read?.claims['iss']
  const trusted = typeof claimed === 'string' ? issuers.get(claimed) : undefined
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

function audienceFits(aud: unknown, { audience, otherAudiences = [] }: Issuer): boolean {
  const named = Array.isArray(aud) ? (aud as unknown[]) : [aud]
  if (!named.includes(audience)) return false
  return named.length === 1 || named.every((one) => one === audience || otherAudiences.includes(String(one)))
}

/** Whether the claimed agency is one of these or below one: by its path range where that is known, else by its code. */
function isWithin(
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

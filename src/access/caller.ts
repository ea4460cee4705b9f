// The caller of a request: who asks, with which rights and for which purpose.
import type { Scope } from './policy/scopes.ts'

/** A range of agency paths: a row is seen when `path >= from and path < to`. */
export interface AgencyRange {
  readonly from: string | null
  readonly to: string | null
}

/** The path range of an agency code (of any known form); null for a code that no agency has. */
export type AgencyRangeOf = (code: string) => AgencyRange | null

/** Who asks, by a verified token; a caller without a token has `subject: null` and no scope. */
export interface Caller {
  readonly subject: string | null
  readonly issuer: string | null
  readonly client: string | null
  readonly jti: string | null
  readonly scopes: ReadonlySet<Scope>
  /** The agency code as the token writes it. */
  readonly agency: string | null
  /** The agency's present path range; null when the token names none or an unknown one: then only open rows are visible. */
  readonly agencyRange: AgencyRange | null
  /** The purposes that the caller may claim. */
  readonly purposes: ReadonlySet<string>
  /** The purpose claimed by this request (`x-hub-purpose`), not yet compared with `purposes`. */
  readonly purpose: string | null
  /** Seconds since 1970. */
  readonly expiresAt: number | null
}

export const anonymous: Caller = Object.freeze({
  subject: null,
  issuer: null,
  client: null,
  jti: null,
  scopes: new Set<Scope>(),
  agency: null,
  agencyRange: null,
  purposes: new Set<string>(),
  purpose: null,
  expiresAt: null,
})

/** Whether the caller showed no token: `isAnonymous(anonymous) // true`. */
export const isAnonymous = (caller: Caller): boolean => caller.subject === null

/**
 * Whether the token may claim the request's purpose and, where the configuration lists purposes, the purpose is one of those.
 * Personal fields are unmasked only with the personal scope and this.
 *
 * @example
 * isPurposeAllowed({ ...caller, purpose: 'audit', purposes: new Set(['audit']) }, new Set(['audit'])) // true
 */
export function isPurposeAllowed(caller: Caller, configured: ReadonlySet<string> | null): boolean {
  const { purpose } = caller
  return purpose !== null && caller.purposes.has(purpose) && (configured === null || configured.has(purpose))
}

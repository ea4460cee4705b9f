import type { Scope } from './policy/scopes.ts'

/** A range of agency paths: a row is seen when `path >= from and path < to`. */
export interface AgencyRange {
  readonly from: string | null
  readonly to: string | null
}

/** Where an agency code (in any known shape) stands in the tree; null for a code that no agency has. */
export type AgencyRangeOf = (code: string) => AgencyRange | null

/** Who asks, as a verified token says it; a caller without a token has `subject: null` and no scope. */
export interface Caller {
  readonly subject: string | null
  readonly issuer: string | null
  readonly client: string | null
  readonly jti: string | null
  readonly scopes: ReadonlySet<Scope>
  /** The code as the token writes it. */
  readonly agency: string | null
  /** Where that agency stands now; null when the token names none or one that is not known: then only open rows are seen. */
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

export const isAnonymous = (caller: Caller): boolean => caller.subject === null

/**
 * Whether the request's purpose is one that the token may claim and, where the configuration lists purposes, one of those.
 * The mask of personal fields rests on it: unmasked only with the personal scope and this.
 */
export function isPurposeAllowed(caller: Caller, configured: ReadonlySet<string> | null): boolean {
  const { purpose } = caller
  return purpose !== null && caller.purposes.has(purpose) && (configured === null || configured.has(purpose))
}

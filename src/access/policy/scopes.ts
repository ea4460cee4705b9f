// Scopes: those of the hub itself, and how a token's claim is read. Those of the domains come in as data.

/** `entity:action`, as the rules of a schema and the tokens name it. */
export type Scope = `${string}:${string}`

/** What a scope opens, in the two languages of the hub. */
export interface ScopeTitle {
  readonly vi: string
  readonly en: string
}
export type ScopeTitles = Readonly<Record<Scope, ScopeTitle>>

/** The scopes that belong to no domain. */
export const ownScopes = {
  'operation:read': { vi: 'Xem nguồn, lượt chạy, khu cách ly', en: 'See sources, runs and the quarantine' },
  'operation:write': {
    vi: 'Chạy ngay, nhả, sửa và chuẩn hoá lại',
    en: 'Run now, release, correct and replay',
  },
  'audit:read': { vi: 'Đọc nhật ký truy cập', en: 'Read the access log' },
  'subgraph:compose': { vi: 'Dùng /subgraph để ghép lược đồ', en: 'Use /subgraph to compose schemas' },
} as const satisfies ScopeTitles

/**
 * The known scopes that a `scope` claim names: a text of printable ASCII, separated by single spaces, each name compared
 * exactly. Anything else (another type, a no-break space, a wildcard) opens nothing. `isScope` says which are known.
 */
export function scopesOf(claim: unknown, isScope: (text: string) => boolean): ReadonlySet<Scope> {
  if (typeof claim !== 'string' || !/^[\x20-\x7e]*$/.test(claim)) return new Set()
  return new Set(claim.split(' ').filter((text): text is Scope => text !== '' && isScope(text)))
}

import { hash } from 'node:crypto'

/** A read of personal data, as it is logged. Texts that no database can hold are written with U+FFFD in the odd places. */
export interface AccessRead {
  readonly caller: string
  readonly issuer: string | null
  /** The token's `jti`. */
  readonly token: string | null
  /** Whose data: the global id of the row. */
  readonly subject: string | null
  readonly field: string
  readonly purpose: string | null
  readonly legalBasis: string | null
}

/** An entry of the chain, without its MAC. */
export interface AuditEntry extends AccessRead {
  /** Its place in the chain: 1, 2, 3 … without a gap. */
  readonly seq: number
  readonly keyId: number
  /** UTC with microseconds, as `utcText` writes it. */
  readonly at: string
}

/** SQL that writes an instant in the one form over which MACs are made. */
export const utcText = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** The MAC of an entry: HMAC-SHA256 over the MAC before it and every column of its row. */
export function macOf(secret: MacKey, before: Uint8Array, entry: AuditEntry): Buffer {
  const { seq, keyId, at, caller, issuer, token, subject, field, purpose, legalBasis } = entry
  const text = JSON.stringify([seq, keyId, at, caller, issuer, token, subject, field, purpose, legalBasis])
  return hmac(secret, before, Buffer.from(text))
}

/** Where the chain ends (`seq`, `mac`) and where it begins: the number and MAC of the last entry that is no longer kept. */
export interface Head {
  readonly keyId: number
  readonly seq: number
  readonly mac: Buffer
  readonly baseSeq: number
  readonly baseMac: Buffer
}

/** The seal of a head, under a secret that seals nothing else. */
export function sealOf(secret: MacKey, head: Head): Buffer {
  const numbers = JSON.stringify([head.keyId, head.seq, head.baseSeq])
  return hmac(secret, head.mac, head.baseMac, Buffer.from(numbers))
}

/** A secret of 32 bytes as HMAC-SHA256 mixes it in: the inner and the outer pad. */
export interface MacKey {
  readonly inner: Buffer
  readonly outer: Buffer
}

export function macKey(secret: Uint8Array): MacKey {
  const block = Buffer.alloc(64)
  block.set(secret)
  return { inner: block.map((byte) => byte ^ 0x36) as Buffer, outer: block.map((byte) => byte ^ 0x5c) as Buffer }
}

/** HMAC-SHA256 (RFC 2104) by two hashes in one call each: an eighth of the time of `createHmac`, which a log of a million pays. */
export function hmac(key: MacKey, ...parts: readonly Uint8Array[]): Buffer {
  const inner = hash('sha256', Buffer.concat([key.inner, ...parts]), 'buffer')
  return hash('sha256', Buffer.concat([key.outer, inner]), 'buffer')
}

const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\ufffd')
const storableOrNull = (text: string | null): string | null => (text === null ? null : storable(text))

/** The read as the database will hold it, so that its MAC is over what will be read again. */
export const storableRead = (read: AccessRead): AccessRead => ({
  caller: storable(read.caller),
  issuer: storableOrNull(read.issuer),
  token: storableOrNull(read.token),
  subject: storableOrNull(read.subject),
  field: storable(read.field),
  purpose: storableOrNull(read.purpose),
  legalBasis: storableOrNull(read.legalBasis),
})

// A permit as a connector hands it in, and how its holder is kept.
import type { AgencyMention } from '../../contract/entity.ts'
import type { Keyring } from '../../db/encryption/keyring.ts'

export interface PermitHolder {
  readonly name: string | null
  readonly identityNumber: string | null
}

export interface PermitRecord {
  readonly code: string
  readonly kind: 'BUILDING' | 'TRADING'
  readonly subject: string | null
  readonly agency: AgencyMention | null
  readonly holder: PermitHolder | null
  readonly issuedAt: string | null
}

declare module '../../contract/entity.ts' {
  interface EntityRecord {
    Permit: PermitRecord
  }
}

const sealed = 'permit holder'

export const sealHolder = (keyring: Keyring, holder: PermitHolder): Buffer =>
  keyring.seal(JSON.stringify(holder), sealed)
export const openHolder = (keyring: Keyring, bytes: Buffer): PermitHolder =>
  JSON.parse(keyring.open(bytes, sealed).toString()) as PermitHolder

const numberOf = (hash: Buffer): string => hash.readBigInt64BE(0).toString()

/** The hash under which a row is found by its holder's number. */
export const tokensOfHolder = (keyring: Keyring, holder: PermitHolder | null): readonly string[] =>
  holder?.identityNumber == null ? [] : [numberOf(keyring.hash(holder.identityNumber, 'permit personal'))]

/** The hashes of which any finds a number: one under each key, while rows are still to be hashed under the newest. */
export const tokensOfNumber = (keyring: Keyring, number: string): readonly string[] =>
  keyring.hashes(number, 'permit personal').map(numberOf)

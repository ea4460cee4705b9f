// Seals applicants, and hashes what they are found by.
import type { PartyRecord } from '../../contract/entity.ts'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { foldText } from '../../graph/sql/words.ts'

const sealed = 'dossier applicant'

export const sealApplicant = (keyring: Keyring, applicant: PartyRecord): Buffer =>
  keyring.seal(JSON.stringify(applicant), sealed)

export const openApplicant = (keyring: Keyring, bytes: Buffer): PartyRecord =>
  JSON.parse(keyring.open(bytes, sealed).toString()) as PartyRecord

const numberOf = (hash: Buffer): string => hash.readBigInt64BE(0).toString()
const token = (keyring: Keyring, text: string): string => numberOf(keyring.hash(text, 'dossier personal'))
/** Under each key: what is looked up while rows are still to be hashed under the newest. */
const tokensSought = (keyring: Keyring, text: string): readonly string[] =>
  keyring.hashes(text, 'dossier personal').map(numberOf)

/** A telephone number in the one form in which it is found: digits alone, Vietnam's prefix as 0. */
const plainPhone = (phone: string): string => phone.replace(/[^\d+]/g, '').replace(/^\+?84(?=\d{9}$)/, '0')

/** Keyed hashes by which an applicant is found: whole words of the name, whole numbers. They are 64-bit and reveal nothing. */
export function tokensOfApplicant(keyring: Keyring, applicant: PartyRecord | null): readonly string[] {
  if (applicant === null) return []
  const words = [
    ...(applicant.name === null ? [] : foldText(applicant.name).split(/\s+/)),
    ...(applicant.identityNumber === null ? [] : [foldText(applicant.identityNumber.trim())]),
    ...(applicant.phone === null ? [] : [plainPhone(applicant.phone)]),
  ].filter((word) => word !== '')
  const identity = applicant.identityNumber === null ? [] : [identityToken(keyring, applicant.identityNumber)]
  return [...new Set([...words.map((word) => token(keyring, `word:${word}`)), ...identity])]
}

/** The hashes each of which finds a folded word: a whole word of a name, a whole identity or telephone number. */
export function tokensOfWord(keyring: Keyring, word: string): readonly string[] {
  const phone = /^\+?\d[\d.-]{7,16}$/.test(word) ? plainPhone(word) : word
  return [...new Set([word, phone])].flatMap((form) => tokensSought(keyring, `word:${form}`))
}

const identityToken = (keyring: Keyring, number: string): string => token(keyring, `identity:${number.trim()}`)

/** The hashes each of which finds a whole identity number: exactly, with its leading zeros. */
export const identityTokens = (keyring: Keyring, number: string): readonly string[] =>
  tokensSought(keyring, `identity:${number.trim()}`)

const lastThree = (number: string | null): string | null =>
  number === null
    ? null
    : number.length <= 3
      ? '*'.repeat(number.length)
      : `${'*'.repeat(number.length - 3)}${number.slice(-3)}`

/** What the lesser scope sees of an applicant: no name, no e-mail, the ward of the address, the last digits of numbers. */
export const maskApplicant = (applicant: PartyRecord): PartyRecord => ({
  kind: applicant.kind,
  name: null,
  identityNumber: lastThree(applicant.identityNumber),
  birthYear: applicant.birthYear,
  phone: lastThree(applicant.phone),
  email: null,
  address: applicant.ward,
  ward: applicant.ward,
})

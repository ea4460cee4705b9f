import type { PartyRecord } from '../../contract/entity.ts'
import type { Box } from '../../db/box.ts'
import { foldText } from '../../graph/filter.ts'

const sealed = 'dossier applicant'

export const sealApplicant = (box: Box, applicant: PartyRecord): Buffer => box.seal(JSON.stringify(applicant), sealed)

export const openApplicant = (box: Box, bytes: Buffer): PartyRecord =>
  JSON.parse(box.open(bytes, sealed).toString()) as PartyRecord

const token = (box: Box, text: string): string => box.hash(text, 'dossier personal').readBigInt64BE(0).toString()

const phoneForms = (phone: string): readonly string[] => {
  const digits = phone.replace(/[^\d+]/g, '')
  return digits.startsWith('+84') ? [digits, `0${digits.slice(3)}`] : [digits]
}

/** Keyed hashes by which an applicant is found: whole words of the name, whole numbers. They are 64-bit and reveal nothing. */
export function tokensOfApplicant(box: Box, applicant: PartyRecord | null): readonly string[] {
  if (applicant === null) return []
  const words = [
    ...(applicant.name === null ? [] : foldText(applicant.name).split(/\s+/)),
    ...(applicant.identityNumber === null ? [] : [applicant.identityNumber]),
    ...(applicant.phone === null ? [] : phoneForms(applicant.phone)),
  ].filter((word) => word !== '')
  const identity = applicant.identityNumber === null ? [] : [identityToken(box, applicant.identityNumber)]
  return [...new Set([...words.map((word) => token(box, `word:${word}`)), ...identity])]
}

/** The hashes of a searched text, one a word. */
export const tokensOfText = (box: Box, text: string): readonly string[] =>
  foldText(text)
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 12)
    .map((word) => token(box, `word:${word}`))

/** The hash of a whole identity number: found exactly, with its leading zeros. */
export const identityToken = (box: Box, number: string): string => token(box, `identity:${number.trim()}`)

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

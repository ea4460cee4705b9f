// Names, kinds and codes of administrative units.
import type { TownUnit } from '../../contract/index.ts'
import type { FileRow } from '../error.ts'
import { ReferenceDataError } from '../error.ts'

export type UnitKind = TownUnit['kind']

/** The kinds by the words that a unit's name begins with (Constitution 2013, article 110; special zones since 2025). */
const kinds: readonly (readonly [string, UnitKind])[] = [
  ['Thành phố', 'CITY'],
  ['Thị xã', 'TOWN'],
  ['Thị trấn', 'TOWNSHIP'],
  ['Đặc khu', 'SPECIAL_ZONE'],
  ['Phường', 'WARD'],
  ['Huyện', 'DISTRICT'],
  ['Quận', 'DISTRICT'],
  ['Tỉnh', 'PROVINCE'],
  ['Xã', 'COMMUNE'],
]
const plain = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll(/[đĐ]/g, 'd').toLowerCase()

export interface UnitName {
  readonly name: string
  readonly kind: UnitKind | null
}

/**
 * A unit's name with the word for its kind in its one spelling (`Thị Xã`, `xã` and `Xa` occur in the tables), and that kind;
 * the rest of the name is left as it is. No kind: the name does not begin with one.
 */
export function unitName(text: string): UnitName {
  const exact = kinds.find(([words]) => text.startsWith(`${words} `))
  if (exact !== undefined) return { name: text, kind: exact[1] }
  for (const [words, kind] of kinds) {
    const head = text.slice(0, words.length)
    if (text[words.length] === ' ' && plain(head) === plain(words)) {
      return { name: words + text.slice(words.length), kind }
    }
  }
  return { name: text, kind: null }
}

/** `Tỉnh Tây Ninh (80)` as name and code. */
export function nameWithCode(
  at: FileRow,
  text: string,
  digits: number,
): { readonly name: string; readonly code: string } {
  const found = /^(.+?) ?\((\d+)\)$/.exec(text)
  if (found?.[2]?.length !== digits) {
    throw new ReferenceDataError(at, text, `a name and a code of ${digits} digits in parentheses`)
  }
  return { name: unitName(found[1]!).name, code: found[2] }
}

/** Five digits as the Statistics Office writes a commune's code, leading zeros kept. */
export function communeCode(at: FileRow, text: string): string {
  if (!/^\d{5}$/.test(text)) throw new ReferenceDataError(at, text, 'a commune code of five digits')
  return text
}

// Row codes from the numbers of rows.
import { foldCase } from '#connector'

type Kind = 'roman' | 'upper' | 'lower' | 'number'
interface Level {
  readonly kind: Kind
  readonly label: string
}

const roman = /^(?=[IVXLC])(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})$/
const digits: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100 }

function romanValue(text: string): number {
  const values = Array.from(text, (digit) => digits[digit] ?? 0)
  return values.reduce((sum, value, at) => sum + (value < (values[at + 1] ?? 0) ? -value : value), 0)
}

/**
 * Row codes of one table, row by row from its top. A numbered row (`I`, `A`, `1`, `1.2`, `a`) gets the code with the path of
 * the numbers above it: `KTXH.I.1`. The first use of a kind of number makes it a level; its next use goes back to
 * that level. A row without a number (empty, `-`, `+`) is named under its path by its title: `KTXH.I.1.TRONG_DO`;
 * a total without a number is under the code itself: `KTXH.TONG_SO`.
 */
export function numbering(code: string): (number: string, title: string) => string {
  let levels: readonly Level[] = []
  return (number, title) => {
    const label = number.trim().replace(/[.)]+$/, '')
    const kind = kindOf(label, levels)
    if (kind === null)
      return [code, ...(isTotal(title) ? [] : levels.map((level) => level.label)), slug(title)].join('.')
    const at = levels.findIndex((level) => level.kind === kind)
    levels = [...levels.slice(0, at < 0 ? levels.length : at), { kind, label }]
    return [code, ...levels.map((level) => level.label)].join('.')
  }
}

function kindOf(label: string, levels: readonly Level[]): Kind | null {
  if (/^\d+(?:\.\d+)*$/.test(label)) return 'number'
  if (/^[a-zđ]$/u.test(label)) return 'lower'
  const before = (kind: Kind): string | undefined => levels.find((level) => level.kind === kind)?.label
  if (roman.test(label)) {
    const last = before('roman')
    const follows = last !== undefined && romanValue(last) + 1 === romanValue(label)
    // `I` after `H`, `C` after `B`: a single sign goes on in whichever row of numbers it follows.
    const letter = before('upper')
    const asLetter = label.length === 1 && letter !== undefined && letter.charCodeAt(0) + 1 === label.charCodeAt(0)
    if (follows || (!asLetter && (label.length > 1 || label === 'I'))) return 'roman'
  }
  return /^[A-ZĐ]$/u.test(label) ? 'upper' : null
}

const totals: ReadonlySet<string> = new Set([
  'tổng số',
  'tổng cộng',
  'tổng',
  'cộng',
  'toàn tỉnh',
  'toàn xã',
  'toàn phường',
])
const isTotal = (title: string): boolean => totals.has(foldCase(title).replace(/[:.\s]+$/, ''))

/** `Trong đó: nữ` → `TRONG_DO_NU`. */
export function slug(title: string): string {
  const plain = title.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'D').toUpperCase()
  return plain
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 60)
}

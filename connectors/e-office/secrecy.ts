// The three degrees of a state secret: Mật, Tối mật, Tuyệt mật. Documents that bear one are outside this exchange.

const degree = '(?:tuyệt\\s+mật|tối\\s+mật|mật)'
/** A value that says a degree, with or without "độ mật:" before it; `mật mã`, `bảo mật` say none. */
const value = new RegExp(
  `^[^\\p{L}]*(?:(?:mức\\s+)?độ(?:\\s+mật)?\\s*[:\\-–]?\\s*)?${degree}\\s*(?:[^\\p{L}\\s].*)?$`,
  'su',
)
/** A mark in a text: a degree alone in brackets, or before a separator at its beginning, or the whole text. */
const bracketed = new RegExp(`[(\\[{]\\s*(?:độ\\s+mật\\s*:?\\s*)?${degree}\\s*[)\\]}]`, 'u')
const leading = new RegExp(`^\\s*(?:độ\\s+mật\\s*:\\s*)?${degree}\\s*(?:$|[-–—:|/])`, 'u')

const folded = (text: string): string => text.normalize('NFC').toLocaleLowerCase('vi').replace(/\s+/g, ' ').trim()

/** Elements (and attributes) whose value is a degree of secrecy, by their local name. */
export const namesSecrecy = (localName: string): boolean => /secur|confiden|^sphereofpromulgation$/i.test(localName)

export function saysSecret(text: string): boolean {
  return value.test(folded(text))
}

export function marksSecret(subject: string): boolean {
  const text = folded(subject)
  return bracketed.test(text) || leading.test(text)
}

/**
 * The same marks in a text that is no well-formed XML, read with more suspicion: any element or attribute that says a degree
 * and nothing else. Nothing of a classified document may enter quarantine.
 */
export function looksSecret(brokenXml: string): boolean {
  const plain = brokenXml
    .replace(/<!\[CDATA\[|\]\]>/g, '')
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (whole, hex?: string, decimal?: string) => {
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole
    })
  for (const [, name = '', inside = '', content = ''] of plain.matchAll(
    /<(?:[\w.-]+:)?([\w.-]+)([^<>]{0,2000})>([^<]{0,2000})/g,
  )) {
    if (saysSecret(content)) return true
    for (const [, value = ''] of inside.matchAll(/=\s*["']([^"']*)["']/g)) if (saysSecret(value)) return true
    if (name.toLowerCase() === 'subject' && marksSecret(content)) return true
  }
  return false
}

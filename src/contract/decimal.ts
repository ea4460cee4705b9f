// Exact decimals from the texts that sources write.

/**
 * The canonical text of a decimal (`-1234.5`: no grouping, no leading zeros, no exponent, `-0` is `0`), digits kept as
 * they are written; null when the text is no decimal of that style. `vietnamese`: `1.234,5` (a dot only before groups of three
 * digits); `plain`: `1234.5`, an exponent up to 50 allowed. No rounding anywhere.
 *
 * @example
 * decimal('1.234,50', 'vietnamese') // '1234.50'
 * decimal('1.2e3', 'plain') // '1200'
 * decimal('1,234.5', 'vietnamese') // null
 */
export function decimal(text: string, style: 'plain' | 'vietnamese'): string | null {
  const trimmed = text.trim()
  const plain = style === 'vietnamese' ? ungroup(trimmed) : trimmed
  const match = plain === null ? null : /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(plain)
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent)
  if (Math.abs(shift) > 50) return null
  const digits = whole + fraction
  const point = whole.length + shift
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const at = point <= 0 ? 1 : point
  const head = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  const tail = padded.slice(at)
  const magnitude = tail === '' ? head : `${head}.${tail}`
  return sign === '-' && /[1-9]/.test(magnitude) ? `-${magnitude}` : magnitude
}

function ungroup(text: string): string | null {
  const match = /^([+-]?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?$/.exec(text)
  if (match === null) return null
  const [, sign, whole = '', fraction] = match
  return `${sign}${whole.replaceAll('.', '')}${fraction === undefined ? '' : `.${fraction}`}`
}

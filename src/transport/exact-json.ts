/**
 * JSON with nothing lost: a number that JavaScript cannot hold exactly (an identity number of 16 digits, an amount of 17,
 * `1e400`) comes as its text. Throws SyntaxError as JSON.parse does.
 */
export function exactJson(text: string): unknown {
  return JSON.parse(text, function keepExact(_name, value: unknown, context?: { source?: string }) {
    if (typeof value !== 'number' || context?.source === undefined) return value
    return holdsExactly(value, context.source) ? value : context.source
  })
}

function holdsExactly(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false
  const digits = source.replace(/[eE].*$/, '').replace(/[-.]/g, '').replace(/^0+/, '')
  if (digits.length > 15) return Number.isSafeInteger(value) && String(value) === source
  return !(value === 0 && /[1-9]/.test(source.replace(/[eE].*$/, '')))
}

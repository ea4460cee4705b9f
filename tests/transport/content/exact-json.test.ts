// Tests of exact JSON.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactJson } from '../../../src/transport/content/exact-json.ts'

const refused = (text: string): SyntaxError => {
  try {
    exactJson(text)
  } catch (error) {
    return error as SyntaxError
  }
  throw new Error(`${text.slice(0, 40)} was taken`)
}

describe('exact JSON', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['9007199254740991', 9007199254740991],
    ['-9007199254740992', '-9007199254740992'],
    ['079200000001'.slice(1), 79200000001],
    ['123456789012345678.25', '123456789012345678.25'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['0e999', 0],
    ['1.234567890123456789e-320', '1.234567890123456789e-320'],
    ['1.2345e-320', '1.2345e-320'],
    ['0.1', 0.1],
    ['1.10', 1.1],
    ['106.12345678901234', 106.12345678901234],
    ['0.30000000000000004', 0.30000000000000004],
    ['0.300000000000000041', '0.300000000000000041'],
    ['1E5', 100000],
    ['1e22', '1e22'],
    ['-0', -0],
    ['-12.50e2', -1250],
  ])('reads %s as %o', (source, value) => {
    expect(exactJson(source)).toBe(value)
    expect(exactJson(`{"a":[${source}]}`)).toStrictEqual({ a: [value] })
  })

  it('gives a repeated member with different values as the list of them', () => {
    expect(exactJson('{"id":"1","id":"2","b":1,"id":{"c":null}}')).toStrictEqual({ id: ['1', '2', { c: null }], b: 1 })
    expect(exactJson('{"id":"1","id":"1"}')).toStrictEqual({ id: '1' })
    expect(exactJson('{"id":"1","\\u0069d":"2"}')).toStrictEqual({ id: ['1', '2'] })
  })

  it('keeps __proto__ as an ordinary member, twice as well', () => {
    const value = exactJson('{"__proto__":{"admin":true},"__proto__":1}') as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toStrictEqual([{ admin: true }, 1])
    expect('admin' in value).toBe(false)
  })

  it('reads 1,000 levels and refuses 100,000 with a SyntaxError', () => {
    expect(() => exactJson('['.repeat(1000) + ']'.repeat(1000))).not.toThrow()
    expect(refused('['.repeat(100_000) + ']'.repeat(100_000))).toBeInstanceOf(SyntaxError)
    expect(refused('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000))).toBeInstanceOf(SyntaxError)
  })

  it('never quotes the text in its error', () => {
    const error = refused('{"identityNumber":"079200000001",}')
    expect(error).toBeInstanceOf(SyntaxError)
    expect(error.message).toMatch(/^JSON is broken at position \d+$/)
  })

  it('takes and refuses what JSON.parse takes and refuses', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9\\n"',
      '"\n"',
      '"\\x"',
      '1',
      '-',
      '01',
      '1.',
      '.5',
      '1e+2',
      'true',
      'nul',
      'null',
      ' ',
      '\t',
      '\u00a0',
      '"',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
        const text = parts.join('')
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        if (!valid) expect(refused(text)).toBeInstanceOf(SyntaxError)
        else expect(() => exactJson(text)).not.toThrow()
      }),
      { numRuns: 3000 },
    )
  })

  it('gives back what JSON.stringify wrote', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(JSON.stringify(exactJson(text))).toBe(JSON.stringify(withTextsForLarge(JSON.parse(text))))
      }),
      { numRuns: 500 },
    )
  })
})

/** What JSON.parse made, with integers beyond 2^53 as JSON.stringify wrote them. */
function withTextsForLarge(value: unknown): unknown {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER ? String(value) : value
  if (Array.isArray(value)) return value.map(withTextsForLarge)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    Object.defineProperty(copy, name, { value: withTextsForLarge(member), enumerable: true })
  }
  return copy
}

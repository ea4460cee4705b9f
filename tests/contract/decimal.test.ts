// Exact decimals.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { decimal } from '../../src/contract/decimal.ts'

const digits = fc.stringMatching(/^[0-9]{1,30}$/)
const parts = fc.record({ minus: fc.boolean(), whole: digits, fraction: fc.option(digits) })
const canonical = ({ minus, whole, fraction }: { minus: boolean; whole: string; fraction: string | null }) => {
  const magnitude = whole.replace(/^0+(?=\d)/, '') + (fraction === null ? '' : `.${fraction}`)
  return minus && /[1-9]/.test(magnitude) ? `-${magnitude}` : magnitude
}
const grouped = (whole: string) => whole.replace(/\B(?=(\d{3})+$)/g, '.')

describe('decimals', () => {
  it('keep every digit in the plain style', () => {
    fc.assert(
      fc.property(parts, (one) => {
        const { minus, whole, fraction } = one
        expect(decimal(`${minus ? '-' : ''}${whole}${fraction === null ? '' : `.${fraction}`}`, 'plain')).toBe(
          canonical(one),
        )
      }),
    )
  })

  it('keep every digit in the Vietnamese style, grouped or not', () => {
    fc.assert(
      fc.property(parts, fc.boolean(), (one, groups) => {
        const { minus, whole, fraction } = one
        const text = `${minus ? '-' : ''}${groups ? grouped(whole) : whole}${fraction === null ? '' : `,${fraction}`}`
        expect(decimal(text, 'vietnamese')).toBe(canonical(one))
      }),
    )
  })

  it('are canonical: reading one again changes nothing', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: -50, max: 50 }), ({ whole, fraction }, exponent) => {
        const once = decimal(`${whole}.${fraction ?? '0'}e${exponent}`, 'plain') ?? 'none'
        expect(decimal(once, 'plain')).toBe(once)
        expect(once).toMatch(/^(0|[1-9]\d*)(\.\d+)?$/)
      }),
    )
  })

  it.each([
    ['1.5e3', '1500'],
    ['1.5e-3', '0.0015'],
    ['12345e-2', '123.45'],
    ['-0.00', '0.00'],
    ['+7', '7'],
    [' 007 ', '7'],
    ['1e51', null],
    ['1,5', null],
    ['.5', null],
    ['5.', null],
    ['0x10', null],
    ['١٢', null],
    ['', null],
  ])('plain %j is %j', (text, expected) => {
    expect(decimal(text, 'plain')).toBe(expected)
  })

  it.each([
    ['1.234.567,89', '1234567.89'],
    ['1.234', '1234'],
    ['0,5', '0.5'],
    ['1.23', null],
    ['1234.567', null],
    ['1,234,567', null],
    ['1.234.56', null],
    ['-', null],
    ['1e3', null],
  ])('Vietnamese %j is %j', (text, expected) => {
    expect(decimal(text, 'vietnamese')).toBe(expected)
  })
})

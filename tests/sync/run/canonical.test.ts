// The text of a record that is hashed: the same for the same value, whatever the order of its members.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical } from '../../../src/sync/run/outcome.ts'

/** The definition: JSON with sorted members, written as plainly as possible. */
function defined(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(defined).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${defined(member)}`).join(',')}}`
}

/** The value with the members of its objects in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).toReversed()
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]))
}

describe('canonical JSON', () => {
  it('is JSON with sorted members for every JSON value, whatever the order of members', () => {
    const values = fc.jsonValue({ stringUnit: 'binary', depthSize: 'medium' })
    fc.assert(
      fc.property(values, (value) => {
        expect(canonical(value)).toBe(defined(value))
        expect(canonical(reversed(value))).toBe(defined(value))
      }),
      { numRuns: 2_000 },
    )
  })

  it('tells different values apart', () => {
    const texts = [{ a: [1, 2] }, { a: [2, 1] }, { a: '1' }, { a: 1 }, { a: null }, {}, [], [[]], null].map(canonical)
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('does not see members that are undefined', () => {
    expect(canonical({ b: undefined, a: { c: undefined, d: null } })).toBe('{"a":{"d":null}}')
    expect(canonical(undefined)).toBe('null')
  })

  it('cuts neither deep nor broad values, and sorts members of a broad one', () => {
    const deep = (end: string): unknown => {
      let value: unknown = end
      for (let level = 0; level < 2_000; level += 1) value = level % 2 === 0 ? [value] : { in: value }
      return value
    }
    expect(canonical(deep('x'))).not.toBe(canonical(deep('y')))
    const broad = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`m${at}`, at]))
    expect(canonical(reversed(broad))).toBe(defined(broad))
  })

  it('throws for a circle', () => {
    const ring: Record<string, unknown> = {}
    ring['self'] = ring
    expect(() => canonical(ring)).toThrow(/circular/i)
  })
})

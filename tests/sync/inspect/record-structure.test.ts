// Tests of learning, comparing and joining structures.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '#connector'
import { compare } from '../../../src/sync/inspect/compare-structure.ts'
import { learn, learningOf } from '../../../src/sync/inspect/learn-structure.ts'
import {
  enough,
  maxPaths,
  newStructure,
  packed,
  type Structure,
  union,
  unpacked,
} from '../../../src/sync/inspect/record-structure.ts'

const taught = (records: readonly Json[], maps: readonly string[] = []): Structure => {
  const structure = newStructure()
  const learning = learningOf(structure, maps)
  for (const record of records) learn(structure, record, learning)
  return structure
}
const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>
const record = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', ''), json) as fc.Arbitrary<Json>
const records = fc.array(record, { minLength: 1, maxLength: 20 })

describe('the structure of records', () => {
  it('knows every record that it has learnt, also after it was written and read', () => {
    fc.assert(
      fc.property(records, (all) => {
        const structure = unpacked(JSON.parse(JSON.stringify(packed(taught(all)))))
        for (const one of all) expect(compare(structure, one).findings).toEqual([])
      }),
    )
  })

  it('learns nothing twice', () => {
    fc.assert(
      fc.property(records, (all) => {
        const structure = taught([...all, ...all, ...Array.from({ length: enough }, () => all[0]!)])
        const learning = learningOf(structure)
        for (const one of all) learn(structure, one, learning)
        // How many were seen may still grow, up to where it is enough.
        const once = JSON.stringify(packed(structure))
        for (let n = 0; n < enough; n += 1) for (const one of all) learn(structure, one, learningOf(structure))
        const done = JSON.stringify(packed(structure))
        for (const one of all) learn(structure, one, learningOf(structure))
        expect(JSON.stringify(packed(structure))).toBe(done)
        expect(once.length).toBeGreaterThan(0)
      }),
      { numRuns: 50 },
    )
  })

  it('joined with another knows the records of both', () => {
    fc.assert(
      fc.property(records, records, (some, others) => {
        const both = union(taught(some), taught(others))
        for (const one of [...some, ...others]) expect(compare(both, one).findings).toEqual([])
      }),
    )
  })

  it('takes an object of very many members for a map, and one that the connector names at once', () => {
    const open = taught(
      Array.from({ length: 20 }, (_, n) => ({
        map: { [`k${n}`]: 'x' },
        form: Object.fromEntries(Array.from({ length: 10 }, (_v, m) => [`f${n}-${m}`, 1])),
      })),
      ['map'],
    )
    expect(compare(open, { map: { new: 'x' }, form: { new: 5 } }).findings).toEqual([])
    expect(compare(open, { map: { new: 1 }, form: {} }).findings).toEqual([
      { kind: 'TYPE', path: 'map.*', found: 'number', expected: 'text' },
    ])
  })

  it('stays within its paths whatever comes', () => {
    const nested = (n: number): Json =>
      Object.fromEntries(
        Array.from({ length: 50 }, (_, m) => [
          `a${m}`,
          Object.fromEntries(Array.from({ length: 60 }, (_v, k) => [`${n}-${k}`, 1])),
        ]),
      )
    const structure = taught(Array.from({ length: 5 }, (_, n) => nested(n)))
    expect(learningOf(structure).paths).toBeLessThanOrEqual(maxPaths)
  })
})

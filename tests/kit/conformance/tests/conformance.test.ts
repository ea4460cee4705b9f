// A sound connector keeps every rule, and the kit itself.
import { describe, expect, it } from 'vitest'
import { conformance, rules } from '../conformance.ts'
import { malformed } from '../malformed.ts'
import { matches } from '../../store.ts'
import { subject, verdictOf } from './sound-source.ts'

describe('a sound connector', () => {
  it.each(rules.map(({ id }) => id))('keeps %s', async (id) => {
    expect(await verdictOf(id, subject())).toBe('kept')
  })
})

describe('the kit', () => {
  it('counts a rule that cannot be tried as broken', async () => {
    await expect(conformance('/a/folder/that/is/not/there')).rejects.toThrow()
    const failing = subject({}, { emulator: () => Promise.reject(new Error('no port')) })
    await expect(rules[0]!.run(failing)).rejects.toThrow('no port')
  })

  it('gives each rule an id of its own', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    expect(rules.map(({ id }) => id)).toEqual(expect.arrayContaining(['C01', 'C12', 'K01']))
  })

  it('makes malformed records of every member at every depth and leaves the record alone', () => {
    const record = { id: 'a', list: [{ deep: { er: 1 } }] }
    const before = JSON.stringify(record)
    const made = [...malformed(record)].map(({ what }) => what)
    expect(made).toEqual(
      expect.arrayContaining(['id dropped', 'list.0 dropped', 'list.0.deep.er as null', 'id as a lone surrogate']),
    )
    expect(JSON.stringify(record)).toBe(before)
  })

  it('applies a removal to whole segments', () => {
    expect(matches('a|b|c', 'a|*|c')).toBe(true)
    expect(matches('a|b|c', 'a|*')).toBe(false)
    expect(matches('a|bc', 'a|b*')).toBe(false)
    expect(matches('a', 'a')).toBe(true)
  })
})

// The rules of normalise each find a planted fault.
import { describe, expect, it } from 'vitest'
import type { Subject } from '../subject.ts'
import { normalise, subject, making, verdictOf } from './sound-source.ts'

let counter = 0

describe('a rule finds', () => {
  it.each<[string, string, Subject, string]>([
    [
      'C03',
      'a normalise that throws',
      subject(making((record) => ({ record: { code: (record['id'] as string).trim() } }))),
      'normalise throws',
    ],
    [
      'C03',
      'a text that cannot be stored',
      subject(making((record) => ({ record: { name: record['name'] ?? null } }))),
      'holds a text that cannot be stored',
    ],
    ['C03', 'an outcome of no kind', subject(making(() => ({}))), 'the outcome has no kind'],
    ['C03', 'a rejection with an unknown code', subject(making(() => ({ reject: 'ODD', at: '' }))), "code is 'ODD'"],
    [
      'C03',
      'a number that is none',
      subject(making((record) => ({ record: { n: Number(record['name']) } }))),
      'is NaN',
    ],
    [
      'C03',
      'a changed prototype of all objects',
      subject(
        making((record) => {
          const { name } = record as { name?: { constructor?: { prototype?: object } } }
          const inner = typeof name === 'object' && name !== null && Object.hasOwn(name, 'constructor') ? name : null
          if (inner !== null) Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true })
          return normalise(record)
        }),
      ),
      'has changed the prototype',
    ],
    [
      'C04',
      'a normalise that writes into its record',
      subject(
        making((record) => {
          ;(record as Record<string, unknown>)['seen'] = true
          return normalise(record)
        }),
      ),
      'normalise of a frozen record throws',
    ],
    [
      'C04',
      'a normalise that counts',
      subject(making((record) => ({ record: { id: record['id'], at: counter++ } }))),
      'another outcome the second time',
    ],
    [
      'C04',
      'a normalise that asks the clock',
      subject(making(() => ({ record: { at: new Date().getFullYear() } }))),
      'the clock was asked',
    ],
    [
      'C04',
      'a normalise that asks the other clock',
      subject(making(() => ({ record: { at: Date.now() > 0 } }))),
      'the clock was asked',
    ],
    [
      'C04',
      'a normalise that draws lots',
      subject(making(() => ({ record: { at: Math.random() > 2 } }))),
      'chance was asked',
    ],
    [
      'C10',
      'a record unlike its fixture',
      subject(making((record) => ({ record: { code: record['id'] } }))),
      'ordinary.json: record 0 gives',
    ],
    ['C10', 'a stream without a fixture', subject({}, { fixtures: [] }), 'agencies has no fixture'],
  ])('%s: %s', async (id, _what, tried, fault) => {
    try {
      expect(await verdictOf(id, tried)).toContain(fault)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })
})

// What counts as a JSON object.
import { expect, it } from 'vitest'

import { isObject } from '../../src/transport/json-object.ts'

it('an object is one, without a prototype too', () => {
  for (const value of [{}, { a: 1 }, Object.create(null), JSON.parse('{"__proto__":null}')]) {
    expect(isObject(value)).toBe(true)
  }
})

it('null, a list, a text, a number, a boolean and undefined are none', () => {
  for (const value of [null, [], [{}], '{}', 0, true, undefined, () => ({})]) expect(isObject(value)).toBe(false)
})

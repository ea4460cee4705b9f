// The reader of records.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Json } from '../../src/contract/connector.ts'
import { cleanText, Fault, foldCase, nameTable, normalising, reader, reject } from '../../src/contract/record-reader.ts'

function fault(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error instanceof Fault ? error.rejection : error
  }
}

describe('a reader', () => {
  const record = {
    code: ' A1 ',
    empty: '  ',
    count: 3,
    flag: true,
    nothing: null,
    fees: [{ amount: '5' }, { amount: 7 }],
    applicant: { name: 'Nguye\u0302\u0303n' },
  }
  const read = reader(record)

  it('gives what is there, clean and in NFC', () => {
    expect(read.text('code')).toBe('A1')
    expect(read.object('applicant').text('name')).toBe('Nguyễn')
    expect([read.maybeNumber('count'), read.maybeBoolean('flag'), read.maybeScalar('count')]).toEqual([3, true, '3'])
  })

  it('gives null for what is absent, null or empty, and an empty list for no list', () => {
    expect(['none', 'nothing', 'empty'].map((name) => read.maybeText(name))).toEqual([null, null, null])
    expect([read.maybeObject('none'), read.maybeNumber('nothing'), read.objects('none')]).toEqual([null, null, []])
  })

  it('names the path of what is wrong', () => {
    expect(fault(() => read.text('none'))).toEqual({ reject: 'MISSING', at: 'none' })
    expect(fault(() => read.text('empty'))).toEqual({ reject: 'MISSING', at: 'empty' })
    expect(fault(() => read.text('count'))).toEqual({ reject: 'WRONG_TYPE', at: 'count', expected: 'text' })
    expect(fault(() => read.objects('fees')[1]?.text('amount'))).toEqual({
      reject: 'WRONG_TYPE',
      at: 'fees[1].amount',
      expected: 'text',
    })
    expect(fault(() => read.object('applicant').text('birthday'))).toEqual({
      reject: 'MISSING',
      at: 'applicant.birthday',
    })
    expect(fault(() => read.objects('code'))).toEqual({ reject: 'WRONG_TYPE', at: 'code', expected: 'list' })
    expect(fault(() => reader([]))).toEqual({ reject: 'WRONG_TYPE', at: '', expected: 'object' })
  })

  it('sees only the members of the record itself', () => {
    expect(read.maybeText('constructor')).toBeNull()
    expect(reader(JSON.parse('{"__proto__":{"code":"x"}}')).maybeText('code')).toBeNull()
  })

  it('rejects or reads whatever JSON brings, and throws nothing but faults', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const result = fault(() => {
          const one = reader({ value: value as Json })
          for (const method of ['maybeText', 'maybeScalar', 'maybeNumber', 'maybeBoolean', 'maybeObject'] as const) {
            fault(() => one[method]('value'))
          }
          return one.objects('value').length
        })
        expect(result).not.toBeInstanceOf(Error)
      }),
    )
  })
})

describe('texts', () => {
  it('that no database can hold are rejected', () => {
    for (const text of ['a\u0000b', 'a\ud800', '\udc00']) {
      expect(fault(() => cleanText(text, 'x'))).toEqual({ reject: 'BAD_TEXT', at: 'x' })
    }
  })

  it('come out the same from both forms of Unicode, and clean twice is clean once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.includes('\u0000') && text.isWellFormed())
        const once = cleanText(text, 'x')
        expect(cleanText(text.normalize('NFD'), 'x')).toBe(once)
        expect(cleanText(once, 'x')).toBe(once)
      }),
    )
  })

  it('name values of a table in any case and form, and reject the unknown ones', () => {
    const table = nameTable({ 'Đang xử lý': 'PROCESSING' })
    const read = reader({ a: 'ĐANG XỬ LÝ'.normalize('NFD'), b: 'Khác' })
    expect(read.maybeOneOf('a', table)).toBe('PROCESSING')
    expect(fault(() => read.maybeOneOf('b', table))).toEqual({ reject: 'UNKNOWN_VALUE', at: 'b', found: 'Khác' })
    expect(foldCase(' Đ ')).toBe('đ')
  })
})

describe('normalising', () => {
  it('turns a fault into a rejection, passes outcomes on and lets bugs through', () => {
    expect(normalising<'Agency'>(() => reject('BAD_DATE', 'x', { found: '0' }))).toEqual({
      reject: 'BAD_DATE',
      at: 'x',
      found: '0',
    })
    const removal = { remove: 'k', evidence: 'e' }
    expect(normalising<'Agency'>(() => removal)).toBe(removal)
    expect(() =>
      normalising<'Agency'>(() => {
        throw new TypeError('bug')
      }),
    ).toThrow(TypeError)
  })
})

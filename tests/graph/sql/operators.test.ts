import { expect, it } from 'vitest'
import { anonymous } from '../../../src/access/caller.ts'
import type { Filter, Scope } from '../../../src/graph/schema/type-mapping.ts'
import { filterConditions, orderOf } from '../../../src/graph/sql/connection.ts'
import {
  agencyFilter,
  booleanFilter,
  exactFilter,
  filterOf,
  spanFilter,
  textFilter,
} from '../../../src/graph/sql/filter.ts'
import { chosen, demandOf, textOperators } from '../../../src/graph/sql/operators.ts'
import { newStatement } from '../../../src/graph/sql/statement.ts'

const scope = (): Scope => ({
  statement: newStatement(),
  caller: anonymous,
  now: '',
  mayMatch: () => false,
  pathRangeOf: () => ({ from: 'f', to: 't' }),
})
const column = (row: string) => `${row}.x`
const filters: readonly (readonly [string, Filter])[] = [
  ['text', textFilter(column)],
  ['text in another table', textFilter(column, (row, test) => `exists (${row} ${test('o')})`)],
  ['exact values', exactFilter(() => 'found')],
  ['a span', spanFilter(column, 'timestamptz')],
  ['true or false', booleanFilter(column)],
  ['an agency', agencyFilter(column)],
]

it.each(filters)(
  'a filter of %s refuses an operator that it does not know, and takes none as no condition',
  (_, filter) => {
    expect(() => filter('r', { startsWith: 'a' } as never, scope())).toThrow('no filter operator startsWith')
    expect(filter('r', { startsWith: null } as never, scope())).toBe('true')
    expect(filter('r', {} as never, scope())).toBe('true')
  },
)

it('a filter of an input of its own refuses members that it did not name', () => {
  const mapping = { type: 'T', fields: {}, filters: { box: filterOf(['north'], () => 'inside') } }
  expect(filterConditions(mapping, 'r', { box: { north: 1 } }, scope())).toEqual(['inside'])
  expect(() => filterConditions(mapping, 'r', { box: { north: 1, up: 2 } }, scope())).toThrow('does not know up')
  expect(() => filterConditions(mapping, 'r', { other: {} }, scope())).toThrow('T has no filter other')
})

it('an order that the mapping does not have is an error and not the default one', () => {
  const order = { by: column, type: 'text', descending: false } as const
  const mapping = { type: 'T', fields: {}, orders: { A: order }, defaultOrder: order }
  expect(orderOf(mapping, undefined)).toBe(order)
  expect(() => orderOf(mapping, 'B')).toThrow('T has no order B')
})

it('eq and in narrow each other, and a list that is too long is refused', () => {
  expect(chosen({ eq: 'a', in: ['a', 'b'] })).toEqual(['a'])
  expect(chosen({ eq: 'a', in: ['b'] })).toEqual([])
  expect(chosen({ in: null })).toBeNull()
  expect(() => chosen({ in: Array.from({ length: 1001 }, String) })).toThrow('1000')
})

it('one entry in the table gives an operator to every filter of texts, and to those of whole values as an error', () => {
  const table = {
    ...textOperators,
    startsWith: {
      sql: (tested: string, given: never, statement: Scope['statement']) =>
        `starts_with(${tested}, ${statement.value(given, 'text')})`,
    },
  }
  const { values, tests } = demandOf({ startsWith: 'a', eq: 'ab' }, table)
  const statement = newStatement()
  expect(values).toEqual(['ab'])
  expect(tests.map((test) => test('r.x', statement))).toEqual(['starts_with(r.x, $1::text)'])
})

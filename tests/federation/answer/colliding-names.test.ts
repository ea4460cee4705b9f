// Two aliases whose names, joined with their fields', read alike.
import { expect, it } from 'vitest'
import { openSmall } from '../open.ts'

const { ask } = openSmall({
  a: {
    sdl: 'type Query { unit: Unit } type Unit { code: String unit_code: String }',
    resolvers: { Query: { unit: () => ({ code: 'short', unit_code: 'long' }) } },
  },
})

it('answers each alias with its own field', async () => {
  expect(await ask('{ unit { x_unit: code x: unit_code } }')).toEqual({
    data: { unit: { x_unit: 'short', x: 'long' } },
  })
})

it('answers an alias beside a field that is called as the alias is asked', async () => {
  const { ask: other } = openSmall({
    a: {
      sdl: 'type Query { unit: Unit } type Unit { code: String a1_x_code: String }',
      resolvers: { Query: { unit: () => ({ code: 'short', a1_x_code: 'long' }) } },
    },
  })
  expect(await other('{ unit { x: code a1_x_code } }')).toEqual({ data: { unit: { x: 'short', a1_x_code: 'long' } } })
})

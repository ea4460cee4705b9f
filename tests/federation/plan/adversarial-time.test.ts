// How long the planner takes for operations whose kinds of objects multiply.
import { expect, it } from 'vitest'
import { planOperation } from '../../../src/federation/plan/plan-operation.ts'
import { readSupergraph } from '../../../src/federation/supergraph/supergraph.ts'
import { fitsOf } from '../../../src/federation/execute/tree.ts'
import { compose } from '../open.ts'

const types = Array.from({ length: 8 }, (_, at) => `T${at}`)
const each = (fields: string): string =>
  types.map((type) => `type ${type} implements I @key(fields: "id") { id: ID! ${fields} }`).join('\n')
const supergraph = readSupergraph(
  compose({
    a: { sdl: `type Query { all: [I] } interface I { id: ID! } ${each('')}` },
    b: { sdl: `interface I { id: ID! name: String } ${each('name: String')}` },
    c: { sdl: `interface I { id: ID! next: I } ${each('next: I')}` },
    d: { sdl: `interface I { id: ID! also: I } ${each('also: I')}` },
  }),
)
const knowledge = { whole: supergraph.whole, members: supergraph.members(() => false), fits: fitsOf(supergraph.whole) }

function timed(query: string): { readonly ms: number; readonly outcome: string } {
  const started = performance.now()
  try {
    planOperation(query, knowledge)
    return { ms: performance.now() - started, outcome: 'planned' }
  } catch (error) {
    return { ms: performance.now() - started, outcome: (error as Error).message }
  }
}

it.each([
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 1],
  [5, 1],
  [3, 20],
  [4, 40],
])('%i deep and %i wide ends soon', (depth, wide) => {
  let set = 'name'
  for (let at = 0; at < depth; at += 1) {
    const more = Array.from({ length: wide - 1 }, (_, index) => `w${index}: name`).join(' ')
    set = `name ${more} ${at % 2 === 0 ? 'next' : 'also'} { ${set} }`
  }
  const { ms, outcome } = timed(`{ all { ${set} } }`)
  expect(ms).toBeLessThan(10_000)
  expect(outcome).toMatch(/^planned$|The operation is too complex/)
})

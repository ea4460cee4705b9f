// Counts the requests that made-up operations on the small province take, against those of a planner of another make.
import fc from 'fast-check'
import { parse, validate } from 'graphql'
import { openSmall } from '../open.ts'
import { province } from '../province.ts'
import { anyOperation } from './any-operation.ts'

/**
 * What the native planner `@graphql-hive/router-query-planner` 0.0.38 took for the operations of the first so many samples of
 * seed 7.
 */
export const native = [
  { samples: 150, operations: 143, requests: 695 },
  { samples: 1_500, operations: 1_418, requests: 6_960 },
] as const

/** The operations and the requests of the first samples of seed 7; each is run against subgraphs in this process. */
export async function costOf(samples: number): Promise<{ readonly operations: number; readonly requests: number }> {
  const { generation, asked, ask } = openSmall(province)
  const numbers = fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 60 })
  let operations = 0
  for (const given of fc.sample(numbers, { numRuns: samples, seed: 7 })) {
    const query = anyOperation(generation.schema, given)
    if (validate(generation.schema, parse(query)).length > 0) continue
    operations += 1
    await ask(query)
  }
  return { operations, requests: asked.length }
}

if (import.meta.main) {
  for (const { samples, operations, requests } of native) {
    const own = await costOf(samples)
    if (own.operations !== operations) throw new Error(`${own.operations} operations, not ${operations}`)
    const ratio = (own.requests / requests).toFixed(2)
    console.log(`${operations} operations: ${own.requests} requests, native ${requests}: ${ratio} ×`)
  }
}

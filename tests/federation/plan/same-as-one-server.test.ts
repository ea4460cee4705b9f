// Any operation is answered as one server with all the data would answer it.
import { makeExecutableSchema } from '@graphql-tools/schema'
import fc from 'fast-check'
import { execute, parse, printSchema, validate } from 'graphql'
import { expect, it } from 'vitest'
import { anyOperation } from './any-operation.ts'
import { faultsOf, openSmall } from '../open.ts'
import { monolith, province } from '../province.ts'

const runs = Number(process.env['FEDERATION_RUNS'] ?? 80)

it('answers any operation as one server with all the data would, with the same errors at the same places', async () => {
  const federated = openSmall(province)
  const api = federated.generation.schema
  const one = makeExecutableSchema({ typeDefs: printSchema(api), resolvers: monolith as never })
  let compared = 0
  const numbers = fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 60 })
  const law = fc.asyncProperty(numbers, async (given) => {
    const query = anyOperation(api, given)
    const document = parse(query)
    if (validate(one, document).length > 0) return
    const expected = await execute({ schema: one, document })
    const answer = await federated.ask(query)
    compared += 1
    expect(answer.data, query).toEqual(JSON.parse(JSON.stringify(expected.data)))
    const places = (expected.errors ?? []).map(({ path }) => (path ?? []).join('.')).toSorted()
    expect(
      faultsOf(answer).map((text) => text.slice(text.indexOf(' ') + 1)),
      query,
    ).toEqual(places)
  })
  await fc.assert(law, { numRuns: runs, seed: 20_261_122 })
  expect(compared).toBeGreaterThan(runs / 2)
})

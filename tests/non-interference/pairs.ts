import { freshDatabase } from '../kit/database.ts'
import { callerOf, type Fresh, type Leak, openStand } from './answers.ts'
import { makeOperation } from './operation.ts'
import { openRandom } from './random.ts'
import { makeView, varied, viewWithin } from './view.ts'
import { makeWorld } from './world.ts'

export interface Outcome {
  /** How many pairs of answers were compared. */
  readonly compared: number
  /** How many of them held at least one row: a comparison of nothing proves nothing. */
  readonly telling: number
  /** What differed, in words; at most ten. */
  readonly faults: readonly string[]
}

const perWorld = 100

/**
 * Asks `count` generated operations by generated callers of two worlds that differ only in what the caller may not see, and
 * compares the answers byte for byte. The same seed asks the same. A planted leak is looked for until it shows once.
 */
export async function runPairs(
  count: number,
  seed: number,
  fresh: Fresh = freshDatabase,
  leak?: Leak,
): Promise<Outcome> {
  const faults: string[] = []
  const maxFaults = leak === undefined ? 10 : 1
  let [compared, telling] = [0, 0]
  for (let round = 0; compared < count && faults.length < maxFaults; round += 1) {
    const random = openRandom(seed * 1_000_003 + round)
    const view = makeView(random)
    const world = makeWorld(random, { dossiers: 40, others: 14 })
    const one = await openStand(fresh, world)
    const other = await openStand(fresh, varied(random, world, view))
    try {
      for (let at = 0; at < perWorld && compared < count && faults.length < maxFaults; at += 1) {
        const within = viewWithin(random, view)
        const caller = await callerOf(one.graph, within, random)
        const operation = makeOperation(random, world)
        const [answer, same] = await Promise.all([one, other].map((stand) => stand.ask(operation, caller, leak)))
        compared += 1
        if (/"(id|code|count)":"?[\w.]/.test(answer!)) telling += 1
        if (answer !== same) {
          faults.push(
            [
              `world ${round} of seed ${seed}, operation ${at}, ${within.agency} with ${[...within.scopes].join(' ')}`,
              operation.query.replace(/\s+/g, ' '),
              JSON.stringify(operation.variables),
              answer,
              same,
            ].join('\n'),
          )
        }
      }
    } finally {
      await one.graph.close()
      await other.graph.close()
    }
  }
  return { compared, telling, faults }
}

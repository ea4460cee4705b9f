import { freshDatabase } from '../kit/database.ts'
import { callerOf, type Fresh, type Leak, openStand } from './answers.ts'
import type { Outcome } from './pairs.ts'
import { openRandom } from './random.ts'
import { makeQuestion } from './reference.ts'
import { makeView } from './view.ts'
import { makeWorld } from './world.ts'

const perWorld = 250

/**
 * Asks `count` generated questions by generated callers and compares each answer with what a plain look at every row gives.
 * The same seed asks the same. A planted leak is looked for until it shows once.
 */
export async function runOracle(
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
    const made = makeWorld(random, { dossiers: 60, others: 25 })
    const { graph, ask } = await openStand(fresh, made)
    // Of documents that are equal in order, that one comes first which the store has numbered first.
    const { rows } = await graph.database.pool.query<{ key: string }>(
      'select external_id as key from document order by id',
    )
    const numbers = new Map(rows.map(({ key }, at) => [key, at]))
    const world = { ...made, documents: made.documents.toSorted((a, b) => numbers.get(a.key)! - numbers.get(b.key)!) }
    const known = { next: () => 0, below: () => 0, chance: () => true } as unknown as typeof random
    try {
      for (let at = 0; at < perWorld && compared < count && faults.length < maxFaults;) {
        const view = makeView(random)
        const question = makeQuestion(random, world, view)
        if (question === null) continue
        at += 1
        compared += 1
        const caller = await callerOf(graph, view, known)
        const follow = /\{\s*(\w+)\(/.exec(question.query)![1]!
        const answer = await ask({ ...question, door: 'graphql', follow: '' }, caller, (given, operation, database) =>
          leak === undefined ? Promise.resolve(given) : leak(given, { ...operation, follow }, database),
        )
        const expected = JSON.stringify([{ data: question.expected }])
        if (!/"nodes":\[\]|\[\]\}\]$/.test(expected)) telling += 1
        if (answer === expected) continue
        faults.push(
          [
            `world ${round} of seed ${seed}, question ${at}, ${view.agency} with ${[...view.scopes].join(' ')}`,
            question.query.replace(/\s+/g, ' '),
            JSON.stringify(question.variables),
            answer,
            expected,
          ].join('\n'),
        )
      }
    } finally {
      await graph.close()
    }
  }
  return { compared, telling, faults }
}

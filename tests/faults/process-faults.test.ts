import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { faultSubject } from './fault-subject.ts'
import { hubFaults, notInjected } from './faults.ts'
import { tryFault } from './try-fault.ts'
import { endChildren } from './worker-child.ts'
import { openWorld, type World } from './world.ts'

const subject = faultSubject()
let world: World
beforeAll(async () => {
  world = await openWorld(subject, { serverUrl: inject('databaseUrl'), seed: 2, thorough: false })
  await world.sync()
})
afterAll(async () => {
  await endChildren()
  await world.close()
})

const faults = hubFaults.filter(({ id }) => id !== 'F33')
it.each(faults.map((fault) => [`${fault.id} ${fault.title}`, fault] as const))(
  '%s: nothing is lost, doubled or left undone',
  async (_title, fault) => {
    const { findings } = await tryFault(world, fault, subject)
    expect(findings).toEqual([])
  },
  90_000,
)

it.skip.each(notInjected.map(({ id, why }) => `${id}: ${why}`))('%s', () => undefined)

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { faultSubject } from './fault-subject.ts'
import { hubFaults } from './faults.ts'
import { tryFault } from './try-fault.ts'
import { endChildren } from './worker-child.ts'
import { openWorld, type World } from './world.ts'

const kills = 20
const subject = faultSubject()
let world: World
beforeAll(async () => {
  world = await openWorld(subject, { serverUrl: inject('databaseUrl'), seed: 3, thorough: false, kills })
  await world.sync()
})
afterAll(async () => {
  await endChildren()
  await world.close()
})

it(`F33 a worker that is killed at ${kills} I/O boundaries goes on within 10 s, loses nothing and doubles nothing`, async () => {
  const { findings } = await tryFault(
    world,
    hubFaults.find(({ id }) => id === 'F33')!,
    subject,
  )
  expect(findings).toEqual([])
}, 180_000)

import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultSubject } from './subject/fault-subject.ts'
import { hubFaults } from './injected/faults.ts'
import { openServer } from '../kit/server.ts'
import { tryFault } from './try-fault.ts'
import { endChildren } from './worker/child.ts'
import { openWorld, type World } from './world.ts'

const kills = 20
const subject = faultSubject()
// A server of its own: what a frozen process holds open, every feed of the server waits for.
let server: Awaited<ReturnType<typeof openServer>>
let world: World
beforeAll(async () => {
  server = await openServer()
  world = await openWorld(subject, { serverUrl: server.url, seed: 3, thorough: false, kills })
  await world.sync()
})
afterAll(async () => {
  await endChildren()
  await world?.close()
  await server?.stop()
})

it(`F33 a worker that is killed at ${kills} I/O boundaries goes on within 10 s, loses nothing and doubles nothing`, async () => {
  const { findings } = await tryFault(
    world,
    hubFaults.find(({ id }) => id === 'F33')!,
    subject,
  )
  expect(findings).toEqual([])
})

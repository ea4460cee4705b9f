import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultSubject } from './subject/fault-subject.ts'
import { hubFaults, notInjected } from './injected/faults.ts'
import { openServer } from '../kit/server.ts'
import { tryFault } from './try-fault.ts'
import { endChildren } from './worker/child.ts'
import { openWorld, type World } from './world.ts'

const subject = faultSubject()
// A server of its own: what a frozen process holds open, every feed of the server waits for.
let server: Awaited<ReturnType<typeof openServer>>
let world: World
beforeAll(async () => {
  server = await openServer()
  world = await openWorld(subject, { serverUrl: server.url, seed: 2, thorough: false })
  await world.sync()
})
afterAll(async () => {
  await endChildren()
  await world?.close()
  await server?.stop()
})

const faults = hubFaults.filter(({ id }) => id !== 'F33')
it.each(faults.map((fault) => [`${fault.id} ${fault.title}`, fault] as const))(
  '%s: nothing is lost, doubled or left undone',
  async (_title, fault) => {
    const { findings } = await tryFault(world, fault, subject)
    expect(findings).toEqual([])
  },
)

for (const { id, why } of notInjected) it(`${id}: ${why}`, ({ skip }) => skip(why))

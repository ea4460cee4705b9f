import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectorSubjects } from './connector-subject.ts'
import { sourceFaults } from './faults.ts'
import { tryFault } from './try-fault.ts'
import { openWorld, type World } from './world.ts'

const subjects = await connectorSubjects()

describe.each(subjects.map((subject) => [subject.name, subject] as const))('the connector %s', (_name, subject) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(subject, { serverUrl: inject('databaseUrl'), seed: 1, thorough: false })
    await world.sync()
  })
  afterAll(() => world.close())

  it('holds exactly what its source means before any fault', async () => {
    expect((await world.weigh()).findings).toEqual([])
    expect(world.running.streams.every((stream) => world.running.truth(stream).size > 0)).toBe(true)
  })

  const faults = sourceFaults.filter((fault) => (fault.without?.(subject) ?? null) === null)
  it.each(faults.map((fault) => [`${fault.id} ${fault.title}`, fault] as const))(
    '%s: nothing is lost, doubled or invented',
    async (_title, fault) => {
      const { findings } = await tryFault(world, fault, subject)
      expect(findings).toEqual([])
    },
    60_000,
  )
})

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { connectorSubjects } from './subject/connector-subject.ts'
import { sourceFaults } from './injected/faults.ts'
import { tryFaults } from './try-fault.ts'
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
  // Some after the other: each harms nothing while it lasts, and after the last one the truth stands whole.
  const groups = [...Map.groupBy(faults, (_, at) => Math.floor(at / 4)).values()]
  it.each(groups.map((group) => [group.map(({ id, title }) => `${id} ${title}`).join('; '), group] as const))(
    '%s: nothing is lost, doubled or invented',
    async (_titles, group) => {
      const { findings } = await tryFaults(world, group, subject)
      expect(findings).toEqual([])
    },
  )
})

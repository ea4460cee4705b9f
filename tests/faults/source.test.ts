import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { faultSubject } from './subject/fault-subject.ts'
import { ownFaults, sourceFaults } from './injected/faults.ts'
import { tryFault } from './try-fault.ts'
import { openWorld, type World } from './world.ts'

const subject = faultSubject()

// Several worlds, so that what the first faults have left behind is not read again under the last ones.
const faults = [...sourceFaults, ...ownFaults].filter((fault) => (fault.without?.(subject) ?? null) === null)
const parts = [0, 1, 2].map((part) => faults.filter((_, at) => Math.floor((at * 3) / faults.length) === part))

describe.each(parts.map((part, at) => [at + 1, part] as const))('the source of faults, part %i', (seed, part) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld(subject, { serverUrl: inject('databaseUrl'), seed, thorough: false })
    await world.sync()
  })
  afterAll(() => world.close())

  it.each(part.map((fault) => [`${fault.id} ${fault.title}`, fault] as const))(
    '%s: nothing is lost, doubled or invented',
    async (_title, fault) => {
      const { findings } = await tryFault(world, fault, subject)
      expect(findings).toEqual([])
    },
  )
})

// No emulator's ordinary records look like drift.
import { expect, it } from 'vitest'
import type { SourceRecord } from '#connector'
import { compare } from '../../src/sync/inspect/compare-structure.ts'
import { learn, learningOf } from '../../src/sync/inspect/learn-structure.ts'
import { enough, newStructure } from '../../src/sync/inspect/record-structure.ts'
import { contextFor } from '../kit/conformance/context.ts'
import { absent, found } from '../kit/found.ts'
import { smallTown } from '../kit/world/small-town.ts'

const cases: readonly (readonly [string, number])[] = [
  ['one-stop', 600],
  ['procedure-catalogue', 100],
  ['e-office', 30],
  ['reporting-sdmx', 3000],
]

it.each(cases.filter(([id]) => absent(id).length === 0))(
  'a source that only lives on shows no drift: %s',
  async (name, size) => {
    const { connector, emulator } = await found(name)
    let now = smallTown.foundedAt
    const running = await emulator({ town: smallTown, size, now: () => now })
    const context = contextFor(connector, running, { now: () => now })
    // An axis is asked message by message: some weeks of it are enough.
    const range =
      connector.manifest.name === 'e-office' ? { from: '2026-06-20', to: '2026-07-10' } : { all: true as const }
    const taken = async (stream: string): Promise<SourceRecord[]> => {
      const records: SourceRecord[] = []
      for await (const page of connector.read(context, stream, range)) {
        records.push(
          ...page.records.filter((one) => 'record' in connector.normalise[stream]!(one, context.settings as never)),
        )
      }
      return records
    }
    let looked = 0
    try {
      for (const [stream, { maps }] of Object.entries(connector.manifest.streams)) {
        now = smallTown.foundedAt
        const structure = newStructure()
        const learning = learningOf(structure, maps)
        for (const record of await taken(stream)) learn(structure, record, learning)
        now = new Date(now.getTime() + 5 * 86_400_000)
        const later = await taken(stream)
        // So few are still being learnt.
        if (later.length < enough) continue
        looked += later.length
        expect([
          ...new Set(later.flatMap((record) => compare(structure, record).findings.map((one) => JSON.stringify(one)))),
        ]).toEqual([])
      }
      expect(looked).toBeGreaterThan(10)
    } finally {
      await context.transport.close()
      await running.close()
    }
  },
)

// The emulated sources of a whole province and their truth.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Emulator, EntityName, EntityRecord, RunningEmulator, Town } from '#connector'
import { demoTown } from '../../src/demo/town.ts'
import { shippedUnits } from '../../src/reference/index.ts'
import type { SourceGiven } from './hub.ts'

const sizes: Readonly<Record<string, number>> = {
  'one-stop': 600,
  'procedure-catalogue': 250,
  'e-office': 150,
  'reporting-sdmx': 1_100,
  'reporting-workbook': 400,
  camera: 60,
}
const moduleOf = (id: string): URL => new URL(`../../connectors/${id}/emulator/index.ts`, import.meta.url)

/** The province's connectors whose folders are not there: without one of them there is no whole province to look at. */
export const missing: readonly string[] = Object.keys(sizes).filter((id) => !existsSync(moduleOf(id)))

/** Found by name when it is needed, so that a connector's folder may go without a word here. */
export async function emulatorOf(id: string): Promise<Emulator> {
  const loaded = (await import(moduleOf(id).href)) as { default: Emulator }
  return loaded.default
}

/** What a source means with one record: what the hub must hold once it has read it. */
export interface Fact<E extends EntityName> {
  readonly source: string
  readonly stream: string
  readonly key: string
  readonly record: EntityRecord[E]
}

export interface Province {
  readonly town: Town
  readonly sources: readonly SourceGiven[]
  readonly now: () => Date
  /** Moves the clock; settles when folders show it too. */
  advance(milliseconds: number): Promise<void>
  /** Every fact of an entity at the clock, of all sources. */
  facts<E extends EntityName>(entity: E): Fact<E>[]
  /** Records that must wait in quarantine, by `source/stream`. */
  dirt(): ReadonlyMap<string, number>
  emulator(id: string): RunningEmulator
  close(): Promise<void>
}

const streams: Readonly<Record<string, readonly (readonly [stream: string, entity: EntityName])[]>> = {
  'one-stop': [['dossiers', 'Dossier']],
  'procedure-catalogue': [
    ['citizen-procedures', 'Procedure'],
    ['business-procedures', 'Procedure'],
    ['procedure-details', 'Procedure'],
    ['agencies', 'Agency'],
  ],
  'e-office': [
    ['agencies', 'Agency'],
    ['documents', 'Document'],
    ['statuses', 'Document'],
  ],
  'reporting-sdmx': [['observations', 'Observation']],
  'reporting-workbook': [
    ['reports', 'Report'],
    ['observations', 'Observation'],
  ],
  camera: [
    ['devices', 'Camera'],
    ['frigate-cameras', 'Camera'],
    ['frigate-events', 'CameraEvent'],
  ],
}

/** The demonstration's town in small, its sources answering over HTTP, `hours` after it was founded. */
export async function openProvince(hours: number): Promise<Province> {
  const town = demoTown({ seed: 53, foundedAt: new Date('2026-03-05T00:00:00+07:00'), units: shippedUnits() })
  const folder = mkdtempSync(join(tmpdir(), 'province-'))
  let time = town.foundedAt.getTime() + hours * 3_600_000
  const now = (): Date => new Date(time)
  const running = new Map<string, RunningEmulator>()
  for (const [id, size] of Object.entries(sizes)) {
    const own = join(folder, id)
    mkdirSync(own)
    const emulator = await emulatorOf(id)
    running.set(id, await emulator({ town, size, now, folder: own }))
  }
  const each = Object.entries(streams).flatMap(([source, list]) =>
    list.map(([stream, entity]) => ({ source, stream, entity, emulator: running.get(source)! })),
  )
  return {
    town,
    now,
    sources: [...running].map(([id, { settings, hosts }]) => ({ id, settings, hosts })),
    emulator: (id) => running.get(id)!,
    async advance(milliseconds) {
      time += milliseconds
      await new Promise((resolve) => setTimeout(resolve, 2_500))
    },
    facts: <E extends EntityName>(entity: E) =>
      each
        .filter((one) => one.entity === entity)
        .flatMap(({ source, stream, emulator }) =>
          emulator.truth(stream).map(({ key, record }) => ({ source, stream, key, record: record as EntityRecord[E] })),
        ),
    dirt: () => new Map(each.map(({ source, stream, emulator }) => [`${source}/${stream}`, emulator.dirt(stream)])),
    async close() {
      for (const emulator of running.values()) await emulator.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

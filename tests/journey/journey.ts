// What the checks of the journey share.
import { declaredStatistics } from '../../src/main/graph.ts'
import { publishStatistics } from '../../src/statistics/index.ts'
import { openAgencies } from './truth/agencies.ts'
import type { Client } from './client.ts'
import { watchDossiers } from './truth/dossiers.ts'
import type { WatchedDossier } from './truth/dossiers.ts'
import { openJourneyHub } from './hub.ts'
import type { JourneyHub, RunRow } from './hub.ts'
import { openProvince } from './province.ts'
import type { Province } from './province.ts'
import { claimOf, readingScopes } from '../kit/world/scopes.ts'

// One hub that serves one province, for all checks of a test file; what is exported is there once `openJourney` has settled.

export const everything = claimOf([...readingScopes, 'camera:stream'])

export let province: Province
export let hub: JourneyHub
/** The province's own reader, with a purpose. */
export let reader: Client
/** Nobody in particular: no token. */
export let anyone: Client
/** The runs of the last pull. */
export let runs: RunRow[]
export const agencies = openAgencies()
export const dossiers = new Map<string, WatchedDossier>()

/** The province `hours` after it was founded, pulled for the first time. */
export async function openJourney(hours: number): Promise<void> {
  province = await openProvince(hours)
  hub = await openJourneyHub(province.sources, province.now)
  reader = await hub.client({ scope: everything, purpose: 'dossier-handling' })
  anyone = await hub.client()
  await pull()
}

export async function closeJourney(): Promise<void> {
  await hub?.close()
  await province?.close()
}

/** Every stream is read; what is to be expected then is learnt from the sources themselves. */
export async function pull(): Promise<void> {
  runs = await hub.sync()
  agencies.learn(province)
  watchDossiers(dossiers, province)
  await publishStatistics(hub.engine.db, declaredStatistics(), province.now())
}

/** How many facts each stream has: what it must have written on its first read. */
export function factsByStream(): Map<string, number> {
  const entities = [
    'Agency',
    'Procedure',
    'Dossier',
    'Document',
    'Report',
    'Observation',
    'Camera',
    'CameraEvent',
  ] as const
  const facts = entities.flatMap((entity) => province.facts<(typeof entities)[number]>(entity))
  return new Map(
    [...Map.groupBy(facts, ({ source, stream }) => `${source}/${stream}`)].map(([name, all]) => [name, all.length]),
  )
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PartyRecord } from '#connector'
import { shippedUnits } from '../src/reference/index.ts'
import { publishStatistics } from '../src/subgraphs/dossier/index.ts'
import { openAgencies, readAgencies } from './journey/agencies.ts'
import { expectedCameras, readCameras } from './journey/cameras.ts'
import type { Client, Row } from './journey/client.ts'
import { expectedDocument, readDocuments, toldDocuments } from './journey/documents.ts'
import {
  expectedDossier,
  externalIdOf,
  isOverdue,
  personal,
  readDossiers,
  statisticsOf,
  type WatchedDossier,
  watchDossiers,
} from './journey/dossiers.ts'
import {
  expectedIndicators,
  expectedObservations,
  expectedReports,
  readIndicators,
  readObservations,
  readReports,
} from './journey/figures.ts'
import { type JourneyHub, openJourneyHub, type RunRow } from './journey/hub.ts'
import { instants, keyed } from './journey/instants.ts'
import { expectedProcedures, readProcedures } from './journey/procedures.ts'
import { openProvince, type Province } from './journey/province.ts'

const everything =
  'dossier:read dossier:personal document:read report:read camera:read camera:stream operation:read audit:read'

let province: Province
let hub: JourneyHub
/** The province's own reader, with a purpose. */
let reader: Client
/** Nobody in particular: no token. */
let anyone: Client
let runs: RunRow[]
const agencies = openAgencies()
const dossiers = new Map<string, WatchedDossier>()

async function pull(): Promise<void> {
  runs = await hub.sync()
  agencies.learn(province)
  watchDossiers(dossiers, province)
  await publishStatistics(hub.engine.db, province.now())
}

beforeAll(async () => {
  province = await openProvince(10)
  hub = await openJourneyHub(province.sources, province.now)
  reader = await hub.client({ scope: everything, purpose: 'dossier-handling' })
  anyone = await hub.client()
  await pull()
}, 120_000)
afterAll(async () => {
  await hub?.close()
  await province?.close()
})

/** How many facts each stream has: what it must have written on its first read. */
function factsByStream(): Map<string, number> {
  const entities = ['Agency', 'Procedure', 'Dossier', 'Document', 'Report', 'Observation', 'Camera', 'CameraEvent'] as const
  const facts = entities.flatMap((entity) => province.facts<(typeof entities)[number]>(entity))
  return new Map([...Map.groupBy(facts, ({ source, stream }) => `${source}/${stream}`)].map(([name, all]) => [name, all.length]))
}

interface AccessRow extends Row {
  readonly subject: string
  readonly field: string
  readonly purpose: string
  readonly legalBasis: string
}

/** The ward is what a masked reader sees; the address holds it already. */
function withoutWard({ ward: _ward, ...applicant }: PartyRecord): Row {
  return applicant
}

/** Everything that is to be the same after every pull. */
function everythingIsAsTheSourcesMeanIt(): void {
  it('holds every dossier of the one-stop-shop, field by field', async () => {
    expect(keyed(await readDossiers(reader), externalIdOf)).toEqual(
      keyed([...dossiers.values()].map((one) => expectedDossier(one, agencies, province.now())), externalIdOf),
    )
  })

  it('tells every applicant to whoever may read it with a purpose, and logs each reading', async () => {
    const subject = `clerk of ${province.now().toISOString()}`
    const clerk = await hub.client({ scope: 'dossier:read dossier:personal', purpose: 'dossier-handling', subject })
    const rows = await clerk.all<Row & { id: string }>('dossiers', `id ${personal}`)
    expect(Object.fromEntries(rows.map((row) => [externalIdOf(row), row['applicant']]))).toEqual(
      Object.fromEntries([...dossiers].map(([key, { record }]) => [key, withoutWard(record.applicant!)])),
    )
    const entries = await reader.all<AccessRow>('accessLog', 'at caller subject field purpose legalBasis', {
      args: `caller: ${JSON.stringify(subject)}`,
    })
    const read = rows.map(({ id }) => id).toSorted()
    expect(entries.map((entry) => entry.subject).toSorted()).toEqual(read)
    for (const { field, purpose, legalBasis } of entries) {
      expect({ field, purpose, legalBasis }).toEqual({
        field: 'Dossier.applicant',
        purpose: 'dossier-handling',
        legalBasis: 'Mục đích trình diễn · for the demonstration',
      })
    }
  })

  it('holds every document of the axis with its exchanges, put together from all messages', async () => {
    const expected = toldDocuments(province, agencies).map(expectedDocument)
    const key = (row: Row): string => String(row['externalId'])
    expect(keyed(await readDocuments(reader), key)).toEqual(keyed(expected, key))
  })

  it('holds every report, submitted or still expected', async () => {
    expect(instants(await readReports(reader))).toEqual(instants(expectedReports(province, agencies)))
  })

  it('holds every observation with its exact value, open to anyone', async () => {
    expect(await readObservations(anyone)).toEqual(expectedObservations(province))
  })

  it('holds every indicator', async () => {
    expect(await readIndicators(anyone)).toMatchObject(expectedIndicators(province))
  })

  it('holds every camera with its profiles, state and events', async () => {
    expect(instants(await readCameras(reader))).toEqual(instants(expectedCameras(province, agencies)))
  })

  it('holds every procedure of the catalogue as one of both audience lists', async () => {
    expect(await readProcedures(anyone)).toEqual(expectedProcedures(province, agencies))
  })

  it('knows every agency once, under all its codes, in one tree', async () => {
    expect(Object.fromEntries(await readAgencies(anyone))).toEqual(Object.fromEntries(agencies.expected()))
  })
}

describe('the first pull of the demonstration province', () => {
  it('takes every record that the sources mean and sets aside exactly the dirt', () => {
    const dirt = province.dirt()
    const facts = factsByStream()
    expect(
      runs.map(({ source, stream, state, written, removed, rejected, failure_code }) => ({
        stream: `${source}/${stream}`,
        state,
        written,
        removed,
        rejected,
        failure_code,
      })),
    ).toEqual(
      [...dirt].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([stream, rejected]) => ({
        stream,
        state: rejected > 0 ? 'SUCCEEDED_WITH_REJECTS' : 'SUCCEEDED',
        written: facts.get(stream) ?? 0,
        removed: 0,
        rejected,
        failure_code: null,
      })),
    )
  })

  everythingIsAsTheSourcesMeanIt()
})

void isOverdue
void statisticsOf
void shippedUnits

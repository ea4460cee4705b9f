// Checks every entity of the hub against the sources' truth.
import { expect, it } from 'vitest'
import type { PartyRecord } from '#connector'
import { readAgencies } from '../truth/agencies.ts'
import { expectedCameras, readCameras } from '../truth/cameras.ts'
import type { Row } from '../client.ts'
import { expectedDocument, readDocuments, documentsInMessages } from '../truth/documents.ts'
import { expectedDossier, externalIdOf, personal, readDossiers } from '../truth/dossiers.ts'
import {
  expectedIndicators,
  expectedObservations,
  expectedReports,
  readIndicators,
  readObservations,
  readReports,
} from '../truth/figures.ts'
import { instants, keyed } from '../truth/instants.ts'
import { province, hub, reader, anyone, agencies, dossiers } from '../journey.ts'
import { expectedProcedures, readProcedures } from '../truth/procedures.ts'

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
export function everythingIsAsTheSourcesMeanIt(): void {
  it('holds every dossier of the one-stop-shop, field by field', async () => {
    expect(keyed(await readDossiers(reader), externalIdOf)).toEqual(
      keyed(
        [...dossiers.values()].map((one) => expectedDossier(one, agencies, province.now())),
        externalIdOf,
      ),
    )
  })

  it('shows every applicant to a caller who may read it with a purpose, and logs each reading', async () => {
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
        field: 'Dossier.applicant.address,birthYear,email,identityNumber,kind,name,phone',
        purpose: 'dossier-handling',
        legalBasis: 'Mục đích trình diễn · for the demonstration',
      })
    }
  })

  it('holds every document of the axis with its exchanges, put together from all messages', async () => {
    const expected = documentsInMessages(province, agencies).map(expectedDocument)
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

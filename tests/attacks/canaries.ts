import type { EntityName, EntityRecord } from '../../src/contract/index.ts'
import { sql } from 'kysely'
import { gzipSync } from 'node:zlib'
import type { Keyring } from '../../src/db/encryption/keyring.ts'
import type { Sink } from '../../src/db/sink.ts'
import { agencySink } from '../../src/domains/agency/index.ts'
import { cameraSink } from '../../src/domains/camera/index.ts'
import { documentSink } from '../../src/domains/document/index.ts'
import { openDossierSink } from '../../src/domains/dossier/index.ts'
import { observationSink, reportSink } from '../../src/domains/report/index.ts'
import {
  agencyOf,
  cameraOf,
  dossierOf,
  mention,
  newDocument,
  observationOf,
  partyOf,
  reportOf,
} from '../kit/world/records.ts'
import type { FreshDatabase } from '../kit/database.ts'

/** Values that stand nowhere else: found in an attacker's hands, each names the field that it leaked from. */
export const canaries = {
  nameA: 'Canarius Alpha',
  identityA: '079300000011',
  phoneA: '0900000011',
  emailA: 'canary-a@example.invalid',
  addressA: 'So 11 duong Canary',
  nameB: 'Canarius Beta',
  identityB: '079300000022',
  phoneB: '0900000022',
  emailB: 'canary-b@example.invalid',
  addressB: 'So 22 duong Canary',
  subjectB: 'subject-canary-beta',
  documentB: 'document-canary-beta',
  signerB: 'Signer Canary Beta',
  reportB: 'report-canary-beta',
  observationB: '424242.4242',
  cameraB: 'camera-canary-beta',
  streamA: 'rtsp://canary-stream-alpha',
  quarantineB: 'quarantine-canary-beta',
  sourceSecret: 'registry-secret-canary',
} as const

/** Two agencies, H53.21 and H53.22, each with rows of every kind. */
export async function plant(database: FreshDatabase, keyring: Keyring): Promise<void> {
  const put = <E extends EntityName>(
    sink: Sink<EntityRecord[E]>,
    stream: string,
    records: readonly (readonly [string, EntityRecord[E]])[],
  ): Promise<void> =>
    database.db.transaction().execute((trx) =>
      sink.upsert(
        trx,
        records.map(([key, record]) => ({
          source: 'one-stop',
          stream,
          key,
          record,
          run: 1,
          firstSeenAt: '2026-03-01T08:00:00.000+07:00',
          changedAt: '2026-03-01T08:00:00.000+07:00',
        })),
      ),
    )
  const agencies = ['H53', 'H53.21', 'H53.21.3', 'H53.22'].map(
    (code) =>
      [code, agencyOf(code, { parentCode: code === 'H53' ? null : code.slice(0, code.lastIndexOf('.')) })] as const,
  )
  await sql`insert into source (id, connector, title, agency_code, schedule, timezone)
    values ('one-stop', 'one-stop', 'One stop', 'H53.22', '0 0 1 1 *', 'Asia/Ho_Chi_Minh')`.execute(database.db)
  await sql`insert into stream (source_id, id, entity, kind) values ('one-stop', 'dossiers', 'Dossier', 'change-time')`.execute(
    database.db,
  )
  await put<'Agency'>(agencySink, 'agencies', agencies)
  const party = (letter: 'A' | 'B') =>
    partyOf(canaries[`name${letter}`], {
      identityNumber: canaries[`identity${letter}`],
      phone: canaries[`phone${letter}`],
      email: canaries[`email${letter}`],
      address: canaries[`address${letter}`],
      birthYear: 1980,
    })
  await put<'Dossier'>(openDossierSink(keyring), 'dossiers', [
    [
      'A1',
      dossierOf('A1', {
        agency: mention('H53.21'),
        subject: 'Shown to Alpha',
        applicant: party('A'),
        receivedAt: '2026-02-01T08:00:00.000+07:00',
      }),
    ],
    [
      'B1',
      dossierOf('B1', {
        agency: mention('H53.22'),
        subject: canaries.subjectB,
        applicant: party('B'),
        receivedAt: '2026-02-01T08:00:00.000+07:00',
      }),
    ],
  ])
  await put<'Document'>(documentSink, 'documents', [
    [
      'B1',
      newDocument('H53.22', 'B1', ['H53.22'], {
        subject: canaries.documentB,
        signer: { name: canaries.signerB, position: null, competence: null },
      }),
    ],
  ])
  await put<'Report'>(reportSink, 'reports', [['B1', reportOf('B1', 'H53.22', '2026', { title: canaries.reportB })]])
  await put<'Observation'>(observationSink, 'observations', [
    [
      'B1',
      observationOf('I1', {
        value: canaries.observationB,
        report: { code: 'B1', agencyCode: 'H53.22', periodCode: '2026' },
      }),
    ],
  ])
  const profile = { name: 'main', encoding: null, width: null, height: null, frameRate: null, snapshotUri: null }
  await put<'Camera'>(cameraSink, 'cameras', [
    ['A1', cameraOf('CAM-A', { agency: mention('H53.21'), profiles: [{ ...profile, streamUri: canaries.streamA }] })],
    ['B1', cameraOf('CAM-B', { agency: mention('H53.22'), name: canaries.cameraB })],
  ])
  await database.pool.query(
    `insert into quarantine (source_id, stream_id, key, mark, reason, path, body, run_id, seen_at)
     values ('one-stop', 'dossiers', 'Q1', 'q1', 'UNKNOWN_VALUE', 'a.b', $1, 1, '2026-03-01T08:00:00+07:00')`,
    [keyring.seal(gzipSync(JSON.stringify({ id: 'Q1', name: canaries.quarantineB })), 'quarantine')],
  )
}

// A town of three agencies that fits into one look.
import type { Caller } from '../../../src/access/caller.ts'
import { type OpenGraph } from './graph.ts'
import { agencyOf, dossierOf, mention, partyOf } from './records.ts'
import { readingScopes } from './scopes.ts'

/** A few agencies, a source of every domain and three dossiers; the caller who may read all of it, with a purpose. */
export async function sampleTown(graph: OpenGraph): Promise<Caller> {
  await graph.put('Agency', 'lists', [
    agencyOf('H53'),
    agencyOf('H53.21', { otherCodes: ['000.00.21.H53'] }),
    agencyOf('H53.21.3'),
  ])
  await graph.source('s', 'H53', {
    documents: 'Document',
    reports: 'Report',
    cameras: 'Camera',
    observations: 'Observation',
    events: 'CameraEvent',
  })
  await graph.put('Dossier', 's', [
    dossierOf('T1', {
      subject: 'Đăng ký Hòa giải 100%',
      agency: mention('H53.21.3'),
      applicant: partyOf('Trần Văn Bình', { identityNumber: '001234567890', phone: '0912345678' }),
    }),
    dossierOf('T2', {
      subject: 'dang_ky HOÀ BÌNH',
      applicant: partyOf('Lê Thị Bình', { identityNumber: '012345678' }),
    }),
    dossierOf('T\'3|a:b \\ " $1', { subject: null, applicant: partyOf('Ông Q', { identityNumber: 'B1234567' }) }),
  ])
  return graph.caller('H53', readingScopes, 'dossier-handling')
}

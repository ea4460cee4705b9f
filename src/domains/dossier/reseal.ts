import type { Sealed } from '../../db/encryption/rotate.ts'
import { openApplicant, sealApplicant, tokensOfApplicant } from './applicant.ts'

/** Applicants, and the hashes by which they are found, under the key of encryption at rest. */
export const sealedDossiers: Sealed = {
  name: 'applicants',
  table: 'dossier',
  reads: ['applicant'],
  writes: { applicant: 'bytea', personal_tokens: 'bigint[]' },
  sealed: ['applicant'],
  atOnce: 500,
  renew(row, box) {
    const applicant = openApplicant(box, row['applicant'] as Buffer)
    return { applicant: sealApplicant(box, applicant), personal_tokens: tokensOfApplicant(box, applicant) }
  },
}

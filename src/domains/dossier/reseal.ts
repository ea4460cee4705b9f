// Seals and hashes applicants under the newest encryption key.
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
  renew(row, keyring) {
    const applicant = openApplicant(keyring, row['applicant'] as Buffer)
    return { applicant: sealApplicant(keyring, applicant), personal_tokens: tokensOfApplicant(keyring, applicant) }
  },
}

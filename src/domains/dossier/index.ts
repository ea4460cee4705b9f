// Dossiers of the one-stop shops.
import { defineDomain, recomputed, tablesOf } from '../define.ts'
import { examples } from './examples.ts'
import { dossierMapping, dossierParts, dossierRoot } from './mapping.ts'
import { sealedDossiers } from './reseal.ts'
import { openDossierSink } from './store.ts'
import type { DossierTables } from './tables.ts'

export const dossierDomain = defineDomain({
  name: 'dossier',
  records: { Dossier: { sink: openDossierSink, rejectedBytes: 'dossier:personal' } },
  types: (access) => [dossierRoot, dossierMapping(access), ...dossierParts],
  tables: tablesOf<DossierTables>({
    dossier: { seen: 'path', agencies: { agency_id: 'agency_path' } },
    dossier_event: { seen: 'with', agencies: { agency_id: null } },
    dossier_due_date: { seen: 'with', agencies: {} },
    dossier_published: { seen: 'open', agencies: { agency_id: 'agency_path' } },
    dossier_released_cell: { seen: 'open', agencies: { agency_id: recomputed } },
    calendar_day: { seen: 'never', agencies: {} },
  }),
  views: [],
  rows: { scope: 'dossier:read', table: 'dossier', path: 'agency_path' },
  scopes: {
    'dossier:read': { vi: 'Đọc hồ sơ', en: 'Read dossiers' },
    'dossier:masked': { vi: 'Đọc người nộp hồ sơ đã che', en: 'Read the applicant of a dossier, masked' },
    'dossier:personal': {
      vi: 'Đọc người nộp hồ sơ, có nêu mục đích',
      en: 'Read the applicant of a dossier, with a purpose',
    },
  },
  sealed: [sealedDossiers],
  personal: [
    {
      type: 'Dossier',
      scope: 'dossier:personal',
      at: ['DossierFilter.identityNumber', 'DossierFilter.text', 'search'],
    },
  ],
  topics: {
    dossierChanged: { type: 'Dossier', leaves: true, args: {} },
  },
  search: ['Dossier'],
  sandbox: {
    heading: { vi: 'Hồ sơ', en: 'Dossiers' },
    roles: {
      'ward-officer': ['dossier:read', 'dossier:masked'],
      'case-handler': ['dossier:read', 'dossier:personal'],
      analyst: ['dossier:read'],
    },
    examples,
  },
})

export { tokensOfWord } from './applicant.ts'
export { openDossierSink }

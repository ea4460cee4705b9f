// What is counted of dossiers, by what they are grouped, and what of it everybody may know.
import type { DossierFilter, DossierGroup, DossierStatistic } from '../../generated/schema.ts'
import { published, statistics, unpublished } from '../../statistics/index.ts'
import { overdue } from './overdue.ts'

export const dossierStatistics = statistics<{ group: DossierGroup; cell: DossierStatistic; filter: DossierFilter }>({
  counted: 'Dossier',
  table: 'dossier',
  scope: 'dossier:read',
  cell: 'DossierStatistic',
  published: { table: 'dossier_published', key: 'dossier_id', releasedCells: 'dossier_released_cell' },
  columns: {
    agency_id: published(),
    agency_path: published(),
    procedure_id: published(),
    status: published(),
    channel: unpublished(),
    received_at: published(),
    due_limit: published(),
    finished_at: published(),
    processing_days: published(),
    overdue: published(overdue),
  },
  groups: {
    AGENCY: { kind: 'agency', type: 'Agency', id: 'agency_id', path: 'agency_path', filter: 'agency' },
    STATUS: { kind: 'value', column: 'status' },
    PROCEDURE: {
      kind: 'reference',
      type: 'Procedure',
      column: 'procedure_id',
      table: 'procedure',
      orderBy: 'code',
      many: true,
    },
    CHANNEL: { kind: 'value', column: 'channel' },
    MONTH: { kind: 'month', column: 'received_at', of: 'timestamptz', filter: 'receivedAt' },
  },
  measures: {
    overdueCount: { kind: 'count', name: 'overdue', where: (row) => `${row}.overdue` },
    onTimeRate: {
      kind: 'ratio',
      name: 'rate',
      among: (row) => `${row}.finished_at is not null and ${row}.due_limit is not null`,
      where: (row) => `${row}.finished_at <= ${row}.due_limit`,
    },
    medianProcessingDays: { kind: 'median', of: (row) => `${row}.processing_days` },
  },
})

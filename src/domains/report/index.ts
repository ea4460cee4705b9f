// Reports, and the observations of indicators in them.
import { defineDomain, tablesOf } from '../define.ts'
import { examples } from './examples.ts'
import {
  agencyPart,
  indicatorMapping,
  observationMapping,
  periodMapping,
  reportMapping,
  reportRoot,
} from './mapping.ts'
import { observationSink, reportSink } from './store.ts'
import type { ReportTables } from './tables.ts'

export const reportDomain = defineDomain({
  name: 'report',
  records: {
    Report: { sink: () => reportSink, rejectedBytes: 'report:read' },
    Observation: { sink: () => observationSink, rejectedBytes: 'report:read' },
  },
  types: () => [reportRoot, reportMapping, agencyPart, periodMapping, indicatorMapping, observationMapping],
  tables: tablesOf<ReportTables>({
    report: { seen: 'path', agencies: { agency_id: 'agency_path' } },
    indicator: { seen: 'open', agencies: {} },
    // Open where its report was submitted, or where it came in none.
    observation: { seen: 'partly', agencies: {} },
  }),
  views: ['report_reach'],
  rows: { scope: 'report:read', table: 'report', path: 'agency_path' },
  scopes: {
    'report:read': { vi: 'Đọc báo cáo', en: 'Read reports' },
  },
  sealed: [],
  personal: [],
  topics: {},
  search: ['Report', 'Indicator'],
  sandbox: {
    heading: { vi: 'Báo cáo, chỉ tiêu', en: 'Reports, indicators' },
    roles: { analyst: ['report:read'] },
    examples,
  },
})

export { observationSink, reportSink }

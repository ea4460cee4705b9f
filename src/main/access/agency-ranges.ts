// Which rows the members of an agency see: its path range, followed as the tree of agencies changes.
import type { AgencyRange, AgencyRangeOf } from '../../access/caller.ts'
import { monitorDatabase } from '../../db/database-monitor.ts'

/** The province: its members see every row, also those of agencies that no list knows yet. */
export const provinceCode = 'H53'

export interface AgencyRanges {
  readonly agencyRangeOf: AgencyRangeOf
  close(): Promise<void>
}

/**
 * The path range of every agency, in memory and kept up with the database: a change of the tree is heard by NOTIFY hub_agency
 * and is known within a moment to every hub of the database.
 */
export async function watchAgencyRanges(url: string, onError: (error: unknown) => void): Promise<AgencyRanges> {
  let ranges: ReadonlyMap<string, AgencyRange> = new Map()
  const watch = await monitorDatabase(url, {
    channel: 'hub_agency',
    name: 'hub agencies',
    onError,
    async read(from) {
      const { rows } = await from.query<{ code: string; path: string; path_end: string; province: boolean }>(
        `select c.code, a.path, a.path_end,
           a.id = (select p.agency_id from agency_code p where p.code = $1) as province
         from agency_code c join agency a on a.id = c.agency_id`,
        [provinceCode],
      )
      ranges = new Map(
        rows.map((row) => [row.code, row.province ? { from: null, to: null } : { from: row.path, to: row.path_end }]),
      )
    },
  })
  return {
    agencyRangeOf: (code) => (code === provinceCode ? { from: null, to: null } : (ranges.get(code) ?? null)),
    close: watch.close,
  }
}

// The procedures that the hub must show.
import type { ProcedureRecord } from '#connector'
import type { Agencies } from './agencies.ts'
import type { Client, Row } from '../client.ts'
import type { Province } from '../province.ts'

/** The catalogue's procedures: what the two audience lists and the search say of each code, as one. */
export function expectedProcedures(province: Province, agencies: Agencies): Record<string, Row> {
  return Object.fromEntries(
    [...Map.groupBy(province.facts('Procedure'), ({ record }) => record.code)].map(([code, facts]) => {
      const of = (audience: ProcedureRecord['audience']): ProcedureRecord | undefined =>
        facts.find(({ record }) => record.audience === audience)?.record
      const [citizen, business, detail] = [of('CITIZEN'), of('BUSINESS'), of(null)]
      const inTurn = [citizen, business, detail].filter((one) => one !== undefined)
      const clean = inTurn.find(({ name }) => !name.includes('\uFFFD'))
      const agency = inTurn.find((one) => one.agency !== null)?.agency ?? null
      return [
        code,
        {
          code,
          name: (clean ?? inTurn[0]!).name,
          field: inTurn.find((one) => one.field !== null)?.field ?? null,
          agency: agency === null ? null : { code: agencies.canonical(agency.code) },
          audiences: [...(citizen === undefined ? [] : ['CITIZEN']), ...(business === undefined ? [] : ['BUSINESS'])],
        },
      ]
    }),
  )
}

export async function readProcedures(client: Client, args?: string): Promise<Record<string, Row>> {
  const rows = await client.all<Row & { code: string }>(
    'procedures',
    'code name field agency { code } audiences',
    args === undefined ? {} : { args },
  )
  return Object.fromEntries(rows.map((row) => [row.code, row]))
}

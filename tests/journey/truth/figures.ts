// The observations and reports that the hub must show.
import type { TownUnit } from '#connector'
import type { Agencies } from './agencies.ts'
import type { Client, Row } from '../client.ts'
import type { Fact, Province } from '../province.ts'

/** The unit that has a code, or a name where there is no code, on a day; null where none does or several do. */
function unitOn(units: readonly TownUnit[], code: string | null, name: string | null, on: string): TownUnit | null {
  const bearers = units.filter(
    (unit) =>
      (code === null ? name !== null && unit.name === name : unit.code === code) &&
      (unit.validFrom ?? '') <= on &&
      (unit.validTo === null || on < unit.validTo),
  )
  return bearers.length === 1 ? bearers[0]! : null
}

const nameOf = (source: string, key: string): string => `${source} ${key}`

export function expectedObservations(province: Province): Record<string, Row> {
  return Object.fromEntries(
    province.facts('Observation').map(({ source, key, record }) => {
      const unit = unitOn(province.town.units, record.areaCode, record.areaName, record.period.to)
      const { indicator, dimensions, period, value, multiplier, status } = record
      return [
        nameOf(source, key),
        {
          indicator: { code: indicator.code },
          area: unit === null ? null : { code: unit.code, name: unit.name },
          areaCode: record.areaCode ?? unit?.code ?? null,
          dimensions,
          period,
          value,
          unit: record.unit,
          multiplier,
          status,
        },
      ]
    }),
  )
}

export async function readObservations(client: Client, args?: string): Promise<Record<string, Row>> {
  const rows = await client.all<Row & { provenance: { source: string; externalId: string } }>(
    'observations',
    `indicator { code } area { code name } areaCode dimensions { name value } period { code from to } value unit
     multiplier status provenance { source externalId }`,
    args === undefined ? {} : { args },
  )
  return Object.fromEntries(
    rows.map(({ provenance, ...rest }) => [nameOf(provenance.source, provenance.externalId), rest]),
  )
}

/** Code, name and unit of every indicator with how many observations it has, those that sources named differently apart. */
export function expectedIndicators(province: Province): Record<string, Row> {
  return Object.fromEntries(
    [...Map.groupBy(province.facts('Observation'), ({ record }) => record.indicator.code)].map(([code, facts]) => {
      const names = facts.flatMap(({ record }) => record.indicator.name ?? []).toSorted((a, b) => (a < b ? -1 : 1))
      return [
        code,
        {
          code,
          name: names[0] ?? code,
          unit: facts.find(({ record }) => record.indicator.unit !== null)?.record.indicator.unit ?? null,
          observations: { totalCount: facts.length },
        },
      ]
    }),
  )
}

export async function readIndicators(client: Client): Promise<Record<string, Row>> {
  const rows = await client.all<Row & { code: string }>('indicators', 'code name unit observations { totalCount }')
  return Object.fromEntries(rows.map((row) => [row.code, row]))
}

export function expectedReports(province: Province, agencies: Agencies): Record<string, Row> {
  const tied = Map.groupBy(
    province.facts('Observation').filter(({ record }) => record.report !== null),
    ({ record: { report } }) => `${report!.code}|${report!.agencyCode}|${report!.periodCode}`,
  )
  return Object.fromEntries(
    province.facts('Report').map(({ source, key, record }) => [
      nameOf(source, key),
      {
        code: record.code,
        title: record.title,
        regime: record.regime,
        period: record.period,
        agency: { code: agencies.canonical(record.agency.code) },
        dueAt: record.dueAt,
        submittedAt: record.submittedAt,
        state: reportState(record, province.now()),
        observations: { totalCount: tied.get(key)?.length ?? 0 },
      },
    ]),
  )
}

function reportState({ submittedAt, dueAt }: Fact<'Report'>['record'], now: Date): string {
  const due = dueAt === null ? Infinity : Date.parse(dueAt)
  if (submittedAt !== null) return Date.parse(submittedAt) > due ? 'LATE' : 'SUBMITTED'
  return now.getTime() > due ? 'LATE' : 'EXPECTED'
}

export async function readReports(client: Client, args?: string): Promise<Record<string, Row>> {
  const rows = await client.all<Row & { provenance: { source: string; externalId: string } }>(
    'reports',
    `code title regime period { code from to } agency { code } dueAt submittedAt state observations { totalCount }
     provenance { source externalId }`,
    args === undefined ? {} : { args },
  )
  return Object.fromEntries(
    rows.map(({ provenance, ...rest }) => [nameOf(provenance.source, provenance.externalId), rest]),
  )
}

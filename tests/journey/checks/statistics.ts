// Checks the statistics against the sources' truth.
import { expect, it } from 'vitest'
import { dateOf } from '#connector'
import type { Row } from '../client.ts'
import { statisticsOf } from '../truth/dossiers.ts'
import type { WatchedDossier } from '../truth/dossiers.ts'
import { province, reader, anyone, agencies, dossiers } from '../journey.ts'

export function statisticsAreRight(): void {
  const groups = {
    AGENCY: ['agency { code }', ({ record }) => agencies.canonical(record.agency!.code)],
    STATUS: ['status', ({ record }) => record.status],
    PROCEDURE: ['procedure { code }', ({ record }) => record.procedure!.code],
    CHANNEL: ['channel', ({ record }) => record.channel!],
    MONTH: ['month', ({ record }) => monthOf(record.receivedAt!)],
  } as const satisfies Record<string, readonly [string, (one: WatchedDossier) => string]>

  it.each(Object.entries(groups))('counts dossiers by %s as a look at all of them does', async (group, [field, of]) => {
    const { dossierStatistics } = await reader.ask<{ dossierStatistics: Row[] }>(
      `{ dossierStatistics(groupBy: [${group}]) { ${field} count overdueCount onTimeRate medianProcessingDays suppressed } }`,
    )
    const expected = statisticsOf([...dossiers.values()], of, province.now())
    expect(Object.fromEntries(dossierStatistics.map((row) => [groupOf(row), cellOf(row)]))).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, cell]) => [name, { ...cell, suppressed: false }])),
    )
  })

  it('counts openly by status, with what is below five withheld', async () => {
    const { dossierStatistics } = await anyone.ask<{ dossierStatistics: Row[] }>(
      `{ dossierStatistics(groupBy: [STATUS]) { status count overdueCount onTimeRate medianProcessingDays suppressed } }`,
    )
    const expected = statisticsOf([...dossiers.values()], ({ record }) => record.status, province.now())
    expect(dossierStatistics.map(groupOf).toSorted()).toEqual(Object.keys(expected).toSorted())
    const small = Object.values(expected).filter(({ count }) => count < 5).length
    for (const row of dossierStatistics) {
      const cell = expected[groupOf(row)]!
      if (cell.count < 5) expect(row).toMatchObject({ count: null, overdueCount: null, suppressed: true })
      else if (small !== 1 || row['count'] !== null) expect(row['count']).toBe(cell.count)
      for (const name of ['count', 'overdueCount'] as const) {
        if (row[name] !== null) expect(row[name], `${groupOf(row)} ${name}`).toBeGreaterThanOrEqual(5)
      }
    }
    const { answer } = await anyone.post('{ dossierStatistics(groupBy: [CHANNEL]) { channel count } }')
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT')
  })
}

const monthOf = (text: string): string => dateOf(text).slice(0, 7)
const groupOf = (row: Row): string => {
  const { agency, procedure, status, channel, month } = row as Record<string, string | { code: string } | undefined>
  const found = agency ?? procedure ?? status ?? channel ?? month
  return typeof found === 'object' ? found.code : String(found)
}
const cellOf = ({ count, overdueCount, onTimeRate, medianProcessingDays, suppressed }: Row): Row => ({
  count,
  overdueCount,
  onTimeRate,
  medianProcessingDays,
  suppressed,
})

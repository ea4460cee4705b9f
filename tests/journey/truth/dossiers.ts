// The dossiers that the hub must show, with their history.
import { readFileSync } from 'node:fs'
import type { DossierRecord, DossierStatus } from '#connector'
import type { Agencies } from './agencies.ts'
import type { Client, Row } from '../client.ts'
import type { Province } from '../province.ts'

/** A dossier with the history that a hub which looked at these moments must have observed. */
export interface WatchedDossier {
  record: DossierRecord
  readonly key: string
  readonly events: { at: string; status: DossierStatus }[]
  readonly dueDates: { dueAt: string; since: string }[]
  finishedAt: string | null
  returnedAt: string | null
  readonly firstSeenAt: string
  lastChangedAt: string
}

const finished: readonly DossierStatus[] = ['PROCESSED', 'RETURNED']

/** What a hub that reads the one-stop-shop at this moment learns, added to what it knew. */
export function watchDossiers(known: Map<string, WatchedDossier>, province: Province): void {
  const now = province.now().toISOString()
  for (const { key, record } of province.facts('Dossier')) {
    const before = known.get(key)
    const at = record.sourceUpdatedAt ?? now
    const due = record.dueAt === null ? [] : [{ dueAt: record.dueAt, since: at }]
    if (before === undefined) {
      known.set(key, {
        record,
        key,
        events: [{ at, status: record.status }],
        dueDates: due,
        finishedAt: null,
        returnedAt: null,
        firstSeenAt: now,
        lastChangedAt: now,
      })
      continue
    }
    if (JSON.stringify(before.record) === JSON.stringify(record)) continue
    before.lastChangedAt = now
    if (before.record.dueAt !== record.dueAt) before.dueDates.push(...due)
    if (before.record.status !== record.status) {
      before.events.push({ at, status: record.status })
      if (finished.includes(record.status) && !finished.includes(before.record.status)) before.finishedAt = at
      if (record.status === 'RETURNED') before.returnedAt = at
    }
    before.record = record
  }
}

const zone = 7 * 3_600_000
const day = 86_400_000

/** From when on a deadline is missed: local midnight means 17:00 of that day. */
function limitOf(dueAt: string): number {
  const due = Date.parse(dueAt)
  return (due + zone) % day === 0 ? due + 17 * 3_600_000 : due
}

export function isOverdue({ record, finishedAt }: WatchedDossier, now: Date): boolean {
  if (record.dueAt === null) return false
  const limit = limitOf(record.dueAt)
  if (finishedAt !== null) return Date.parse(finishedAt) > limit
  return ['REGISTERED', 'ACCEPTED', 'PROCESSING'].includes(record.status) && now.getTime() > limit
}

export function expectedDossier(watched: WatchedDossier, agencies: Agencies, now: Date): Row {
  const { record, key, events, dueDates, finishedAt, returnedAt, firstSeenAt, lastChangedAt } = watched
  return {
    code: record.code,
    source: { id: 'one-stop' },
    procedure: record.procedure === null ? null : { code: record.procedure.code, name: record.procedure.name },
    agency: record.agency === null ? null : { code: agencies.canonical(record.agency.code), name: record.agency.name },
    status: record.status,
    channel: record.channel,
    subject: record.subject,
    receivedAt: record.receivedAt,
    dueAt: record.dueAt,
    dueDates,
    finishedAt,
    returnedAt,
    overdue: isOverdue(watched, now),
    fees: record.fees,
    results: record.results,
    events: events.map(({ at, status }) => ({ at, status, agency: null, officer: null, note: null, observed: true })),
    provenance: {
      source: 'one-stop',
      externalId: key,
      firstSeenAt,
      lastChangedAt,
      sourceUpdatedAt: record.sourceUpdatedAt,
    },
  }
}

const selection = `code source { id } procedure { code name } agency { code name } status channel subject receivedAt dueAt
  dueDates { dueAt since } finishedAt returnedAt overdue fees { name amount paid } results { name number issuedAt }
  events { at status agency { code } officer note observed }
  provenance { source externalId firstSeenAt lastChangedAt sourceUpdatedAt }`

export const readDossiers = (client: Client, args?: string): Promise<Row[]> =>
  client.all('dossiers', selection, args === undefined ? {} : { args })

export const externalIdOf = (row: Row): string => (row['provenance'] as { externalId: string }).externalId

export const personal = `provenance { externalId } applicant { kind name identityNumber birthYear phone email address }`

export interface Cell {
  count: number
  overdueCount: number
  onTimeRate: number | null
  medianProcessingDays: number | null
}

/** Own statistics over the watched dossiers, by the group's value. */
export function statisticsOf(
  dossiers: readonly WatchedDossier[],
  group: (dossier: WatchedDossier) => string,
  now: Date,
): Record<string, Cell> {
  const cells: Record<string, Cell> = {}
  for (const [name, members] of Map.groupBy(dossiers, group)) {
    const timed = members.filter(({ finishedAt, record }) => finishedAt !== null && record.dueAt !== null)
    const onTime = timed.filter(({ finishedAt, record }) => Date.parse(finishedAt!) <= limitOf(record.dueAt!))
    const days = members
      .flatMap(({ finishedAt, record }) =>
        finishedAt === null || record.receivedAt === null ? [] : [workingDays(record.receivedAt, finishedAt)],
      )
      .toSorted((a, b) => a - b)
    cells[name] = {
      count: members.length,
      overdueCount: members.filter((one) => isOverdue(one, now)).length,
      onTimeRate: timed.length === 0 ? null : onTime.length / timed.length,
      medianProcessingDays: days[Math.ceil(days.length / 2) - 1] ?? null,
    }
  }
  return cells
}

const special = new Map(
  readFileSync(new URL('../../../reference/holidays.csv', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, date, kind] = /^"?(\d{4}-\d{2}-\d{2})"?,"?([A-Z_]+)/.exec(line) ?? []
      return date === undefined ? [] : [[date, kind!] as const]
    }),
)

/** Whole days of eight working hours, counted minute by minute. */
export function workingDays(from: string, to: string): number {
  let minutes = 0
  const start = Math.floor(Date.parse(from) / 60_000)
  const end = Math.floor(Date.parse(to) / 60_000)
  for (let at = start; at < end; at += 1) {
    const local = new Date(at * 60_000 + zone)
    const known = special.get(local.toISOString().slice(0, 10))
    const worked = known === undefined ? ![0, 6].includes(local.getUTCDay()) : known === 'WORKING'
    const minute = local.getUTCHours() * 60 + local.getUTCMinutes()
    if (worked && ((minute >= 420 && minute < 690) || (minute >= 810 && minute < 1020))) minutes += 1
  }
  return Math.floor(minutes / 480)
}

import type { EntityRecord } from '../../src/contract/entity.ts'
import { type OpenGraph } from '../kit/world/graph.ts'
import {
  agencyOf,
  cameraOf,
  dossierOf,
  keyed,
  mention,
  newDocument,
  observationOf,
  partyOf,
  reportOf,
} from '../kit/world/records.ts'
import type { Random } from './random.ts'

/** H53.1 and H53.11 are told apart; Z9 lies beneath none. */
export const agencies = ['H53', 'H53.1', 'H53.1.1', 'H53.1.2', 'H53.11', 'H53.2', 'H53.2.1', 'Z9'] as const
export type Agency = (typeof agencies)[number]
export const sources = { p: 'H53', s: 'H53.1', t: 'H53.2' } as const
export type SourceId = keyof typeof sources
const sourceIds = Object.keys(sources) as SourceId[]

export const isUnder = (agency: string, top: string | null): boolean =>
  top !== null && (top === 'H53' || agency === top || agency.startsWith(`${top}.`))

interface Placed {
  readonly source: SourceId
  readonly key: string
}
export interface DossierRow extends Placed {
  readonly record: EntityRecord['Dossier']
}
export interface DocumentRow extends Placed {
  readonly record: EntityRecord['Document'] & { kind: 'NEW' }
}
export interface ReportRow extends Placed {
  readonly record: EntityRecord['Report']
}
export interface ObservationRow extends Placed {
  readonly record: EntityRecord['Observation']
}
export interface CameraRow extends Placed {
  readonly record: EntityRecord['Camera']
}
export interface CameraEventRow extends Placed {
  readonly record: EntityRecord['CameraEvent']
}
/** Rows in the order in which they come in. */
export interface World {
  readonly dossiers: readonly DossierRow[]
  readonly documents: readonly DocumentRow[]
  readonly reports: readonly ReportRow[]
  readonly observations: readonly ObservationRow[]
  readonly cameras: readonly CameraRow[]
  readonly events: readonly CameraEventRow[]
}

export const statuses = ['REGISTERED', 'PROCESSING', 'SUPPLEMENT_REQUIRED', 'PROCESSED', 'RETURNED'] as const
export const channels = ['ONLINE', 'IN_PERSON', 'POSTAL'] as const
export const procedures = ['1.001', '1.002', '2.003'] as const
export const words = ['khai sinh', 'đất đai', 'kết hôn', 'hộ kinh doanh', 'bản sao'] as const
export const names = ['Đào', 'Mơ', 'Cúc', 'Lan', 'Trúc'] as const
export const indicators = ['KT01', 'XH02'] as const
export const periods = ['2024', '2025', '2026'] as const

const moment = (random: Random): string =>
  `2026-0${1 + random.below(4)}-${String(1 + random.below(27)).padStart(2, '0')}T${String(8 + random.below(3)).padStart(2, '0')}:00:00.000+07:00`
const day = (random: Random): string => moment(random).slice(0, 10)
const orNull = <T>(random: Random, share: number, value: T): T | null => (random.chance(share) ? null : value)
const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String(random.below(10))).join('')

export function makeDossier(random: Random, key: string, agency: Agency | null, source: SourceId): DossierRow {
  const finished = random.chance(0.4) ? moment(random) : null
  const event = {
    at: moment(random),
    status: random.pick(statuses),
    agency: null,
    officer: random.pick(names),
    note: null,
  }
  return {
    source,
    key,
    record: dossierOf(key, {
      code: random.chance(0.2) ? `D${random.below(5)}` : key,
      agency: agency === null ? null : mention(agency),
      status: random.pick(statuses),
      channel: orNull(random, 0.2, random.pick(channels)),
      subject: orNull(random, 0.2, random.pick(words)),
      procedure: random.chance(0.2) ? null : { code: random.pick(procedures), name: null, field: null },
      applicant: random.chance(0.3)
        ? null
        : partyOf(`${random.pick(names)} ${random.pick(names)}`, {
            identityNumber: digits(random, 12),
            phone: `09${digits(random, 8)}`,
            birthYear: 1950 + random.below(50),
            email: `${digits(random, 4)}@thu.example`,
            address: `Số ${digits(random, 2)}`,
            ward: 'Phường Một',
          }),
      receivedAt: orNull(random, 0.15, moment(random)),
      dueAt: orNull(random, 0.2, moment(random)),
      finishedAt: finished,
      events: random.chance(0.5) ? [event] : null,
    }),
  }
}
export function makeDocument(
  random: Random,
  key: string,
  ends: readonly Agency[],
  answers: readonly DocumentRow[],
): DocumentRow {
  const about = answers.length > 0 && random.chance(0.3) ? [random.pick(answers).record.about] : []
  const [sender, ...recipients] = ends
  return {
    source: random.pick(sourceIds),
    key,
    record: newDocument(sender!, key, recipients, {
      // Documents of one sender, code and day are one document.
      code: random.chance(0.3) ? null : `${key}/VB`,
      type: random.pick(['Công văn', 'Quyết định']),
      subject: random.pick(words),
      urgency: random.pick(['NORMAL', 'URGENT']),
      promulgatedAt: orNull(random, 0.2, day(random)),
      dueAt: orNull(random, 0.5, day(random)),
      respondsTo: about,
    }) as DocumentRow['record'],
  }
}
export function makeReport(random: Random, key: string, agency: Agency, source: SourceId): ReportRow {
  return {
    source,
    key,
    record: reportOf(key, agency, random.pick(periods), {
      title: random.pick(words),
      dueAt: orNull(random, 0.3, moment(random)),
      submittedAt: orNull(random, 0.5, moment(random)),
    }),
  }
}
export function makeObservation(random: Random, key: string, report: ReportRow | null): ObservationRow {
  const period = report?.record.period ?? { code: '2025', from: `2025-01-01`, to: '2025-12-31' }
  return {
    source: report?.source ?? random.pick(sourceIds),
    key,
    record: observationOf(random.pick(indicators), {
      areaCode: random.pick(['80', '25645']),
      value: `${random.below(900)}.50`,
      dimensions: [{ name: 'mark', value: key }],
      period: random.chance(0.5) ? period : { code: random.pick(periods), from: '2025-01-01', to: '2025-12-31' },
      report:
        report === null
          ? null
          : { code: report.record.code, agencyCode: report.record.agency.code, periodCode: report.record.period.code },
    }),
  }
}
export function makeCamera(random: Random, key: string, agency: Agency | null, source: SourceId): CameraRow {
  return {
    source,
    key,
    record: cameraOf(key, {
      agency: agency === null ? null : mention(agency),
      name: random.pick(words),
      online: orNull(random, 0.2, random.chance(0.5)),
      observedAt: orNull(random, 0.2, moment(random)),
      location: random.chance(0.3)
        ? null
        : { latitude: 11 + random.below(5) / 10, longitude: 106 + random.below(5) / 10 },
      profiles: [
        {
          name: 'main',
          encoding: 'H264',
          width: 1,
          height: 1,
          frameRate: 25,
          streamUri: `rtsp://cam.example/${key}`,
          snapshotUri: null,
        },
      ],
    }),
  }
}
export function makeEvent(random: Random, key: string, camera: CameraRow): CameraEventRow {
  return {
    source: camera.source,
    key,
    record: {
      cameraCode: camera.record.code,
      kind: 'MOTION',
      label: random.pick(words),
      from: moment(random),
      to: null,
    },
  }
}

export interface Sizes {
  readonly dossiers: number
  readonly others: number
}
export function makeWorld(random: Random, { dossiers, others }: Sizes): World {
  const agencyOrNone = (): Agency | null => (random.chance(0.1) ? null : random.pick(agencies))
  const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
  const documents: DocumentRow[] = []
  for (let at = 0; at < others; at += 1) {
    const ends = [random.pick(agencies), ...random.some(agencies, 0.2)]
    documents.push(makeDocument(random, `m${at}`, ends, documents))
  }
  const reports = many(others, (at) => makeReport(random, `r${at}`, random.pick(agencies), random.pick(sourceIds)))
  const cameras = many(others, (at) => makeCamera(random, `c${at}`, agencyOrNone(), random.pick(sourceIds)))
  return {
    dossiers: many(dossiers, (at) => makeDossier(random, `k${at}`, agencyOrNone(), random.pick(sourceIds))),
    documents,
    reports,
    observations: many(others * 2, (at) =>
      makeObservation(random, `o${at}`, random.chance(0.3) ? null : random.pick(reports)),
    ),
    cameras,
    events: many(others * 2, (at) => makeEvent(random, `e${at}`, random.pick(cameras))),
  }
}

/** All of a world stands in the database, written by the hub's own stores, in the world's order. */
export async function loadWorld(graph: OpenGraph, world: World): Promise<void> {
  await graph.put(
    'Agency',
    'lists',
    agencies.map((code) => agencyOf(code)),
  )
  for (const [id, agency] of Object.entries(sources)) {
    await graph.source(id, agency, {
      documents: 'Document',
      reports: 'Report',
      cameras: 'Camera',
      observations: 'Observation',
      events: 'CameraEvent',
    })
    // What records would bring along is open: it is the same in every world.
    await graph.put(
      'Dossier',
      id,
      procedures.map((code) =>
        dossierOf(`x${code}`, { procedure: { code, name: null, field: null }, agency: mention('Z9') }),
      ),
    )
    await graph.remove(
      'Dossier',
      id,
      procedures.map((code) => `x${code}`),
    )
  }
  const streams = [
    ['Dossier', 'list', world.dossiers],
    ['Document', 'documents', world.documents],
    ['Report', 'reports', world.reports],
    ['Observation', 'observations', world.observations],
    ['Camera', 'cameras', world.cameras],
    ['CameraEvent', 'events', world.events],
  ] as const
  for (const [entity, stream, rows] of streams) {
    for (const source of sourceIds) {
      const own = rows.filter((row) => row.source === source)
      const records = own.map(({ record, key }) => keyed(record, key))
      if (records.length === 0) continue
      await graph.put(entity, source, records as never, {
        stream,
        key: (record) => (record as unknown as { key: string }).key,
      })
    }
  }
}

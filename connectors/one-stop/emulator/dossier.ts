// An emulated dossier at a moment, and what the hub must make of it.
import { createHash } from 'node:crypto'
import { instant, seededRandom } from '#connector'
import type { DossierRecord, DossierStatus, PartyRecord, Town } from '#connector'
import { applicantOf } from './applicant.ts'
import type { Applicant } from './applicant.ts'
import { courseOf, stepAt } from './course.ts'
import type { Course, Step } from './course.ts'

/** A dossier at a moment: what both the answer on the wire and the truth are made from. */
export interface Dossier {
  readonly id: string
  readonly code: string | null
  readonly nationCode: string | null
  readonly course: Course
  readonly step: Step
  readonly applicant: Applicant
  readonly agencyCode: string
  readonly procedureCode: string
  /** Texts go out decomposed (NFD). */
  readonly decomposed: boolean
  /** Only the internal deadline `dueDate` is given. */
  readonly withoutAppointment: boolean
  /** Processing is written by its short form. */
  readonly shortName: boolean
}

const reform = Date.parse('2025-07-01T00:00:00+07:00')

/** The 24 hexadecimal digits by which the source knows a thing. */
export function objectId(town: Town, kind: string, name: string | number): string {
  return createHash('sha256').update(`${town.seed} ${kind} ${name}`).digest('hex').slice(0, 24)
}
const listed = new WeakMap<Town, Map<string, string>>()
/** The same for things of a short list (agencies, procedures, states), remembered. */
export function listedId(town: Town, kind: string, name: string | number): string {
  let ids = listed.get(town)
  if (ids === undefined) listed.set(town, (ids = new Map()))
  const key = `${kind} ${name}`
  let id = ids.get(key)
  if (id === undefined) ids.set(key, (id = objectId(town, kind, name)))
  return id
}

/** undefined before the dossier is registered. */
export function dossierAt(town: Town, size: number, index: number, now: number): Dossier | undefined {
  const course = courseOf(town, size, index)
  const step = stepAt(course, now)
  if (step === undefined) return undefined
  const random = seededRandom(town.seed, 'paper', index)
  const [codes, long, decomposed, withoutAppointment, shortName] = Array.from({ length: 5 }, random) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const { agency, procedure } = course
  const registered = course.steps[0]!.at
  const date = new Date(registered + 7 * 3_600_000).toISOString().slice(2, 10).replaceAll('-', '')
  const number = `${date}-${String(index + 1).padStart(4, '0')}`
  const oldCode = agency.oldCode ?? agency.code
  return {
    id: objectId(town, 'dossier', index),
    code: codes < 0.03 ? null : `${agency.code}-${number}`,
    nationCode: codes < 0.03 || codes > 0.4 ? `${oldCode}-${number}` : null,
    course,
    step,
    applicant: applicantOf(town, index, course),
    // The reorganisation of 1 July 2025 brought the new form of codes; older dossiers have the one of their time.
    agencyCode: registered < reform ? oldCode : agency.code,
    procedureCode: long < 0.15 ? `${procedure.code}.${town.agencies[0]?.oldCode ?? '000.00.00.H53'}` : procedure.code,
    decomposed: decomposed < 0.07,
    withoutAppointment: withoutAppointment < 0.05,
    shortName: shortName < 0.1,
  }
}

/** What the hub must store of a dossier; null for dirt that must be rejected. */
export function truthOf(town: Town, dossier: Dossier, now: number): DossierRecord | null {
  const { course, step } = dossier
  if (course.unknownStatus) return null
  const accepted = course.acceptedAt !== null && course.acceptedAt <= now ? course.acceptedAt : course.steps[0]!.at
  const name = { code: course.procedure.code, name: course.procedure.name, field: course.procedure.field }
  return {
    code: (dossier.code ?? dossier.nationCode)!,
    procedure: name,
    agency: {
      code: dossier.agencyCode,
      name: course.agency.name,
      externalId: listedId(town, 'agency', course.agency.code),
    },
    status: step.status,
    channel: course.channel,
    subject: null,
    applicant: partyOf(dossier.applicant),
    receivedAt: instant(accepted),
    dueAt: step.dueAt === null ? null : instant(step.dueAt),
    dueDates: null,
    finishedAt: null,
    returnedAt: null,
    fees: [],
    results: [],
    events: null,
    sourceUpdatedAt: course.undated ? null : instant(step.at),
  }
}

function partyOf(applicant: Applicant): PartyRecord {
  // Where a firm's form was filled in by a person, number and birthday are that person's and not the applicant's.
  const mixed = applicant.ownerFullname !== null && applicant.fullname !== null
  const { village, district, province } = applicant
  return {
    kind: applicant.kind,
    name: applicant.ownerFullname ?? applicant.fullname,
    identityNumber: mixed ? null : applicant.identityNumber,
    birthYear: mixed ? null : (applicant.birthday?.year ?? null),
    phone: applicant.phone,
    email: applicant.email,
    address: [applicant.house, village?.name, district?.name, province?.name]
      .filter((part) => part !== undefined)
      .join(', '),
    ward: village?.name ?? null,
  }
}

/** Number, Vietnamese and English name of a status as the source lists them. */
export const statusWords: Readonly<Record<DossierStatus, readonly [number, string, string]>> = {
  REGISTERED: [1, 'Mới đăng ký', 'Newly registered'],
  ACCEPTED: [2, 'Được tiếp nhận', 'Accepted'],
  REFUSED: [3, 'Không được tiếp nhận', 'Refused'],
  PROCESSING: [4, 'Đang xử lý', 'Processing'],
  SUPPLEMENT_REQUIRED: [5, 'Yêu cầu bổ sung giấy tờ', 'Supplement required'],
  PAYMENT_REQUIRED: [6, 'Yêu cầu thực hiện nghĩa vụ tài chính', 'Payment required'],
  WITHDRAWN: [7, 'Công dân yêu cầu rút hồ sơ', 'Withdrawn'],
  STOPPED: [8, 'Dừng xử lý', 'Stopped'],
  PROCESSED: [9, 'Đã xử lý xong', 'Processed'],
  RETURNED: [10, 'Đã trả kết quả', 'Result returned'],
}
/** A status of this source's own that no list has. */
export const unknownStatusWords = [11, 'Chờ liên thông thuế', 'Waiting for the tax office'] as const

export const statusId = (course: Course, step: Step): number =>
  course.unknownStatus ? unknownStatusWords[0] : statusWords[step.status][0]

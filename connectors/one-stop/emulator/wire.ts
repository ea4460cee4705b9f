// Writes an emulated dossier as the search answers it.
import type { Json, SourceRecord, Town } from '#connector'
import { listedId, objectId, statusWords, unknownStatusWords } from './dossier.ts'
import type { Dossier } from './dossier.ts'

const channelWords = {
  IN_PERSON: [0, 'Trực tiếp', 'In person'],
  ONLINE: [1, 'Trực tuyến', 'Online'],
  POSTAL: [2, 'Dịch vụ bưu chính công ích', 'Postal service'],
} as const

/** A dossier as an item of `content`. */
export function wireOf(town: Town, dossier: Dossier, now: number): SourceRecord {
  const { course, step, applicant } = dossier
  const text = (value: string): string => (dossier.decomposed ? value.normalize('NFD') : value)
  const names = (vietnamese: string, english?: string): Json => [
    { languageId: 228, name: text(vietnamese) },
    ...(english === undefined ? [] : [{ languageId: 46, name: english }]),
  ]
  const label = (unit: { readonly code: string; readonly name: string } | null): Json =>
    unit === null ? null : { label: text(unit.name), value: unit.code }

  const [statusId, statusName, statusEnglish] = course.unknownStatus ? unknownStatusWords : statusWords[step.status]
  const short = dossier.shortName && step.status === 'ACCEPTED' ? 'Đã tiếp nhận' : statusName
  const [channelId, channelName, channelEnglish] = channelWords[course.channel]
  const accepted = course.acceptedAt !== null && course.acceptedAt <= now ? course.acceptedAt : null
  const form = {
    ...(applicant.fullname === null ? {} : { fullname: text(applicant.fullname) }),
    ...(applicant.ownerFullname === null ? {} : { ownerFullname: text(applicant.ownerFullname) }),
    identityNumber: applicant.identityNumber,
    birthday: applicant.birthday?.text ?? null,
    gender: applicant.male ? 1 : 0,
    phoneNumber: applicant.phone,
    email: applicant.email ?? '',
    address: text(applicant.house),
    province: label(applicant.province),
    district: label(applicant.district),
    village: label(applicant.village),
  }
  return {
    id: dossier.id,
    code: dossier.code,
    nationCode: dossier.nationCode,
    dossierStatus: { id: statusId, name: names(short, statusEnglish) },
    dossierTaskStatus: {
      id: listedId(town, 'task status', statusId),
      name: names(statusName, statusEnglish),
    },
    applicant: {
      userId: objectId(town, 'user', dossier.id),
      eformId: listedId(town, 'form', course.procedure.code),
      data: form,
    },
    procedure: {
      id: listedId(town, 'procedure', course.procedure.code),
      code: dossier.procedureCode,
      translate: names(course.procedure.name),
      sector: { id: listedId(town, 'sector', course.procedure.field), name: names(course.procedure.field) },
    },
    agency: {
      id: listedId(town, 'agency', course.agency.code),
      code: dossier.agencyCode,
      name: names(course.agency.name),
    },
    appliedDate: wireTime(course.steps[0]!.at),
    acceptedDate: wireTime(accepted),
    appointmentDate: dossier.withoutAppointment ? null : wireTime(step.dueAt),
    // Given beside the appointment, it is the office's own deadline: an hour earlier.
    dueDate:
      step.dueAt === null || dossier.withoutAppointment ? wireTime(step.dueAt) : wireTime(step.dueAt - 3_600_000),
    ...(course.undated ? {} : { updatedDate: wireTime(step.at) }),
    processingTime: `${course.procedure.days}d`,
    applyMethod: { id: channelId, name: names(channelName, channelEnglish) },
    procedureLevel: { id: listedId(town, 'level', 3), name: names('Mức độ 3') },
  }
}

/** UTC with an offset that lacks its colon: a midnight in Vietnam is written as 17:00 of the day before. */
const wireTime = (time: number | null): string | null =>
  time === null ? null : new Date(time).toISOString().replace('Z', '+0000')

// The members of a dossier that may be kept.
import type { Json, SourceRecord } from '#connector'

/** Members that may be kept; `true` is a leaf. Lists are kept item by item. */
interface Allowed {
  readonly [member: string]: true | Allowed
}

const name: Allowed = { languageId: true, name: true }
const label: Allowed = { label: true }

/**
 * What a dossier may bring along. Who filled the form in (userId), which form it was (eformId), gender, identity papers and
 * every other member of the untyped form stay at the source.
 */
const dossier: Allowed = {
  id: true,
  code: true,
  nationCode: true,
  dossierStatus: { id: true, name },
  applicant: {
    data: {
      fullname: true,
      ownerFullname: true,
      identityNumber: true,
      birthday: true,
      phoneNumber: true,
      email: true,
      address: true,
      province: label,
      district: label,
      village: label,
    },
  },
  procedure: { id: true, code: true, translate: name, sector: { id: true, name } },
  agency: { id: true, code: true, name },
  applyMethod: { id: true, name },
  appliedDate: true,
  acceptedDate: true,
  appointmentDate: true,
  dueDate: true,
  updatedDate: true,
}

/** The dossier without the members that must never be kept. A value of the wrong kind keeps its kind, so that it is rejected. */
export const allowedOfDossier = (item: SourceRecord): SourceRecord => pick(item, dossier) as SourceRecord

function pick(value: Json, allowed: true | Allowed): Json {
  if (typeof value !== 'object' || value === null) return value
  // An object or list where a text belongs: its kind shows the fault, its content could be anything.
  if (allowed === true) return Array.isArray(value) ? [] : {}
  if (Array.isArray(value)) return value.map((item: Json) => pick(item, allowed))
  const record = value as SourceRecord
  const kept: Record<string, Json> = {}
  for (const [member, inside] of Object.entries(allowed)) {
    if (Object.hasOwn(record, member)) kept[member] = pick(record[member] as Json, inside)
  }
  return kept
}

// Records as a connector would give them, complete: a test says what matters to it.
import type { EntityRecord } from '../../../src/contract/entity.ts'

type Made<T> = Partial<{ -readonly [K in keyof T]: T[K] }>

export const agencyOf = (code: string, more: Made<EntityRecord['Agency']> = {}): EntityRecord['Agency'] => ({
  code,
  otherCodes: [],
  name: `Agency ${code}`,
  parentCode: null,
  externalId: null,
  ...more,
})
export const mention = (code: string, name: string | null = null, externalId: string | null = null) => ({
  code,
  name,
  externalId,
})
export const dossierOf = (code: string, more: Made<EntityRecord['Dossier']> = {}): EntityRecord['Dossier'] => ({
  code,
  procedure: null,
  agency: null,
  status: 'PROCESSING',
  channel: null,
  subject: null,
  applicant: null,
  receivedAt: null,
  dueAt: null,
  dueDates: null,
  finishedAt: null,
  returnedAt: null,
  fees: [],
  results: [],
  events: null,
  sourceUpdatedAt: null,
  ...more,
})
export const partyOf = (name: string, more: Made<NonNullable<EntityRecord['Dossier']['applicant']>> = {}) => ({
  kind: 'CITIZEN' as const,
  name,
  identityNumber: null,
  birthYear: null,
  phone: null,
  email: null,
  address: null,
  ward: null,
  ...more,
})
export const contentOf = (
  sender: string,
  recipients: readonly string[],
  more: Made<(EntityRecord['Document'] & { kind: 'NEW' })['content']> = {},
) => ({
  code: null,
  number: null,
  notation: null,
  type: null,
  subject: 'Subject',
  place: null,
  promulgatedAt: null,
  dueAt: null,
  urgency: 'NORMAL' as const,
  signer: null,
  sender: mention(sender),
  recipients: recipients.map((code) => mention(code)),
  respondsTo: [],
  attachments: [],
  ...more,
})
export const newDocument = (
  sender: string,
  id: string,
  recipients: readonly string[],
  more: Parameters<typeof contentOf>[2] = {},
): EntityRecord['Document'] => ({
  kind: 'NEW',
  about: { sender, id, code: more.code ?? null, promulgatedAt: more.promulgatedAt ?? null },
  at: '2026-03-01T08:00:00.000+07:00',
  content: contentOf(sender, recipients, more),
})
export const reportOf = (
  code: string,
  agency: string,
  period: string,
  more: Made<EntityRecord['Report']> = {},
): EntityRecord['Report'] => ({
  code,
  title: `Report ${code}`,
  regime: null,
  period: { code: period, from: `${period.slice(0, 4)}-01-01`, to: `${period.slice(0, 4)}-12-31` },
  agency: mention(agency),
  dueAt: null,
  submittedAt: null,
  ...more,
})
export const observationOf = (
  indicator: string,
  more: Made<EntityRecord['Observation']> = {},
): EntityRecord['Observation'] => ({
  indicator: { code: indicator, name: `Indicator ${indicator}`, unit: null },
  areaCode: null,
  areaName: null,
  dimensions: [],
  period: { code: '2026', from: '2026-01-01', to: '2026-12-31' },
  value: '12.50',
  unit: null,
  multiplier: null,
  status: null,
  report: null,
  ...more,
})
export const cameraOf = (code: string, more: Made<EntityRecord['Camera']> = {}): EntityRecord['Camera'] => ({
  code,
  name: null,
  manufacturer: null,
  model: null,
  firmware: null,
  serialNumber: null,
  agency: null,
  unitCode: null,
  location: null,
  online: null,
  observedAt: null,
  profiles: [],
  ...more,
})

/** A record under a key of its own, where nothing in it tells one. */
export const keyed = <R extends object>(record: R, key: string): R => ({ ...record, key })

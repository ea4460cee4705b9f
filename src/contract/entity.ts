// The shape of each shared entity as a connector hands it in. Times are texts `2026-03-05T08:00:00.000+07:00`, dates
// `2026-03-05`, amounts and values exact decimal texts, codes and identity numbers texts. Texts are in Unicode NFC.
// null means that the source does not say; it never means zero, false or unknown value.

export const dossierStatuses = [
  'REGISTERED',
  'ACCEPTED',
  'REFUSED',
  'PROCESSING',
  'SUPPLEMENT_REQUIRED',
  'PAYMENT_REQUIRED',
  'WITHDRAWN',
  'STOPPED',
  'PROCESSED',
  'RETURNED',
] as const
export type DossierStatus = (typeof dossierStatuses)[number]
export type DossierChannel = 'IN_PERSON' | 'ONLINE' | 'POSTAL'
export type PartyKind = 'CITIZEN' | 'BUSINESS' | 'STATE_AGENCY' | 'OTHER'
export type DocumentUrgency = 'NORMAL' | 'URGENT' | 'VERY_URGENT' | 'EXPRESS' | 'EXPRESS_TIMED'
export type ExchangeStatus =
  | 'ARRIVED'
  | 'REFUSED'
  | 'ACCEPTED'
  | 'ASSIGNED'
  | 'PROCESSING'
  | 'COMPLETED'
  | 'TAKE_BACK_REQUESTED'
  | 'TAKE_BACK_AGREED'
  | 'TAKE_BACK_REFUSED'
export type Audience = 'CITIZEN' | 'BUSINESS'

/** An agency as a record mentions it. `externalId`: the source's own id of it; two codes with one id are one agency. */
export interface AgencyMention {
  readonly code: string
  readonly name: string | null
  readonly externalId: string | null
}

export interface AgencyRecord {
  readonly code: string
  readonly otherCodes: readonly string[]
  readonly name: string
  readonly parentCode: string | null
  readonly externalId: string | null
}

export interface ProcedureRecord {
  readonly code: string
  readonly name: string
  readonly field: string | null
  readonly agency: AgencyMention | null
  readonly audience: Audience | null
}

export interface PartyRecord {
  readonly kind: PartyKind | null
  readonly name: string | null
  readonly identityNumber: string | null
  readonly birthYear: number | null
  readonly phone: string | null
  readonly email: string | null
  readonly address: string | null
  /** Name of the ward or commune of the address: all that a masked reader sees of it. */
  readonly ward: string | null
}

export interface DossierRecord {
  readonly code: string
  readonly procedure: { readonly code: string; readonly name: string | null; readonly field: string | null } | null
  readonly agency: AgencyMention | null
  readonly status: DossierStatus
  readonly channel: DossierChannel | null
  readonly subject: string | null
  readonly applicant: PartyRecord | null
  readonly receivedAt: string | null
  readonly dueAt: string | null
  /** null: the source gives no history, the hub records what it observes. */
  readonly dueDates: readonly { readonly dueAt: string; readonly since: string }[] | null
  readonly finishedAt: string | null
  readonly returnedAt: string | null
  readonly fees: readonly { readonly name: string | null; readonly amount: string; readonly paid: boolean | null }[]
  readonly results: readonly {
    readonly name: string
    readonly number: string | null
    readonly issuedAt: string | null
  }[]
  /** null: the source gives no history, the hub records what it observes. */
  readonly events:
    | readonly {
        readonly at: string
        readonly status: DossierStatus
        readonly agency: AgencyMention | null
        readonly officer: string | null
        readonly note: string | null
      }[]
    | null
  readonly sourceUpdatedAt: string | null
}

/** What a message says of the document that it is about. The store finds the document by `id`, else by `code` and date. */
export interface DocumentReference {
  readonly sender: string
  readonly id: string | null
  readonly code: string | null
  readonly promulgatedAt: string | null
}
export interface DocumentContent {
  readonly code: string | null
  readonly number: string | null
  readonly notation: string | null
  readonly type: string | null
  readonly subject: string
  readonly place: string | null
  readonly promulgatedAt: string | null
  readonly dueAt: string | null
  readonly urgency: DocumentUrgency
  readonly signer: {
    readonly name: string | null
    readonly position: string | null
    readonly competence: string | null
  } | null
  readonly sender: AgencyMention
  readonly recipients: readonly AgencyMention[]
  readonly respondsTo: readonly DocumentReference[]
  readonly attachments: readonly {
    readonly name: string
    readonly contentType: string | null
    readonly bytes: number
    readonly sha256: string // lower-case hex of the decoded content
  }[]
}
/** One message's contribution; the messages about one document fold to one Document, by `at` and then by key. */
export type DocumentRecord = {
  readonly about: DocumentReference
  /** Time of the message itself. */
  readonly at: string
} & (
  | { readonly kind: 'NEW' | 'UPDATE'; readonly content: DocumentContent }
  /** `replaces`: the documents that become REPLACED. */
  | { readonly kind: 'REPLACE'; readonly content: DocumentContent; readonly replaces: readonly DocumentReference[] }
  | { readonly kind: 'REVOKE'; readonly agency: AgencyMention; readonly reason: string | null }
  | {
      readonly kind: 'STATUS'
      readonly agency: AgencyMention
      readonly status: ExchangeStatus
      readonly note: string | null
    }
)

export interface PeriodRecord {
  readonly code: string // 2026, 2026-S1, 2026-Q1, 2026-M03, 2026-03-05
  readonly from: string // dates, both inclusive
  readonly to: string
}

export interface ReportRecord {
  readonly code: string
  readonly title: string
  readonly regime: string | null
  readonly period: PeriodRecord
  readonly agency: AgencyMention
  readonly dueAt: string | null
  /** null: expected; whether it is late follows from the clock. */
  readonly submittedAt: string | null
}

export interface ObservationRecord {
  readonly indicator: { readonly code: string; readonly name: string | null; readonly unit: string | null }
  readonly areaCode: string | null
  /** The area as the source writes it, where it gives a name and no code. */
  readonly areaName: string | null
  readonly dimensions: readonly { readonly name: string; readonly value: string }[]
  readonly period: PeriodRecord
  readonly value: string | null
  readonly unit: string | null
  readonly multiplier: number | null // power of ten
  readonly status: string | null
  /** The report that the observation was submitted in. */
  readonly report: { readonly code: string; readonly agencyCode: string; readonly periodCode: string } | null
}

export interface CameraRecord {
  readonly code: string
  readonly name: string | null
  readonly manufacturer: string | null
  readonly model: string | null
  readonly firmware: string | null
  readonly serialNumber: string | null
  readonly agency: AgencyMention | null
  readonly unitCode: string | null
  readonly location: { readonly latitude: number; readonly longitude: number } | null
  readonly online: boolean | null
  readonly observedAt: string | null
  readonly profiles: readonly {
    readonly name: string
    readonly encoding: string | null
    readonly width: number | null
    readonly height: number | null
    readonly frameRate: number | null
    readonly streamUri: string | null // never with credentials
    readonly snapshotUri: string | null
  }[]
}

export interface CameraEventRecord {
  readonly cameraCode: string
  readonly kind: string
  readonly label: string | null
  readonly from: string
  readonly to: string | null
}

export interface EntityRecord {
  Agency: AgencyRecord
  Procedure: ProcedureRecord
  Dossier: DossierRecord
  Document: DocumentRecord
  Report: ReportRecord
  Observation: ObservationRecord
  Camera: CameraRecord
  CameraEvent: CameraEventRecord
}
export type EntityName = keyof EntityRecord

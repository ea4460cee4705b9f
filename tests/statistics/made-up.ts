// Statistics of domains that the hub does not have, or not yet: permits of offices, and documents by their sender.
import { published, type Statistics, statistics, unpublished } from '../../src/statistics/index.ts'

export const permitSdl = /* GraphQL */ `
  extend type Query {
    permitStatistics(filter: PermitFilter, groupBy: [PermitGroup!]!): [PermitStatistic!]!
    documentStatistics(filter: DocumentFilter, groupBy: [DocumentGroup!]!): [DocumentStatistic!]!
  }
  enum PermitGroup {
    OFFICE
    KIND
    HOLDER_SEX
    ISSUE_MONTH
  }
  input PermitFilter {
    office: StringFilter
    issuedAt: DateTimeFilter
    kind: StringFilter
  }
  type Permit @requiresScopes(scopes: [["report:read"]]) {
    kind: String!
  }
  type PermitStatistic {
    office: Agency
    kind: String
    holderSex: String
    issueMonth: String
    count: Int
    revokedCount: Int
    suppressed: Boolean!
  }
  enum DocumentGroup {
    SENDER
    URGENCY
    TYPE
    PROMULGATION_MONTH
  }
  type DocumentStatistic {
    sender: Agency
    urgency: DocumentUrgency
    type: String
    promulgationMonth: String
    count: Int
    urgentShare: Float
    medianDaysAllowed: Int
    suppressed: Boolean!
  }
`

export interface PermitTypes {
  readonly group: 'OFFICE' | 'KIND' | 'HOLDER_SEX' | 'ISSUE_MONTH'
  readonly cell: Record<
    'office' | 'kind' | 'holderSex' | 'issueMonth' | 'count' | 'revokedCount' | 'suppressed',
    unknown
  >
  readonly filter: Record<'office' | 'issuedAt' | 'kind', unknown>
}

export const permitDeclaration: Parameters<typeof statistics<PermitTypes>>[0] = {
  counted: 'Permit',
  table: 'permit',
  where: (row) => `not ${row}.draft`,
  scope: 'report:read',
  cell: 'PermitStatistic',
  published: { table: 'permit_published', key: 'permit_id', releasedCells: 'permit_released_cell' },
  columns: {
    agency_id: published(),
    agency_path: published(),
    kind: published(),
    sex: unpublished(),
    issued_at: published(),
    revoked: published(
      (row, { statement, now }) => `coalesce(${row}.revoked_at <= ${statement.value(now, 'timestamptz')}, false)`,
    ),
  },
  groups: {
    OFFICE: { kind: 'agency', type: 'Agency', id: 'agency_id', path: 'agency_path', filter: 'office' },
    KIND: { kind: 'value', column: 'kind' },
    HOLDER_SEX: { kind: 'value', column: 'sex' },
    ISSUE_MONTH: { kind: 'month', column: 'issued_at', of: 'timestamptz', filter: 'issuedAt' },
  },
  measures: { revokedCount: { kind: 'count', name: 'revoked', where: (row) => `${row}.revoked` } },
}
export const permitStatistics: Statistics = statistics<PermitTypes>(permitDeclaration)

export const permitTables = {
  published: 'permit_published',
  key: 'permit_id',
  columns: {
    agency_id: 'bigint',
    agency_path: 'text collate "C" not null',
    kind: 'text not null',
    issued_at: 'timestamptz',
    revoked: 'boolean not null',
  },
  agency: { id: 'agency_id', path: 'agency_path' },
  releasedCells: 'permit_released_cell',
  measures: ['revoked'],
} as const

interface DocumentTypes {
  readonly group: 'SENDER' | 'URGENCY' | 'TYPE' | 'PROMULGATION_MONTH'
  readonly cell: Record<
    'sender' | 'urgency' | 'type' | 'promulgationMonth' | 'count' | 'urgentShare' | 'medianDaysAllowed' | 'suppressed',
    unknown
  >
  readonly filter: Record<'sender' | 'promulgatedAt', unknown>
}

export const documentStatistics: Statistics = statistics<DocumentTypes>({
  counted: 'Document',
  table: 'document',
  scope: 'document:read',
  cell: 'DocumentStatistic',
  published: { table: 'document_published', key: 'document_id', releasedCells: 'document_released_cell' },
  columns: {
    sender_id: published(),
    // A document has no path of its own: it is counted where its sender is.
    sender_path: published((row) => `coalesce((select a.path from agency a where a.id = ${row}.sender_id), '')`),
    urgency: published(),
    type: published(),
    promulgated_at: published(),
    days_allowed: published((row) => `${row}.due_at - ${row}.promulgated_at`),
  },
  groups: {
    SENDER: { kind: 'agency', type: 'Agency', id: 'sender_id', path: 'sender_path', filter: 'sender' },
    URGENCY: { kind: 'value', column: 'urgency' },
    TYPE: { kind: 'value', column: 'type', many: true },
    PROMULGATION_MONTH: { kind: 'month', column: 'promulgated_at', of: 'date', filter: 'promulgatedAt' },
  },
  measures: {
    urgentShare: {
      kind: 'ratio',
      name: 'urgent',
      among: (row) => `${row}.days_allowed is not null`,
      where: (row) => `${row}.urgency <> 'NORMAL'`,
    },
    medianDaysAllowed: { kind: 'median', of: (row) => `${row}.days_allowed` },
  },
})

export const documentTables = {
  published: 'document_published',
  key: 'document_id',
  columns: {
    sender_id: 'bigint',
    sender_path: 'text collate "C" not null',
    urgency: 'text not null',
    type: 'text',
    promulgated_at: 'date',
    days_allowed: 'integer',
  },
  agency: { id: 'sender_id', path: 'sender_path' },
  releasedCells: 'document_released_cell',
  measures: ['urgent'],
} as const

// Generated from schema/*.graphql: npm run codegen. Never edited.
export type Maybe<T> = T | null
export type InputMaybe<T> = T | null
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string }
  String: { input: string; output: string }
  Boolean: { input: boolean; output: boolean }
  Int: { input: number; output: number }
  Float: { input: number; output: number }
  AgencyCode: { input: string; output: string }
  Date: { input: string; output: string }
  DateTime: { input: string; output: string }
  Decimal: { input: string; output: string }
}

export interface AccessEntry extends Node {
  readonly at: Scalars['DateTime']['output']
  readonly caller: Scalars['String']['output']
  readonly field: Scalars['String']['output']
  readonly id: Scalars['ID']['output']
  readonly legalBasis?: Maybe<Scalars['String']['output']>
  readonly purpose?: Maybe<Scalars['String']['output']>
  readonly subject?: Maybe<Scalars['ID']['output']>
}

export interface AccessEntryConnection {
  readonly edges: ReadonlyArray<AccessEntryEdge>
  readonly nodes: ReadonlyArray<AccessEntry>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface AccessEntryEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: AccessEntry
}

export interface AdministrativeUnit extends Node {
  readonly code: Scalars['String']['output']
  readonly id: Scalars['ID']['output']
  readonly kind: UnitKind
  readonly name: Scalars['String']['output']
  readonly parent?: Maybe<AdministrativeUnit>
  readonly predecessors: ReadonlyArray<UnitChange>
  readonly successors: ReadonlyArray<UnitChange>
  readonly validFrom?: Maybe<Scalars['Date']['output']>
  readonly validTo?: Maybe<Scalars['Date']['output']>
}

export interface AdministrativeUnitConnection {
  readonly edges: ReadonlyArray<AdministrativeUnitEdge>
  readonly nodes: ReadonlyArray<AdministrativeUnit>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface AdministrativeUnitEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: AdministrativeUnit
}

export interface AdministrativeUnitFilter {
  readonly code?: InputMaybe<StringFilter>
  readonly kind?: InputMaybe<UnitKind>
  readonly on?: InputMaybe<Scalars['Date']['input']>
  readonly parent?: InputMaybe<StringFilter>
  readonly text?: InputMaybe<Scalars['String']['input']>
}

export interface Agency extends Node {
  readonly cameras: CameraConnection
  readonly children: AgencyConnection
  readonly code: Scalars['AgencyCode']['output']
  readonly documents: DocumentConnection
  readonly dossiers: DossierConnection
  readonly id: Scalars['ID']['output']
  readonly name: Scalars['String']['output']
  readonly otherCodes: ReadonlyArray<Scalars['String']['output']>
  readonly parent?: Maybe<Agency>
  readonly reports: ReportConnection
  readonly unit?: Maybe<AdministrativeUnit>
}

export interface AgencyCamerasArgs {
  after?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<CameraFilter>
  first?: InputMaybe<Scalars['Int']['input']>
}

export interface AgencyChildrenArgs {
  after?: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
}

export interface AgencyDocumentsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<DocumentFilter>
  first?: InputMaybe<Scalars['Int']['input']>
}

export interface AgencyDossiersArgs {
  after?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<DossierFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  orderBy?: InputMaybe<DossierOrder>
}

export interface AgencyReportsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<ReportFilter>
  first?: InputMaybe<Scalars['Int']['input']>
}

export interface AgencyConnection {
  readonly edges: ReadonlyArray<AgencyEdge>
  readonly nodes: ReadonlyArray<Agency>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface AgencyEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Agency
}

export interface AgencyFilter {
  readonly parent?: InputMaybe<StringFilter>
  readonly text?: InputMaybe<Scalars['String']['input']>
}

export interface Attachment {
  readonly bytes: Scalars['Int']['output']
  readonly contentType?: Maybe<Scalars['String']['output']>
  readonly name: Scalars['String']['output']
  readonly sha256: Scalars['String']['output']
}

export type Audience = 'BUSINESS' | 'CITIZEN'

export interface BooleanFilter {
  readonly eq?: InputMaybe<Scalars['Boolean']['input']>
}

export interface BoundsFilter {
  readonly east: Scalars['Float']['input']
  readonly north: Scalars['Float']['input']
  readonly south: Scalars['Float']['input']
  readonly west: Scalars['Float']['input']
}

export interface Camera extends Node {
  readonly agency?: Maybe<Agency>
  readonly code: Scalars['String']['output']
  readonly events: CameraEventConnection
  readonly firmware?: Maybe<Scalars['String']['output']>
  readonly id: Scalars['ID']['output']
  readonly location?: Maybe<Location>
  readonly manufacturer?: Maybe<Scalars['String']['output']>
  readonly model?: Maybe<Scalars['String']['output']>
  readonly name?: Maybe<Scalars['String']['output']>
  readonly observedAt?: Maybe<Scalars['DateTime']['output']>
  readonly online?: Maybe<Scalars['Boolean']['output']>
  readonly profiles: ReadonlyArray<CameraProfile>
  readonly provenance: Provenance
  readonly serialNumber?: Maybe<Scalars['String']['output']>
  readonly unit?: Maybe<AdministrativeUnit>
}

export interface CameraEventsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
}

export interface CameraConnection {
  readonly edges: ReadonlyArray<CameraEdge>
  readonly nodes: ReadonlyArray<Camera>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface CameraEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Camera
}

export interface CameraEvent extends Node {
  readonly from: Scalars['DateTime']['output']
  readonly id: Scalars['ID']['output']
  readonly kind: Scalars['String']['output']
  readonly label?: Maybe<Scalars['String']['output']>
  readonly to?: Maybe<Scalars['DateTime']['output']>
}

export interface CameraEventConnection {
  readonly edges: ReadonlyArray<CameraEventEdge>
  readonly nodes: ReadonlyArray<CameraEvent>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface CameraEventEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: CameraEvent
}

export interface CameraFilter {
  readonly agency?: InputMaybe<StringFilter>
  readonly near?: InputMaybe<NearFilter>
  readonly online?: InputMaybe<BooleanFilter>
  readonly unit?: InputMaybe<StringFilter>
  readonly within?: InputMaybe<BoundsFilter>
}

export type CameraOrder = 'CODE_ASC' | 'OBSERVED_AT_DESC'

export interface CameraProfile {
  readonly encoding?: Maybe<Scalars['String']['output']>
  readonly frameRate?: Maybe<Scalars['Float']['output']>
  readonly height?: Maybe<Scalars['Int']['output']>
  readonly name: Scalars['String']['output']
  readonly snapshotUri?: Maybe<Scalars['String']['output']>
  readonly streamUri?: Maybe<Scalars['String']['output']>
  readonly width?: Maybe<Scalars['Int']['output']>
}

export interface DateFilter {
  readonly from?: InputMaybe<Scalars['Date']['input']>
  readonly to?: InputMaybe<Scalars['Date']['input']>
}

export interface DateTimeFilter {
  readonly from?: InputMaybe<Scalars['DateTime']['input']>
  readonly to?: InputMaybe<Scalars['DateTime']['input']>
}

export interface Dimension {
  readonly name: Scalars['String']['output']
  readonly value: Scalars['String']['output']
}

export interface Document extends Node {
  readonly attachments: ReadonlyArray<Attachment>
  readonly code?: Maybe<Scalars['String']['output']>
  readonly dueAt?: Maybe<Scalars['Date']['output']>
  readonly exchanges: ReadonlyArray<Exchange>
  readonly id: Scalars['ID']['output']
  readonly notation?: Maybe<Scalars['String']['output']>
  readonly number?: Maybe<Scalars['String']['output']>
  readonly place?: Maybe<Scalars['String']['output']>
  readonly promulgatedAt?: Maybe<Scalars['Date']['output']>
  readonly provenance: Provenance
  readonly recipients: ReadonlyArray<Agency>
  readonly respondsTo: ReadonlyArray<Document>
  readonly sender?: Maybe<Agency>
  readonly signer?: Maybe<Signer>
  readonly state: DocumentState
  readonly subject: Scalars['String']['output']
  readonly type?: Maybe<Scalars['String']['output']>
  readonly urgency: DocumentUrgency
}

export interface DocumentConnection {
  readonly edges: ReadonlyArray<DocumentEdge>
  readonly nodes: ReadonlyArray<Document>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface DocumentEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Document
}

export interface DocumentFilter {
  readonly code?: InputMaybe<StringFilter>
  readonly promulgatedAt?: InputMaybe<DateFilter>
  readonly recipient?: InputMaybe<StringFilter>
  readonly sender?: InputMaybe<StringFilter>
  readonly text?: InputMaybe<Scalars['String']['input']>
  readonly type?: InputMaybe<StringFilter>
  readonly urgency?: InputMaybe<DocumentUrgencyFilter>
}

export type DocumentOrder = 'DUE_AT_ASC' | 'DUE_AT_DESC' | 'PROMULGATED_AT_ASC' | 'PROMULGATED_AT_DESC'

export type DocumentState = 'CURRENT' | 'REPLACED' | 'REVOKED'

export type DocumentUrgency = 'EXPRESS' | 'EXPRESS_TIMED' | 'NORMAL' | 'URGENT' | 'VERY_URGENT'

export interface DocumentUrgencyFilter {
  readonly eq?: InputMaybe<DocumentUrgency>
  readonly in?: InputMaybe<ReadonlyArray<DocumentUrgency>>
}

export interface Dossier extends Node {
  readonly agency?: Maybe<Agency>
  readonly applicant?: Maybe<Party>
  readonly channel?: Maybe<DossierChannel>
  readonly code: Scalars['String']['output']
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>
  readonly dueDates: ReadonlyArray<DueDate>
  readonly events: ReadonlyArray<DossierEvent>
  readonly fees: ReadonlyArray<Fee>
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>
  readonly id: Scalars['ID']['output']
  readonly overdue: Scalars['Boolean']['output']
  readonly procedure?: Maybe<Procedure>
  readonly provenance: Provenance
  readonly receivedAt?: Maybe<Scalars['DateTime']['output']>
  readonly results: ReadonlyArray<DossierResult>
  readonly returnedAt?: Maybe<Scalars['DateTime']['output']>
  readonly source: Source
  readonly status: DossierStatus
  readonly subject?: Maybe<Scalars['String']['output']>
}

export type DossierChannel = 'IN_PERSON' | 'ONLINE' | 'POSTAL'

export interface DossierChannelFilter {
  readonly eq?: InputMaybe<DossierChannel>
  readonly in?: InputMaybe<ReadonlyArray<DossierChannel>>
}

export interface DossierConnection {
  readonly edges: ReadonlyArray<DossierEdge>
  readonly nodes: ReadonlyArray<Dossier>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface DossierEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Dossier
}

export interface DossierEvent {
  readonly agency?: Maybe<Agency>
  readonly at: Scalars['DateTime']['output']
  readonly note?: Maybe<Scalars['String']['output']>
  readonly observed: Scalars['Boolean']['output']
  readonly officer?: Maybe<Scalars['String']['output']>
  readonly status: DossierStatus
}

export interface DossierFilter {
  readonly agency?: InputMaybe<StringFilter>
  readonly changedAt?: InputMaybe<DateTimeFilter>
  readonly channel?: InputMaybe<DossierChannelFilter>
  readonly dueAt?: InputMaybe<DateTimeFilter>
  readonly identityNumber?: InputMaybe<StringFilter>
  readonly overdue?: InputMaybe<BooleanFilter>
  readonly procedure?: InputMaybe<StringFilter>
  readonly receivedAt?: InputMaybe<DateTimeFilter>
  readonly source?: InputMaybe<StringFilter>
  readonly status?: InputMaybe<DossierStatusFilter>
  readonly text?: InputMaybe<Scalars['String']['input']>
}

export type DossierGroup = 'AGENCY' | 'CHANNEL' | 'MONTH' | 'PROCEDURE' | 'STATUS'

export type DossierOrder =
  | 'CHANGED_AT_ASC'
  | 'CHANGED_AT_DESC'
  | 'DUE_AT_ASC'
  | 'DUE_AT_DESC'
  | 'RECEIVED_AT_ASC'
  | 'RECEIVED_AT_DESC'

export interface DossierResult {
  readonly issuedAt?: Maybe<Scalars['DateTime']['output']>
  readonly name: Scalars['String']['output']
  readonly number?: Maybe<Scalars['String']['output']>
}

export interface DossierStatistic {
  readonly agency?: Maybe<Agency>
  readonly channel?: Maybe<DossierChannel>
  readonly count?: Maybe<Scalars['Int']['output']>
  readonly medianProcessingDays?: Maybe<Scalars['Int']['output']>
  readonly month?: Maybe<Scalars['String']['output']>
  readonly onTimeRate?: Maybe<Scalars['Float']['output']>
  readonly overdueCount?: Maybe<Scalars['Int']['output']>
  readonly procedure?: Maybe<Procedure>
  readonly status?: Maybe<DossierStatus>
  readonly suppressed: Scalars['Boolean']['output']
}

export type DossierStatus =
  | 'ACCEPTED'
  | 'PAYMENT_REQUIRED'
  | 'PROCESSED'
  | 'PROCESSING'
  | 'REFUSED'
  | 'REGISTERED'
  | 'RETURNED'
  | 'STOPPED'
  | 'SUPPLEMENT_REQUIRED'
  | 'WITHDRAWN'

export interface DossierStatusFilter {
  readonly eq?: InputMaybe<DossierStatus>
  readonly in?: InputMaybe<ReadonlyArray<DossierStatus>>
}

export interface Drift {
  readonly expected?: Maybe<Scalars['String']['output']>
  readonly firstSeenAt: Scalars['DateTime']['output']
  readonly found: Scalars['String']['output']
  readonly kind: DriftKind
  readonly path: Scalars['String']['output']
  readonly records: Scalars['Int']['output']
}

export type DriftKind = 'MISSING' | 'NEW' | 'RENAMED' | 'TYPE'

export interface DueDate {
  readonly dueAt: Scalars['DateTime']['output']
  readonly since: Scalars['DateTime']['output']
}

export interface Exchange {
  readonly agency?: Maybe<Agency>
  readonly at: Scalars['DateTime']['output']
  readonly note?: Maybe<Scalars['String']['output']>
  readonly status: ExchangeStatus
}

export type ExchangeStatus =
  | 'ACCEPTED'
  | 'ARRIVED'
  | 'ASSIGNED'
  | 'COMPLETED'
  | 'PROCESSING'
  | 'REFUSED'
  | 'TAKE_BACK_AGREED'
  | 'TAKE_BACK_REFUSED'
  | 'TAKE_BACK_REQUESTED'

export interface Failure {
  readonly code: FailureCode
  readonly message: Scalars['String']['output']
  readonly since: Scalars['DateTime']['output']
  readonly whoActs: Scalars['String']['output']
}

export type FailureCode = 'CONFIG_INVALID' | 'INTERNAL' | 'SOURCE_CHANGED' | 'SOURCE_UNAVAILABLE'

export interface Fee {
  readonly amount: Scalars['Decimal']['output']
  readonly name?: Maybe<Scalars['String']['output']>
  readonly paid?: Maybe<Scalars['Boolean']['output']>
}

export interface Indicator extends Node {
  readonly code: Scalars['String']['output']
  readonly id: Scalars['ID']['output']
  readonly name: Scalars['String']['output']
  readonly observations: ObservationConnection
  readonly unit?: Maybe<Scalars['String']['output']>
}

export interface IndicatorObservationsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<ObservationFilter>
  first?: InputMaybe<Scalars['Int']['input']>
}

export interface IndicatorConnection {
  readonly edges: ReadonlyArray<IndicatorEdge>
  readonly nodes: ReadonlyArray<Indicator>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface IndicatorEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Indicator
}

export interface IndicatorFilter {
  readonly code?: InputMaybe<StringFilter>
  readonly text?: InputMaybe<Scalars['String']['input']>
}

export interface Location {
  readonly latitude: Scalars['Float']['output']
  readonly longitude: Scalars['Float']['output']
}

export interface Mutation {
  readonly correctQuarantined: Scalars['Boolean']['output']
  readonly pauseSource: Source
  readonly releaseQuarantined: Scalars['Int']['output']
  readonly replaySource: ReadonlyArray<Run>
  readonly resumeSource: Source
  readonly runSource: ReadonlyArray<Run>
}

export interface MutationCorrectQuarantinedArgs {
  id: Scalars['ID']['input']
  patch: Scalars['String']['input']
  reason: Scalars['String']['input']
}

export interface MutationPauseSourceArgs {
  id: Scalars['String']['input']
}

export interface MutationReleaseQuarantinedArgs {
  ids: ReadonlyArray<Scalars['ID']['input']>
}

export interface MutationReplaySourceArgs {
  id: Scalars['String']['input']
  stream?: InputMaybe<Scalars['String']['input']>
}

export interface MutationResumeSourceArgs {
  id: Scalars['String']['input']
}

export interface MutationRunSourceArgs {
  full?: InputMaybe<Scalars['Boolean']['input']>
  id: Scalars['String']['input']
  stream?: InputMaybe<Scalars['String']['input']>
}

export interface NearFilter {
  readonly latitude: Scalars['Float']['input']
  readonly longitude: Scalars['Float']['input']
  readonly metres: Scalars['Int']['input']
}

export type Node = {
  readonly id: Scalars['ID']['output']
}

export interface Observation extends Node {
  readonly area?: Maybe<AdministrativeUnit>
  readonly areaCode?: Maybe<Scalars['String']['output']>
  readonly dimensions: ReadonlyArray<Dimension>
  readonly id: Scalars['ID']['output']
  readonly indicator: Indicator
  readonly multiplier?: Maybe<Scalars['Int']['output']>
  readonly period: Period
  readonly provenance: Provenance
  readonly status?: Maybe<Scalars['String']['output']>
  readonly unit?: Maybe<Scalars['String']['output']>
  readonly value?: Maybe<Scalars['Decimal']['output']>
}

export interface ObservationConnection {
  readonly edges: ReadonlyArray<ObservationEdge>
  readonly nodes: ReadonlyArray<Observation>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface ObservationEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Observation
}

export interface ObservationFilter {
  readonly area?: InputMaybe<StringFilter>
  readonly indicator?: InputMaybe<StringFilter>
  readonly period?: InputMaybe<StringFilter>
  readonly source?: InputMaybe<StringFilter>
}

export type ObservationOrder = 'PERIOD_ASC' | 'PERIOD_DESC'

export interface PageInfo {
  readonly endCursor?: Maybe<Scalars['String']['output']>
  readonly hasNextPage: Scalars['Boolean']['output']
  readonly hasPreviousPage: Scalars['Boolean']['output']
  readonly startCursor?: Maybe<Scalars['String']['output']>
}

export interface Party {
  readonly address?: Maybe<Scalars['String']['output']>
  readonly birthYear?: Maybe<Scalars['Int']['output']>
  readonly email?: Maybe<Scalars['String']['output']>
  readonly identityNumber?: Maybe<Scalars['String']['output']>
  readonly kind?: Maybe<PartyKind>
  readonly name?: Maybe<Scalars['String']['output']>
  readonly phone?: Maybe<Scalars['String']['output']>
}

export type PartyKind = 'BUSINESS' | 'CITIZEN' | 'OTHER' | 'STATE_AGENCY'

export interface Period {
  readonly code: Scalars['String']['output']
  readonly from: Scalars['Date']['output']
  readonly to: Scalars['Date']['output']
}

export interface Procedure extends Node {
  readonly agency?: Maybe<Agency>
  readonly audiences: ReadonlyArray<Audience>
  readonly code: Scalars['String']['output']
  readonly field?: Maybe<Scalars['String']['output']>
  readonly id: Scalars['ID']['output']
  readonly name: Scalars['String']['output']
}

export interface ProcedureConnection {
  readonly edges: ReadonlyArray<ProcedureEdge>
  readonly nodes: ReadonlyArray<Procedure>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface ProcedureEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Procedure
}

export interface ProcedureFilter {
  readonly code?: InputMaybe<StringFilter>
  readonly field?: InputMaybe<StringFilter>
  readonly text?: InputMaybe<Scalars['String']['input']>
}

export interface Provenance {
  readonly externalId: Scalars['String']['output']
  readonly firstSeenAt: Scalars['DateTime']['output']
  readonly lastChangedAt: Scalars['DateTime']['output']
  readonly run?: Maybe<Scalars['ID']['output']>
  readonly source: Scalars['String']['output']
  readonly sourceUpdatedAt?: Maybe<Scalars['DateTime']['output']>
}

export interface QuarantineConnection {
  readonly edges: ReadonlyArray<QuarantineEdge>
  readonly nodes: ReadonlyArray<QuarantinedRecord>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface QuarantineEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: QuarantinedRecord
}

export interface QuarantinedRecord extends Node {
  readonly id: Scalars['ID']['output']
  readonly key?: Maybe<Scalars['String']['output']>
  readonly path?: Maybe<Scalars['String']['output']>
  readonly raw?: Maybe<Scalars['String']['output']>
  readonly reason: Scalars['String']['output']
  readonly seenAt: Scalars['DateTime']['output']
  readonly source: Scalars['String']['output']
  readonly stream: Scalars['String']['output']
  readonly tries: Scalars['Int']['output']
}

export interface Query {
  readonly accessLog: AccessEntryConnection
  readonly administrativeUnit?: Maybe<AdministrativeUnit>
  readonly administrativeUnits: AdministrativeUnitConnection
  readonly agencies: AgencyConnection
  readonly agency?: Maybe<Agency>
  readonly camera?: Maybe<Camera>
  readonly cameras: CameraConnection
  readonly document?: Maybe<Document>
  readonly documents: DocumentConnection
  readonly dossier?: Maybe<Dossier>
  readonly dossierStatistics: ReadonlyArray<DossierStatistic>
  readonly dossiers: DossierConnection
  readonly indicators: IndicatorConnection
  readonly node?: Maybe<Node>
  readonly observations: ObservationConnection
  readonly procedure?: Maybe<Procedure>
  readonly procedures: ProcedureConnection
  readonly quarantine: QuarantineConnection
  readonly reports: ReportConnection
  readonly runs: RunConnection
  readonly search: SearchConnection
  readonly source?: Maybe<Source>
  readonly sources: ReadonlyArray<Source>
}

export interface QueryAccessLogArgs {
  after?: InputMaybe<Scalars['String']['input']>
  at?: InputMaybe<DateTimeFilter>
  caller?: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
  subject?: InputMaybe<Scalars['ID']['input']>
}

export interface QueryAdministrativeUnitArgs {
  code: Scalars['String']['input']
  on?: InputMaybe<Scalars['Date']['input']>
}

export interface QueryAdministrativeUnitsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<AdministrativeUnitFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
}

export interface QueryAgenciesArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<AgencyFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
}

export interface QueryAgencyArgs {
  code: Scalars['String']['input']
}

export interface QueryCameraArgs {
  code: Scalars['String']['input']
}

export interface QueryCamerasArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<CameraFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
  orderBy?: InputMaybe<CameraOrder>
}

export interface QueryDocumentArgs {
  id: Scalars['ID']['input']
}

export interface QueryDocumentsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<DocumentFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
  orderBy?: InputMaybe<DocumentOrder>
}

export interface QueryDossierArgs {
  code: Scalars['String']['input']
  source?: InputMaybe<Scalars['String']['input']>
}

export interface QueryDossierStatisticsArgs {
  filter?: InputMaybe<DossierFilter>
  groupBy: ReadonlyArray<DossierGroup>
}

export interface QueryDossiersArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<DossierFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
  orderBy?: InputMaybe<DossierOrder>
}

export interface QueryIndicatorsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<IndicatorFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
}

export interface QueryNodeArgs {
  id: Scalars['ID']['input']
}

export interface QueryObservationsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<ObservationFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
  orderBy?: InputMaybe<ObservationOrder>
}

export interface QueryProcedureArgs {
  code: Scalars['String']['input']
}

export interface QueryProceduresArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<ProcedureFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
}

export interface QueryQuarantineArgs {
  after?: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
  source?: InputMaybe<Scalars['String']['input']>
  stream?: InputMaybe<Scalars['String']['input']>
}

export interface QueryReportsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  before?: InputMaybe<Scalars['String']['input']>
  filter?: InputMaybe<ReportFilter>
  first?: InputMaybe<Scalars['Int']['input']>
  last?: InputMaybe<Scalars['Int']['input']>
  orderBy?: InputMaybe<ReportOrder>
}

export interface QueryRunsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
  source?: InputMaybe<Scalars['String']['input']>
  state?: InputMaybe<RunState>
}

export interface QuerySearchArgs {
  after?: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
  text: Scalars['String']['input']
  types?: InputMaybe<ReadonlyArray<SearchType>>
}

export interface QuerySourceArgs {
  id: Scalars['String']['input']
}

export interface Report extends Node {
  readonly agency?: Maybe<Agency>
  readonly code: Scalars['String']['output']
  readonly dueAt?: Maybe<Scalars['DateTime']['output']>
  readonly id: Scalars['ID']['output']
  readonly observations: ObservationConnection
  readonly period: Period
  readonly provenance: Provenance
  readonly regime?: Maybe<Scalars['String']['output']>
  readonly state: ReportState
  readonly submittedAt?: Maybe<Scalars['DateTime']['output']>
  readonly title: Scalars['String']['output']
}

export interface ReportObservationsArgs {
  after?: InputMaybe<Scalars['String']['input']>
  first?: InputMaybe<Scalars['Int']['input']>
}

export interface ReportConnection {
  readonly edges: ReadonlyArray<ReportEdge>
  readonly nodes: ReadonlyArray<Report>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface ReportEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Report
}

export interface ReportFilter {
  readonly agency?: InputMaybe<StringFilter>
  readonly code?: InputMaybe<StringFilter>
  readonly period?: InputMaybe<StringFilter>
  readonly state?: InputMaybe<ReportState>
}

export type ReportOrder = 'DUE_AT_ASC' | 'DUE_AT_DESC' | 'PERIOD_ASC' | 'PERIOD_DESC'

export type ReportState = 'EXPECTED' | 'LATE' | 'SUBMITTED'

export interface Run extends Node {
  readonly disorder: Scalars['Int']['output']
  readonly failure?: Maybe<Failure>
  readonly finishedAt?: Maybe<Scalars['DateTime']['output']>
  readonly id: Scalars['ID']['output']
  readonly pages: Scalars['Int']['output']
  readonly read: Scalars['Int']['output']
  readonly rejected: Scalars['Int']['output']
  readonly removed: Scalars['Int']['output']
  readonly source: Scalars['String']['output']
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>
  readonly state: RunState
  readonly stream: Scalars['String']['output']
  readonly unchanged: Scalars['Int']['output']
  readonly written: Scalars['Int']['output']
}

export interface RunConnection {
  readonly edges: ReadonlyArray<RunEdge>
  readonly nodes: ReadonlyArray<Run>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface RunEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: Run
}

export type RunState = 'CANCELLED' | 'FAILED' | 'RUNNING' | 'SUCCEEDED' | 'SUCCEEDED_WITH_REJECTS' | 'WAITING'

export interface SearchConnection {
  readonly edges: ReadonlyArray<SearchEdge>
  readonly nodes: ReadonlyArray<SearchResult>
  readonly pageInfo: PageInfo
  readonly totalCount: Scalars['Int']['output']
}

export interface SearchEdge {
  readonly cursor: Scalars['String']['output']
  readonly node: SearchResult
}

export type SearchResult = AdministrativeUnit | Agency | Camera | Document | Dossier | Indicator | Procedure | Report

export type SearchType =
  | 'ADMINISTRATIVE_UNIT'
  | 'AGENCY'
  | 'CAMERA'
  | 'DOCUMENT'
  | 'DOSSIER'
  | 'INDICATOR'
  | 'PROCEDURE'
  | 'REPORT'

export interface Signer {
  readonly competence?: Maybe<Scalars['String']['output']>
  readonly name?: Maybe<Scalars['String']['output']>
  readonly position?: Maybe<Scalars['String']['output']>
}

export interface Source {
  readonly connector: Scalars['String']['output']
  readonly failure?: Maybe<Failure>
  readonly id: Scalars['String']['output']
  readonly lagSeconds?: Maybe<Scalars['Int']['output']>
  readonly lastSuccessAt?: Maybe<Scalars['DateTime']['output']>
  readonly nextRunAt?: Maybe<Scalars['DateTime']['output']>
  readonly quarantineCount: Scalars['Int']['output']
  readonly recordCount: Scalars['Int']['output']
  readonly state: SourceState
  readonly streams: ReadonlyArray<Stream>
  readonly title: Scalars['String']['output']
}

export type SourceState = 'FAILING' | 'HEALTHY' | 'LATE' | 'NEVER_RUN' | 'PAUSED'

export interface Stream {
  readonly censusAt?: Maybe<Scalars['DateTime']['output']>
  readonly censusLeftOver?: Maybe<Scalars['Int']['output']>
  readonly censusMissing?: Maybe<Scalars['Int']['output']>
  readonly cursor?: Maybe<Scalars['String']['output']>
  readonly drift: ReadonlyArray<Drift>
  readonly entity: Scalars['String']['output']
  readonly heldReason?: Maybe<Scalars['String']['output']>
  readonly id: Scalars['String']['output']
  readonly lastSuccessAt?: Maybe<Scalars['DateTime']['output']>
  readonly nextCensusAt?: Maybe<Scalars['DateTime']['output']>
  readonly recordCount: Scalars['Int']['output']
}

export interface StringFilter {
  readonly eq?: InputMaybe<Scalars['String']['input']>
  readonly in?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>
}

export interface Subscription {
  readonly dossierChanged?: Maybe<Dossier>
  readonly runChanged?: Maybe<Run>
}

export interface SubscriptionDossierChangedArgs {
  filter?: InputMaybe<DossierFilter>
}

export interface SubscriptionRunChangedArgs {
  source?: InputMaybe<Scalars['String']['input']>
}

export interface UnitChange {
  readonly note?: Maybe<Scalars['String']['output']>
  readonly unit: AdministrativeUnit
  readonly whole: Scalars['Boolean']['output']
}

export type UnitKind = 'CITY' | 'COMMUNE' | 'DISTRICT' | 'PROVINCE' | 'SPECIAL_ZONE' | 'TOWN' | 'TOWNSHIP' | 'WARD'

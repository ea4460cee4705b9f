/**
 * Every name that clients rely on, as `kind Type &Interface member:Type member(argument:Type=default):Type`; a line that is
 * indented further goes on. PAGE and NEXT stand for the arguments of paging, both ways and forwards only.
 */
export const promisedNames = `
  scalar DateTime
  scalar Date
  scalar Decimal
  scalar AgencyCode
  type Query node(id:ID!):Node dossier(code:String!,source:String):Dossier
    dossiers(filter:DossierFilter,orderBy:DossierOrder=RECEIVED_AT_DESC,PAGE):DossierConnection!
    dossierStatistics(filter:DossierFilter,groupBy:[DossierGroup!]!):[DossierStatistic!]!
    document(id:ID!):Document
    documents(filter:DocumentFilter,orderBy:DocumentOrder=PROMULGATED_AT_DESC,PAGE):DocumentConnection!
    reports(filter:ReportFilter,orderBy:ReportOrder=PERIOD_DESC,PAGE):ReportConnection!
    indicators(filter:IndicatorFilter,PAGE):IndicatorConnection!
    observations(filter:ObservationFilter,orderBy:ObservationOrder=PERIOD_DESC,PAGE):ObservationConnection!
    camera(code:String!):Camera cameras(filter:CameraFilter,orderBy:CameraOrder=CODE_ASC,PAGE):CameraConnection!
    agency(code:String!):Agency agencies(filter:AgencyFilter,PAGE):AgencyConnection!
    administrativeUnit(code:String!,on:Date):AdministrativeUnit
    administrativeUnits(filter:AdministrativeUnitFilter,PAGE):AdministrativeUnitConnection!
    procedure(code:String!):Procedure procedures(filter:ProcedureFilter,PAGE):ProcedureConnection!
    search(text:String!,types:[SearchType!],NEXT):SearchConnection! source(id:String!):Source sources:[Source!]!
    runs(source:String,state:RunState,NEXT):RunConnection!
    quarantine(source:String,stream:String,NEXT):QuarantineConnection!
    accessLog(subject:ID,caller:String,at:DateTimeFilter,NEXT):AccessEntryConnection!
  type Subscription dossierChanged(filter:DossierFilter):Dossier runChanged(source:String):Run
  type Mutation runSource(id:String!,stream:String,full:Boolean):[Run!]! pauseSource(id:String!):Source!
    resumeSource(id:String!):Source! releaseQuarantined(ids:[ID!]!):Int!
    correctQuarantined(id:ID!,patch:String!,reason:String!):Boolean!
    replaySource(id:String!,stream:String):[Run!]!
  interface Node id:ID!
  input StringFilter eq:String in:[String!]
  input DateTimeFilter from:DateTime to:DateTime
  input DateFilter from:Date to:Date
  input BooleanFilter eq:Boolean
  enum DossierStatus REGISTERED ACCEPTED REFUSED PROCESSING SUPPLEMENT_REQUIRED PAYMENT_REQUIRED WITHDRAWN
    STOPPED PROCESSED RETURNED
  enum DossierChannel IN_PERSON ONLINE POSTAL
  enum PartyKind CITIZEN BUSINESS STATE_AGENCY OTHER
  enum DossierOrder RECEIVED_AT_ASC RECEIVED_AT_DESC DUE_AT_ASC DUE_AT_DESC CHANGED_AT_ASC CHANGED_AT_DESC
  enum DossierGroup AGENCY STATUS PROCEDURE CHANNEL MONTH
  input DossierStatusFilter eq:DossierStatus in:[DossierStatus!]
  input DossierChannelFilter eq:DossierChannel in:[DossierChannel!]
  input DossierFilter status:DossierStatusFilter channel:DossierChannelFilter agency:StringFilter
    procedure:StringFilter source:StringFilter receivedAt:DateTimeFilter dueAt:DateTimeFilter
    changedAt:DateTimeFilter overdue:BooleanFilter identityNumber:StringFilter text:String
  type Dossier &Node id:ID! code:String! source:Source! procedure:Procedure agency:Agency status:DossierStatus!
    channel:DossierChannel subject:String applicant:Party receivedAt:DateTime dueAt:DateTime
    dueDates:[DueDate!]! finishedAt:DateTime returnedAt:DateTime overdue:Boolean! fees:[Fee!]!
    results:[DossierResult!]! events:[DossierEvent!]! provenance:Provenance!
  type Party kind:PartyKind name:String identityNumber:String birthYear:Int phone:String email:String
    address:String
  type DueDate dueAt:DateTime! since:DateTime!
  type Fee name:String amount:Decimal! paid:Boolean
  type DossierResult name:String! number:String issuedAt:DateTime
  type DossierEvent at:DateTime! status:DossierStatus! agency:Agency officer:String note:String
    observed:Boolean!
  type DossierStatistic agency:Agency status:DossierStatus procedure:Procedure channel:DossierChannel
    month:String count:Int overdueCount:Int onTimeRate:Float medianProcessingDays:Int suppressed:Boolean!
  enum DocumentUrgency NORMAL URGENT VERY_URGENT EXPRESS EXPRESS_TIMED
  enum ExchangeStatus ARRIVED REFUSED ACCEPTED ASSIGNED PROCESSING COMPLETED TAKE_BACK_REQUESTED
    TAKE_BACK_AGREED TAKE_BACK_REFUSED
  enum DocumentState CURRENT REVOKED REPLACED
  enum DocumentOrder PROMULGATED_AT_ASC PROMULGATED_AT_DESC DUE_AT_ASC DUE_AT_DESC
  input DocumentUrgencyFilter eq:DocumentUrgency in:[DocumentUrgency!]
  input DocumentFilter type:StringFilter sender:StringFilter recipient:StringFilter promulgatedAt:DateFilter
    urgency:DocumentUrgencyFilter code:StringFilter text:String
  type Document &Node id:ID! code:String number:String notation:String type:String subject:String! place:String
    promulgatedAt:Date dueAt:Date urgency:DocumentUrgency! signer:Signer state:DocumentState! sender:Agency
    recipients:[Agency!]! respondsTo:[Document!]! exchanges:[Exchange!]! attachments:[Attachment!]!
    provenance:Provenance!
  type Signer name:String position:String competence:String
  type Exchange status:ExchangeStatus! at:DateTime! agency:Agency note:String
  type Attachment name:String! contentType:String bytes:Int! sha256:String!
  enum ReportState EXPECTED SUBMITTED LATE
  enum ReportOrder PERIOD_ASC PERIOD_DESC DUE_AT_ASC DUE_AT_DESC
  enum ObservationOrder PERIOD_ASC PERIOD_DESC
  input ReportFilter agency:StringFilter code:StringFilter period:StringFilter state:ReportState
  input IndicatorFilter code:StringFilter text:String
  input ObservationFilter indicator:StringFilter area:StringFilter period:StringFilter source:StringFilter
  type Period code:String! from:Date! to:Date!
  type Report &Node id:ID! code:String! title:String! regime:String period:Period! agency:Agency dueAt:DateTime
    submittedAt:DateTime state:ReportState! observations(NEXT):ObservationConnection! provenance:Provenance!
  type Indicator &Node id:ID! code:String! name:String! unit:String
    observations(filter:ObservationFilter,NEXT):ObservationConnection!
  type Observation &Node id:ID! indicator:Indicator! area:AdministrativeUnit areaCode:String
    dimensions:[Dimension!]! period:Period! value:Decimal unit:String multiplier:Int status:String
    provenance:Provenance!
  type Dimension name:String! value:String!
  enum CameraOrder CODE_ASC OBSERVED_AT_DESC
  input CameraFilter online:BooleanFilter agency:StringFilter unit:StringFilter near:NearFilter
    within:BoundsFilter
  input NearFilter latitude:Float! longitude:Float! metres:Int!
  input BoundsFilter south:Float! west:Float! north:Float! east:Float!
  type Location latitude:Float! longitude:Float!
  type Camera &Node id:ID! code:String! name:String manufacturer:String model:String firmware:String
    serialNumber:String agency:Agency unit:AdministrativeUnit location:Location online:Boolean
    observedAt:DateTime profiles:[CameraProfile!]! events(NEXT):CameraEventConnection! provenance:Provenance!
  type CameraProfile name:String! encoding:String width:Int height:Int frameRate:Float streamUri:String
    snapshotUri:String
  type CameraEvent &Node id:ID! kind:String! label:String from:DateTime! to:DateTime
  input AgencyFilter parent:StringFilter text:String
  type Agency &Node id:ID! code:AgencyCode! otherCodes:[String!]! name:String! parent:Agency
    children(NEXT):AgencyConnection! unit:AdministrativeUnit
    dossiers(filter:DossierFilter,orderBy:DossierOrder,NEXT):DossierConnection!
    documents(filter:DocumentFilter,NEXT):DocumentConnection!
    reports(filter:ReportFilter,NEXT):ReportConnection! cameras(filter:CameraFilter,NEXT):CameraConnection!
  enum UnitKind PROVINCE CITY DISTRICT TOWN WARD COMMUNE TOWNSHIP SPECIAL_ZONE
  input AdministrativeUnitFilter code:StringFilter parent:StringFilter kind:UnitKind on:Date text:String
  type AdministrativeUnit &Node id:ID! code:String! name:String! kind:UnitKind! parent:AdministrativeUnit
    validFrom:Date validTo:Date predecessors:[UnitChange!]! successors:[UnitChange!]!
  type UnitChange unit:AdministrativeUnit! whole:Boolean! note:String
  input ProcedureFilter code:StringFilter field:StringFilter text:String
  enum Audience CITIZEN BUSINESS
  type Procedure &Node id:ID! code:String! name:String! field:String agency:Agency audiences:[Audience!]!
  enum SearchType DOSSIER DOCUMENT REPORT INDICATOR CAMERA AGENCY ADMINISTRATIVE_UNIT PROCEDURE
  union SearchResult Dossier Document Report Indicator Camera Agency AdministrativeUnit Procedure
  enum SourceState HEALTHY LATE FAILING PAUSED NEVER_RUN
  enum RunState WAITING RUNNING SUCCEEDED SUCCEEDED_WITH_REJECTS FAILED CANCELLED
  enum FailureCode CONFIG_INVALID SOURCE_UNAVAILABLE SOURCE_CHANGED INTERNAL
  type Source id:String! connector:String! title:String! state:SourceState! streams:[Stream!]!
    lastSuccessAt:DateTime nextRunAt:DateTime lagSeconds:Int recordCount:Int! quarantineCount:Int!
    failure:Failure
  type Stream id:String! entity:String! recordCount:Int! lastSuccessAt:DateTime cursor:String
  type Failure code:FailureCode! message:String! whoActs:String! since:DateTime!
  type Run &Node id:ID! source:String! stream:String! state:RunState! startedAt:DateTime finishedAt:DateTime
    pages:Int! read:Int! written:Int! unchanged:Int! removed:Int! rejected:Int! failure:Failure
  type QuarantinedRecord &Node id:ID! source:String! stream:String! key:String reason:String! path:String
    seenAt:DateTime! tries:Int! raw:String
  type AccessEntry &Node id:ID! at:DateTime! caller:String! subject:ID field:String! purpose:String
    legalBasis:String
  type Provenance source:String! externalId:String! firstSeenAt:DateTime! lastChangedAt:DateTime!
    sourceUpdatedAt:DateTime run:ID
`

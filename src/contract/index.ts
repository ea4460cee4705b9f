// The front door of the contract: connectors import it as `#connector`.
export type { Transport, TransportAnswer, TransportRequest } from '../transport/exchange.ts'
export type { FailureCode } from '../transport/failure.ts'
export { exactJson } from '../transport/content/exact-json.ts'
export { isObject } from '../transport/json-object.ts'
export { TransportFailure } from '../transport/failure.ts'
export { ConnectorFailure } from './failure.ts'
export { defineConnector } from './connector.ts'
export type {
  Bilingual,
  ConfigField,
  Connector,
  Context,
  Cursor,
  Files,
  FolderFile,
  Json,
  Manifest,
  Normalise,
  Normalised,
  Page,
  Range,
  RejectCode,
  Rejection,
  Settings,
  SourceRecord,
  StreamKind,
  StreamManifest,
} from './connector.ts'
export { cleanText, Fault, foldCase, nameTable, normalising, reader, reject } from './record-reader.ts'
export type { Reader } from './record-reader.ts'
export { addDays, calendarDate, dateOf, instant, isoInstant, localInstant, millisecondsOf } from './time.ts'
export type { LocalTime } from './time.ts'
export { BadXml, childOf, childrenOf, findElement, parseXml, textOf } from './xml.ts'
export type { XmlBounds, XmlElement } from './xml.ts'
export { decimal } from './decimal.ts'
export { isTooLarge, maxTooLarge, pageAfter, pageFrom, pageSizeOf, smallerPage } from './page-size.ts'
export type { NumberedPage } from './page-size.ts'
export { seededRandom } from './emulator.ts'
export type {
  Emulator,
  EmulatorOptions,
  RunningEmulator,
  Town,
  TownAgency,
  TownProcedure,
  TownUnit,
  Truth,
} from './emulator.ts'
export { dossierStatuses } from './entity.ts'

export type {
  AgencyMention,
  AgencyRecord,
  Audience,
  CameraEventRecord,
  CameraRecord,
  DocumentContent,
  DocumentRecord,
  DocumentReference,
  DocumentUrgency,
  DossierChannel,
  DossierRecord,
  DossierStatus,
  EntityName,
  EntityRecord,
  ExchangeStatus,
  ObservationRecord,
  PartyKind,
  PartyRecord,
  PeriodRecord,
  ProcedureRecord,
  ReportRecord,
} from './entity.ts'

import type { Scope } from '../../src/access/policy/scopes.ts'
import type { Random } from './random.ts'
import {
  agencies,
  type Agency,
  type CameraRow,
  type DocumentRow,
  type DossierRow,
  isUnder,
  makeCamera,
  makeDocument,
  makeDossier,
  makeEvent,
  makeObservation,
  makeReport,
  type ObservationRow,
  type ReportRow,
  type SourceId,
  sources,
  type World,
} from './world.ts'

/** What is open to a caller: an agency's rows in the domains of its scopes, and of an applicant nothing, a mask or the whole. */
export interface View {
  readonly agency: Agency | null
  readonly scopes: ReadonlySet<Scope>
  readonly purpose: boolean
}

export const domainScopes: readonly Scope[] = [
  'dossier:read',
  'dossier:masked',
  'dossier:personal',
  'document:read',
  'report:read',
  'camera:read',
  'camera:stream',
  'operation:read',
]

/** A view and those that lie within it: whoever has one of these sees no more than the view. */
export function makeView(random: Random): View {
  return {
    agency: random.chance(0.08) ? null : random.pick(agencies),
    scopes: new Set(random.chance(0.3) ? domainScopes : random.some(domainScopes, 0.75)),
    purpose: random.chance(0.6),
  }
}
export function viewWithin(random: Random, view: View): View {
  const below = agencies.filter((agency) => isUnder(agency, view.agency))
  return {
    agency: below.length === 0 || random.chance(0.05) ? null : random.pick(below),
    scopes: new Set(random.chance(0.5) ? view.scopes : random.some([...view.scopes], 0.8)),
    purpose: view.purpose && random.chance(0.8),
  }
}

const placeOf = (agency: { readonly code: string } | null, source: SourceId): string => agency?.code ?? sources[source]

export const seesDossier = ({ record, source }: DossierRow, view: View): boolean =>
  view.scopes.has('dossier:read') && isUnder(placeOf(record.agency, source), view.agency)
export const seesDocument = ({ record: { content } }: DocumentRow, view: View): boolean =>
  view.scopes.has('document:read') &&
  [content.sender, ...content.recipients].some(({ code }) => isUnder(code, view.agency))
export const seesReport = ({ record }: ReportRow, view: View): boolean =>
  view.scopes.has('report:read') && isUnder(record.agency.code, view.agency)
export const seesCamera = ({ record, source }: CameraRow, view: View): boolean =>
  view.scopes.has('camera:read') && isUnder(placeOf(record.agency, source), view.agency)
export const reportOfObservation = ({ record, source }: ObservationRow, world: World): ReportRow | undefined =>
  world.reports.find((one) => one.source === source && one.record.code === record.report?.code)
export function seesObservation(row: ObservationRow, view: View, world: World): boolean {
  const report = reportOfObservation(row, world)
  return (
    row.record.report === null ||
    (report !== undefined && (report.record.submittedAt !== null || seesReport(report, view)))
  )
}

/** The same world to whoever has the view: what the view does not open is changed, gone or new, and comes in otherwise. */
export function varied(random: Random, world: World, view: View): World {
  const beyond = (scope: Scope): readonly Agency[] =>
    view.scopes.has(scope) ? agencies.filter((agency) => !isUnder(agency, view.agency)) : agencies
  const hiddenSource = (scope: Scope): SourceId | undefined =>
    (Object.keys(sources) as SourceId[]).find((id) => beyond(scope).includes(sources[id]))

  function mixed<R extends { readonly source: SourceId; readonly key: string }>(
    rows: readonly R[],
    sees: (row: R) => boolean,
    change: (row: R) => R,
    mayGo: (row: R) => boolean,
    made: readonly R[],
  ): R[] {
    const hidden = rows
      .filter((row) => !sees(row))
      .flatMap((row) => (mayGo(row) && random.chance(0.3) ? [] : [random.chance(0.5) ? change(row) : row]))
    const result = rows.filter(sees)
    for (const row of [...hidden, ...made]) result.splice(random.below(result.length + 1), 0, row)
    return result
  }
  const some = <R>(mark: string, possible: boolean, make: (key: string) => R): R[] =>
    possible ? Array.from({ length: random.below(6) }, (_, at) => make(`${mark}${at}`)) : []

  const ownSource = hiddenSource('dossier:read')
  const elsewhere = beyond('dossier:read')
  const dossiers = mixed(
    world.dossiers,
    (row) => seesDossier(row, view),
    (row) => {
      const hidden = row.record.agency === null ? null : random.pick(elsewhere)
      return makeDossier(random, row.key, hidden, row.source)
    },
    () => true,
    some('nk', elsewhere.length > 0, (key) => makeDossier(random, key, random.pick(elsewhere), ownSource ?? 'p')),
  ).map((row) => (seesDossier(row, view) ? hideApplicant(random, row, view) : row))

  const strangers = beyond('document:read')
  const documents = mixed(
    world.documents,
    (row) => seesDocument(row, view),
    (row) => ({
      ...makeDocument(random, row.key, [random.pick(strangers), ...random.some(strangers, 0.2)], []),
      source: row.source,
    }),
    () => true,
    some('nm', strangers.length > 0, (key) => makeDocument(random, key, [random.pick(strangers)], [])),
  )
  const others = beyond('report:read')
  const reports = mixed(
    world.reports,
    (row) => seesReport(row, view),
    // What ties observations to it, and whether it was submitted, is told by the open ones.
    (row) => ({ ...row, record: { ...row.record, title: `${row.record.title} ${random.below(9)}`, dueAt: null } }),
    ({ record }) => record.submittedAt === null,
    some('nr', others.length > 0, (key) => makeReport(random, key, random.pick(others), 'p')),
  )
  const closed = world.reports.filter(
    ({ record }, at) => record.submittedAt === null && !seesReport(world.reports[at]!, view),
  )
  const observations = mixed(
    world.observations,
    (row) => seesObservation(row, view, world),
    (row) => makeObservation(random, row.key, reportOfObservation(row, world) ?? null),
    () => true,
    some('no', closed.length > 0, (key) => makeObservation(random, key, random.pick(closed))),
  )
  const foreign = beyond('camera:read')
  const cameras = mixed(
    world.cameras,
    (row) => seesCamera(row, view),
    (row) => makeCamera(random, row.key, row.record.agency === null ? null : random.pick(foreign), row.source),
    () => true,
    some('nc', foreign.length > 0, (key) => makeCamera(random, key, random.pick(foreign), 'p')),
  ).map((row) => (view.scopes.has('camera:stream') ? row : hideStreams(random, row)))
  const cameraOfEvent = ({ source, record }: World['events'][number]): CameraRow =>
    world.cameras.find((one) => one.source === source && one.record.code === record.cameraCode)!
  const events = mixed(
    world.events,
    (row) => seesCamera(cameraOfEvent(row), view),
    (row) => makeEvent(random, row.key, cameraOfEvent(row)),
    () => true,
    [],
  )
  return { dossiers, documents, reports, observations, cameras, events }
}

/** Another applicant who looks the same to the view. */
function hideApplicant(random: Random, row: DossierRow, view: View): DossierRow {
  const { applicant } = row.record
  const whole = view.scopes.has('dossier:personal') && view.purpose
  if (whole) return row
  const other = makeDossier(random, row.key, null, row.source).record.applicant
  if (!view.scopes.has('dossier:masked')) return { ...row, record: { ...row.record, applicant: other } }
  if (applicant === null) return row
  const tail = (number: string | null): string | null =>
    number === null ? null : `${String(random.below(10)).repeat(number.length - 3)}${number.slice(-3)}`
  const { identityNumber, phone } = applicant
  const changed = {
    ...applicant,
    name: other?.name ?? null,
    email: other?.email ?? null,
    address: other?.address ?? null,
    identityNumber: tail(identityNumber),
    phone: tail(phone),
  }
  return { ...row, record: { ...row.record, applicant: changed } }
}

function hideStreams(random: Random, row: CameraRow): CameraRow {
  const profiles = row.record.profiles.map((profile) => ({
    ...profile,
    streamUri: `rtsp://cam.example/${random.below(99)}`,
  }))
  return { ...row, record: { ...row.record, profiles } }
}

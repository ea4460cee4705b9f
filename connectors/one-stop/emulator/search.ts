// The emulated dossier search: filters and pages.
import type { Json, Town } from '#connector'
import { stepAt } from './course.ts'
import type { Course, Step } from './course.ts'
import { dossierAt, listedId, statusId } from './dossier.ts'
import type { Dossier } from './dossier.ts'
import { wireOf } from './wire.ts'
import type { Predicate, Registry } from './registry.ts'

const largestPage = 50

/** The answer of the dossier search at a moment; null for a query that the service cannot read. */
export function search(town: Town, size: number, registry: Registry, query: URLSearchParams, now: number): Json | null {
  const page = wholeNumber(query.get('page') ?? '0')
  const asked = wholeNumber(query.get('size') ?? '20')
  const sort = query.get('sort') ?? 'updatedDate,desc'
  const oldestFirst = sort === 'updatedDate,asc'
  if (page === null || asked === null || asked === 0 || (!oldestFirst && sort !== 'updatedDate,desc')) return null
  registry.advance(now)

  const filters = filtersOf(town, query)
  if (filters === null) return null
  const named = [...query].filter(([name]) => !paging.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const found =
    filters.length === 0 ? registry.all : registry.filtered(JSON.stringify(named), holdsAll(town, size, filters))

  const rows = Math.min(asked, largestPage)
  const content = found.slice(page * rows, rows, oldestFirst).flatMap((index): Json[] => {
    const dossier = dossierAt(town, size, index, now)
    return dossier === undefined ? [] : [wireOf(town, dossier, now)]
  })
  const last = (page + 1) * rows >= found.count
  if (query.get('spec') === 'slice') return { content, last }
  return { content, last, totalPages: Math.ceil(found.count / rows), totalElements: found.count }
}

const paging = new Set(['page', 'size', 'spec', 'sort'])

/** A dossier at a moment; its papers are only made out where a filter looks at them. */
interface Candidate {
  readonly course: Course
  readonly step: Step
  readonly now: number
  papers(): Dossier
}
type Filter = (candidate: Candidate) => boolean

const holdsAll =
  (town: Town, size: number, filters: readonly Filter[]): Predicate =>
  (index, course, now) => {
    const step = stepAt(course, now)
    if (step === undefined) return false
    const candidate = { course, step, now, papers: () => dossierAt(town, size, index, now)! }
    return filters.every((matches) => matches(candidate))
  }

/** The filters of a query; null when one cannot be read. A name that the service does not know is left alone. */
function filtersOf(town: Town, query: URLSearchParams): readonly Filter[] | null {
  const filters: Filter[] = []
  const equal = (name: string, of: (candidate: Candidate) => string | null): void => {
    const wanted = query.get(name)
    if (wanted !== null && wanted !== '') filters.push((candidate) => of(candidate) === wanted)
  }
  equal('procedure-id', ({ course }) => listedId(town, 'procedure', course.procedure.code))
  equal('sector-id', ({ course }) => listedId(town, 'sector', course.procedure.field))
  equal('task-status-id', ({ course, step }) => listedId(town, 'task status', statusId(course, step)))

  const statuses = query.get('dossier-status')?.split(',').filter(Boolean) ?? []
  if (statuses.length > 0) filters.push(({ course, step }) => statuses.includes(String(statusId(course, step))))

  const ancestor = query.get('ancestor-agency-id')
  if (ancestor !== null && ancestor !== '') {
    const beneath = agenciesBeneath(town, ancestor)
    filters.push(({ course }) => beneath.has(course.agency.code))
  }

  const times: readonly (readonly [string, (candidate: Candidate) => number | null])[] = [
    ['accepted', ({ course: { acceptedAt }, now }) => (acceptedAt !== null && acceptedAt <= now ? acceptedAt : null)],
    ['appointment', ({ step }) => step.dueAt],
    ['result-returned', ({ step }) => (step.status === 'RETURNED' ? step.at : null)],
  ]
  for (const [name, of] of times) {
    const [from, to] = [bound(query.get(`${name}-from`)), bound(query.get(`${name}-to`))]
    if (Number.isNaN(from) || Number.isNaN(to)) return null
    if (from === null && to === null) continue
    filters.push((candidate) => {
      const time = of(candidate)
      if (time === null || (from !== null && time < from) || (to !== null && time > to)) return false
      return name !== 'appointment' || !candidate.papers().withoutAppointment
    })
  }

  equal('code', (candidate) => candidate.papers().code)
  equal('identity-number', (candidate) => candidate.papers().applicant.identityNumber)
  const applicant = query.get('applicant-name')?.normalize('NFC').toLocaleLowerCase('vi')
  if (applicant !== undefined && applicant !== '') {
    filters.push((candidate) => {
      const { fullname, ownerFullname } = candidate.papers().applicant
      return [fullname, ownerFullname].some((name) => name?.toLocaleLowerCase('vi').includes(applicant) === true)
    })
  }
  return filters
}

/** Codes of the agency with that id and of all below it. */
function agenciesBeneath(town: Town, id: string): ReadonlySet<string> {
  const byCode = new Map(town.agencies.map((agency) => [agency.code, agency]))
  const beneath = new Set<string>()
  for (const { code } of town.agencies) {
    for (let at = byCode.get(code); at !== undefined; at = byCode.get(at.parent ?? '')) {
      if (listedId(town, 'agency', at.code) === id) beneath.add(code)
    }
  }
  return beneath
}

/** NaN for what is no time. */
const bound = (text: string | null): number | null =>
  text === null || text === '' ? null : Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))

const wholeNumber = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null)

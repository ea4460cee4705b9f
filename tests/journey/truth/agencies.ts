// Which codes of the sources are one agency.
import type { AgencyMention, DocumentRecord } from '#connector'
import type { Client } from '../client.ts'
import type { Province } from '../province.ts'

/** Which codes are one agency, by what the sources have said so far: two codes under one of a source's own ids. */
export interface Agencies {
  /** The canonical code of the agency that a code belongs to. */
  canonical(code: string): string
  /** Every code that has been mentioned. */
  codes(): readonly string[]
  /** Takes in what the province's sources say at their clock; what was known stays known. */
  learn(province: Province): void
  /** Whether the agency of a code is in the subtree of another. */
  within(code: string, top: string): boolean
  expected(): ReadonlyMap<string, ExpectedAgency>
}
export interface ExpectedAgency {
  readonly code: string
  readonly otherCodes: readonly string[]
  readonly name: string
  readonly parent: string | null
  readonly unit: string | null
}

const provinceCommittee = 'Ủy ban nhân dân tỉnh Tây Ninh'

/** Codes and ids of sources joined into groups, each of which is one agency. */
function openGroups() {
  const above = new Map<string, string>()
  let groups: ReadonlyMap<string, readonly string[]> = new Map()
  let canonicals: ReadonlyMap<string, string> = new Map()
  const rootOf = (code: string): string => {
    const next = above.get(code)
    return next === undefined || next === code ? code : rootOf(next)
  }
  const isCode = (text: string): boolean => !text.startsWith('id ')
  const add = (code: string): void => {
    if (!above.has(code)) above.set(code, code)
  }
  return {
    add,
    join(one: string, other: string): void {
      add(other)
      above.set(rootOf(one), rootOf(other))
    },
    codes: () => [...above.keys()].filter(isCode),
    members: (code: string): readonly string[] => groups.get(rootOf(code)) ?? [code],
    canonical: (code: string): string => canonicals.get(rootOf(code)) ?? code,
    /** Groups and canonical codes follow what was joined up to now. */
    settle(): void {
      groups = Map.groupBy([...above.keys()].filter(isCode), rootOf)
      canonicals = new Map([...groups].map(([root, codes]) => [root, canonicalOf(codes)]))
    },
  }
}

export function openAgencies(): Agencies {
  const groups = openGroups()
  const names = new Map<string, string>()
  const parents = new Map<string, string>()
  const units = new Map<string, string>()
  const mention = (source: string, found: Omit<AgencyMention, 'name'> & { name?: string | null }): void => {
    groups.add(found.code)
    if (found.name != null && !names.has(found.code)) names.set(found.code, found.name)
    if (found.externalId === null) return
    // An id of a source is among the codes while they are joined, and is no code.
    const id = `id ${source} ${found.externalId}`
    groups.join(found.code, id)
  }
  const parentOf = (code: string): string | null => {
    const given = groups
      .members(code)
      .map((one) => parents.get(one))
      .find((one) => one !== undefined)
    return given === undefined ? null : groups.canonical(given)
  }
  const self: Agencies = {
    canonical: groups.canonical,
    codes: groups.codes,
    learn(province) {
      for (const { source, record } of province.facts('Agency')) {
        mention(source, record)
        for (const other of record.otherCodes) {
          mention(source, { code: other, externalId: null })
          groups.join(record.code, other)
        }
        if (record.parentCode !== null) parents.set(record.code, record.parentCode)
      }
      for (const entity of ['Dossier', 'Procedure', 'Report', 'Camera'] as const) {
        for (const { source, record } of province.facts(entity))
          if (record.agency !== null) mention(source, record.agency)
      }
      for (const { source, record } of province.facts('Document'))
        for (const one of mentionsOf(record)) mention(source, one)
      for (const agency of province.town.agencies) {
        if (agency.unit !== null && agency.name.startsWith('Ủy ban nhân dân ')) units.set(agency.name, agency.unit)
      }
      groups.settle()
    },
    within(code, top) {
      for (let at: string | null = groups.canonical(code); at !== null; at = parentOf(at))
        if (at === groups.canonical(top)) return true
      return false
    },
    expected() {
      const found = new Map<string, ExpectedAgency>()
      for (const code of self.codes()) {
        const main = groups.canonical(code)
        if (found.has(main)) continue
        const codes = groups.members(code)
        const name = codes.map((one) => names.get(one)).find((one) => one !== undefined) ?? main
        found.set(main, {
          code: main,
          otherCodes: codes.filter((one) => one !== main).toSorted(),
          name,
          parent: parentOf(main),
          // Only committees have a unit, by its name, which says nothing outside the province's tree.
          unit: self.within(main, 'H53') || name === provinceCommittee ? (units.get(name) ?? null) : null,
        })
      }
      return found
    },
  }
  return self
}

/** Most general first where there is such a code; the shortest of several. */
function canonicalOf(codes: readonly string[]): string {
  const general = codes.filter((one) => /^[A-Z]\d/.test(one))
  return (general.length > 0 ? general : codes).toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))[0]!
}

function mentionsOf(record: DocumentRecord): AgencyMention[] {
  const bare = (code: string): AgencyMention => ({ code, name: null, externalId: null })
  if (record.kind === 'STATUS' || record.kind === 'REVOKE') return [record.agency, bare(record.about.sender)]
  const { sender, recipients, respondsTo } = record.content
  const replaces = record.kind === 'REPLACE' ? record.replaces : []
  return [
    sender,
    ...recipients,
    bare(record.about.sender),
    ...[...respondsTo, ...replaces].map((one) => bare(one.sender)),
  ]
}

export async function readAgencies(client: Client): Promise<Map<string, ExpectedAgency>> {
  const nodes = await client.all<{
    code: string
    otherCodes: string[]
    name: string
    parent: { code: string } | null
    unit: { code: string } | null
  }>('agencies', 'code otherCodes name parent { code } unit { code }')
  return new Map(
    nodes.map(({ code, otherCodes, name, parent, unit }) => [
      code,
      { code, otherCodes: otherCodes.toSorted(), name, parent: parent?.code ?? null, unit: unit?.code ?? null },
    ]),
  )
}

// Computes the tree of agencies: canonical codes, parents and paths.

export interface KnownAgency {
  readonly id: number
  /** Every code that this agency is known by. */
  readonly codes: readonly string[]
  /** Code of its parent as a list gives it; null where no list does. */
  readonly parentCode: string | null
}
export interface AgencyPosition {
  readonly code: string
  readonly parentId: number | null
  readonly path: string
}

const mostGeneralFirst = /^[A-Z]\d/

/** An agency's codes, the canonical one first: most general first where there is such a form, then the shortest, then by letters. */
function ranked(codes: readonly string[]): string[] {
  const rank = (code: string): string =>
    `${mostGeneralFirst.test(code) ? 0 : 1}${String(code.length).padStart(3, '0')}${code}`
  return codes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

export const canonicalCode = (codes: readonly string[]): string => ranked(codes)[0]!

/**
 * The position of each agency in the tree: its parent by the list that names one, else by the longest known prefix of a code of its
 * own, the canonical one first; a ring is cut at the agency whose canonical code comes first. The result depends on what is known, not on the order of learning.
 */
export function agencyPositions(agencies: readonly KnownAgency[]): Map<number, AgencyPosition> {
  const byCode = new Map(agencies.flatMap((agency) => agency.codes.map((code) => [code, agency.id] as const)))
  const canonical = new Map(agencies.map((agency) => [agency.id, canonicalCode(agency.codes)]))
  const parents = new Map<number, number | null>()
  for (const { id, codes, parentCode } of agencies) {
    const listed = parentCode === null ? undefined : byCode.get(parentCode)
    const parent = listed === undefined || listed === id ? byPrefix(ranked(codes), byCode, id) : listed
    parents.set(id, parent ?? null)
  }
  cutRings(parents, canonical)
  const positions = new Map<number, AgencyPosition>()
  const positionOf = (id: number): AgencyPosition => {
    const known = positions.get(id)
    if (known !== undefined) return known
    const parentId = parents.get(id) ?? null
    const code = canonical.get(id)!
    const found = { code, parentId, path: `${parentId === null ? '' : positionOf(parentId).path}${code}/` }
    positions.set(id, found)
    return found
  }
  for (const id of canonical.keys()) positionOf(id)
  return positions
}

function cutRings(parents: Map<number, number | null>, canonical: ReadonlyMap<number, string>): void {
  const cleared = new Set<number>()
  for (const start of parents.keys()) {
    const way: number[] = []
    let at: number | null = start
    while (at !== null && !cleared.has(at) && !way.includes(at)) {
      way.push(at)
      at = parents.get(at) ?? null
    }
    if (at !== null && !cleared.has(at)) {
      const ring = way.slice(way.indexOf(at))
      const first = ring.reduce((a, b) => (canonical.get(a)! < canonical.get(b)! ? a : b))
      parents.set(first, null)
    }
    for (const one of way) cleared.add(one)
  }
}

function byPrefix(codes: readonly string[], byCode: ReadonlyMap<string, number>, own: number): number | undefined {
  for (const code of codes) {
    const segments = code.split('.')
    for (let length = segments.length - 1; length > 0; length -= 1) {
      const found = byCode.get(segments.slice(0, length).join('.'))
      if (found !== undefined && found !== own) return found
    }
  }
  return undefined
}

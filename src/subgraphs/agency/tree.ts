export interface KnownAgency {
  readonly id: number
  /** Every code that this agency is known by. */
  readonly codes: readonly string[]
  /** Code of its parent as a list gives it; null where no list does. */
  readonly parentCode: string | null
}
export interface Place {
  readonly code: string
  readonly parentId: number | null
  readonly path: string
}

const mostGeneralFirst = /^[A-Z]\d/

/** The canonical one of an agency's codes: most general first where there is such a shape, then the shortest, then by letters. */
export function canonicalCode(codes: readonly string[]): string {
  const rank = (code: string): string =>
    `${mostGeneralFirst.test(code) ? 0 : 1}${String(code.length).padStart(3, '0')}${code}`
  return codes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))[0]!
}

/**
 * Where each agency stands: its parent by the list that names one, else by the longest known prefix of its canonical code; a
 * ring in a list is cut at the agency with the smallest id. The result depends on what is known, not on the order of learning.
 */
export function placesOf(agencies: readonly KnownAgency[]): Map<number, Place> {
  const byCode = new Map(agencies.flatMap((agency) => agency.codes.map((code) => [code, agency.id] as const)))
  const canonical = new Map(agencies.map((agency) => [agency.id, canonicalCode(agency.codes)]))
  const parents = new Map<number, number | null>()
  for (const agency of agencies.toSorted((a, b) => a.id - b.id)) {
    const listed = agency.parentCode === null ? undefined : byCode.get(agency.parentCode)
    const parent = listed ?? byPrefix(canonical.get(agency.id)!, byCode)
    parents.set(agency.id, parent === undefined || parent === agency.id ? null : parent)
  }
  const places = new Map<number, Place>()
  const place = (id: number, above: readonly number[]): Place => {
    const known = places.get(id)
    if (known !== undefined) return known
    const parent = parents.get(id) ?? null
    const ring = parent !== null && above.includes(parent)
    const code = canonical.get(id)!
    const parentPath = parent === null || ring ? '' : place(parent, [...above, id]).path
    const found = { code, parentId: ring ? null : parent, path: `${parentPath}${code}/` }
    places.set(id, found)
    return found
  }
  for (const id of [...canonical.keys()].toSorted((a, b) => a - b)) place(id, [])
  return places
}

function byPrefix(code: string, byCode: ReadonlyMap<string, number>): number | undefined {
  const segments = code.split('.')
  for (let length = segments.length - 1; length > 0; length -= 1) {
    const found = byCode.get(segments.slice(0, length).join('.'))
    if (found !== undefined) return found
  }
  return undefined
}

// Finds the unit that a people's committee governs, by its name.

export interface KnownUnit {
  readonly id: number
  readonly name: string
  readonly parent_id: number | null
}

const tones = /[\u0300\u0301\u0303\u0309\u0323]/g

/** A name as it is compared: without case, and with each syllable's tone at its end, so that Hoà is Hòa and Uỷ is Ủy. */
export const spelling = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => word.replace(tones, '') + (word.match(tones) ?? []).join(''))
    .join(' ')

const prefixes = ['ủy ban nhân dân ', 'ubnd '].map((prefix) => `${spelling(prefix)} `)

/** The name of the unit that an agency governs, as it is compared; null for what is no people's committee. */
export function governedBy(name: string): string | null {
  const spelled = spelling(name)
  const prefix = prefixes.find((one) => spelled.startsWith(one))
  return prefix === undefined ? null : spelled.slice(prefix.length)
}

/**
 * Finds the unit that a committee governs: a province's by name among the units that have none above, any other's among the
 * units directly beneath the unit of the agency at the root of its tree. Names are unique there and nowhere else: one that
 * is not, and one that is not known, is null.
 */
export function committeeUnits(units: readonly KnownUnit[]): (name: string, root: string) => number | null {
  const beneath = new Map<number | null, Map<string, number | null>>()
  for (const unit of units) {
    const names = beneath.get(unit.parent_id) ?? new Map<string, number | null>()
    beneath.set(unit.parent_id, names)
    const name = spelling(unit.name)
    names.set(name, names.has(name) ? null : unit.id)
  }
  const within = (parent: number | null, name: string | null): number | null =>
    name === null ? null : (beneath.get(parent)?.get(name) ?? null)
  return (name, root) => {
    const province = within(null, governedBy(root))
    if (name === root || province === null) return province
    return within(province, governedBy(name))
  }
}

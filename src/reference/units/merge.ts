// Merges the official tables of administrative units into one set.
import type { FileRow } from '../error.ts'
import { fileRowText } from '../error.ts'
import type { UnitKind, UnitName } from './name.ts'
import { unitName } from './name.ts'
import { mergeNote } from './note.ts'
import type { UnitChangeRow, UnitRow, UnitSet } from './set.ts'
import { reform } from './set.ts'
import type { ConversionRow, OldCommuneRow, PresentUnit } from './tables.ts'

export interface UnitTables {
  readonly conversion: readonly ConversionRow[]
  readonly oldCommunes: readonly OldCommuneRow[]
  readonly present: readonly PresentUnit[]
}
export interface MergedUnits extends UnitSet {
  /** By file: what was mended, or contradicts itself. */
  readonly notes: readonly { readonly file: string; readonly text: string }[]
  /** Codes of communes that only the table before July 2025 has; they have no successor here. */
  readonly onlyInOldTable: readonly string[]
  readonly onlyInConversion: readonly string[]
  /** Rows of the conversion table without an old code: the new unit has no predecessor by them. */
  readonly withoutOldCode: readonly {
    readonly code: string
    readonly name: string
    readonly old: string
    readonly note: string
  }[]
}

/** Everything that the tables say of one code on one side of the reform. */
interface Claim {
  readonly at: FileRow
  readonly names: Map<string, number>
  readonly parents: Map<string, number>
  readonly kind: UnitKind | null
}

/** The tables as one set of units and changes; where they differ, the conversion table names and the other one decides a tie. */
export function mergeUnitTables({ conversion, oldCommunes, present }: UnitTables): MergedUnits {
  const notes: { file: string; text: string }[] = []
  const note: Note = (at, text) => void notes.push({ file: at.file, text })
  const second = new Map<string, string>() // names by the second table: old ones under `-`, new ones under `+`
  const claims = new Map<string, Claim>()
  const claim = (key: string, at: FileRow, { name, kind }: UnitName, parent: string | null): void => {
    const known = claims.get(key) ?? { at, names: new Map(), parents: new Map(), kind }
    claims.set(key, known)
    count(known.names, name)
    if (parent !== null) count(known.parents, parent)
  }
  const named = (name: string): UnitName => unitName(name)

  for (const row of conversion) {
    claim(`+p${row.province.code}`, row.at, named(row.province.name), null)
    claim(`+c${row.present.code}`, row.at, row.present, row.province.code)
    claim(`-p${row.oldProvince.code}`, row.at, named(row.oldProvince.name), null)
    claim(`-d${row.district.code}`, row.at, named(row.district.name), row.oldProvince.code)
    if (row.old !== null) claim(`-c${row.old.code}`, row.at, row.old, row.district.code)
  }
  const inConversion = new Set(claims.keys())
  // The second tables: they add what the first lacks, settle what it says in two ways, and assign old communes.
  const assigned = new Map<string, string>()
  const add = (key: string, at: FileRow, name: UnitName, parent: string | null): void => {
    if (!inConversion.has(key)) claim(key, at, name, parent)
    second.set(key, name.name)
    if (parent !== null) assigned.set(key, parent)
  }
  for (const row of oldCommunes) {
    add(`-p${row.province.code}`, row.at, named(row.province.name), null)
    add(`-d${row.district.code}`, row.at, named(row.district.name), row.province.code)
    if (row.commune !== null) add(`-c${row.commune.code}`, row.at, row.commune, row.district.code)
  }
  const twins = otherCodes(conversion, present)
  for (const unit of present) {
    const twin = twins.get(unit.code)
    if (twin !== undefined) {
      note(unit.at, `${unit.code} ${unit.name.name} is ${twin} in the conversion table, whose code is kept`)
      continue
    }
    add(unit.province === null ? `+p${unit.code}` : `+c${unit.code}`, unit.at, unit.name, unit.province)
  }

  const units = settledUnits({ claims, second, assigned, note })
  const changes = [...provinceChanges(conversion, assigned), ...communeChanges(conversion, note)]
  return {
    units,
    changes,
    notes,
    ...missingCodes(conversion, oldCommunes),
    withoutOldCode: conversion
      .filter(({ old }) => old === null)
      .map(({ at, present: { code, name }, oldName, district, note: text }) => {
        note(at, `${fileRowText(at)}: ${code} ${name} without an old code (${oldName || district.name}; ${text})`)
        return { code, name, old: oldName || district.name, note: text }
      }),
  }
}

type Note = (at: FileRow, text: string) => void

/** Each claimed unit with one name, one kind and one parent; what the tables say otherwise becomes a note. */
function settledUnits({
  claims,
  second,
  assigned,
  note,
}: {
  readonly claims: ReadonlyMap<string, Claim>
  /** Names and parents by the second tables. */
  readonly second: ReadonlyMap<string, string>
  readonly assigned: ReadonlyMap<string, string>
  readonly note: Note
}): UnitRow[] {
  const respelled: { at: FileRow; text: string }[] = []
  const units = [...claims].map(([key, { at, names, parents }]): UnitRow => {
    const [old, tier, code] = [key.startsWith('-'), key[1]!, key.slice(2)]
    const other = second.get(key)
    const settled = names.size > 1 && other !== undefined && names.has(other) ? other : maxFrequent(names)!
    // `Xuân Phước` where the other table has `Xã Xuân Phước`.
    const name = unitName(settled).kind === null && other !== undefined ? other : settled
    if (names.size > 1) note(at, `${code} has several names: ${[...names.keys()].join(', ')}; taken: ${name}`)
    if (other !== undefined && other !== name) respelled.push({ at, text: `${code} ${name} / ${other}` })
    const parent = assigned.get(key) ?? maxFrequent(parents)
    const kind = tier === 'p' ? 'PROVINCE' : unitName(name).kind
    if (kind === null) note(at, `${code} ${name} does not begin with a kind of unit; taken as a commune`)
    return {
      at,
      code,
      name,
      kind: kind ?? 'COMMUNE',
      parent,
      validFrom: old ? null : reform,
      validTo: old ? reform : null,
    }
  })
  if (respelled.length > 0) {
    const some = respelled.slice(0, 3).map(({ text }) => text)
    note(respelled[0]!.at, `${respelled.length} names differ in another table, e.g. ${some.join('; ')}`)
  }
  return units
}

/** Old codes that one of the two tables has and the other lacks; none where one of them is not there. */
function missingCodes(conversion: readonly ConversionRow[], oldCommunes: readonly OldCommuneRow[]) {
  if (conversion.length === 0 || oldCommunes.length === 0) return { onlyInOldTable: [], onlyInConversion: [] }
  const inOld = new Set(oldCommunes.flatMap(({ commune }) => commune?.code ?? []))
  const inNew = new Set(conversion.flatMap(({ old }) => old?.code ?? []))
  return {
    onlyInOldTable: [...inOld].filter((code) => !inNew.has(code)).toSorted(),
    onlyInConversion: [...inNew].filter((code) => !inOld.has(code)).toSorted(),
  }
}

/** Present communes that the two tables know by one name in one province and by two codes: the one list's code to the other's. */
function otherCodes(
  conversion: readonly ConversionRow[],
  present: readonly PresentUnit[],
): ReadonlyMap<string, string> {
  const listed = new Set(present.map(({ code }) => code))
  const converted = new Map(conversion.map((row) => [row.present.code, row]))
  const unlisted = new Map(
    [...converted.values()]
      .filter((row) => !listed.has(row.present.code))
      .map((row) => [`${row.province.code} ${row.present.name}`, row.present.code]),
  )
  return new Map(
    present.flatMap(({ code, name, province }) => {
      const other = converted.has(code) ? undefined : unlisted.get(`${province} ${name.name}`)
      return other === undefined ? [] : [[code, other] as const]
    }),
  )
}

function communeChanges(
  conversion: readonly ConversionRow[],
  note: (at: FileRow, text: string) => void,
): UnitChangeRow[] {
  const changes = new Map<string, UnitChangeRow>()
  for (const { at, old, present, note: published } of conversion) {
    if (old === null) continue
    const { text, whole, unknown } = mergeNote(published)
    if (unknown) note(at, `${fileRowText(at)}: the note "${text}" is not known; taken as a part`)
    const key = `${old.code} ${present.code}`
    if (changes.has(key))
      note(at, `${fileRowText(at)}: ${old.code} to ${present.code} is there twice; the first row counts`)
    else {
      const change = { at, fromCode: old.code, fromValidFrom: null, toCode: present.code, whole, note: text || null }
      changes.set(key, change)
    }
  }
  const from = Map.groupBy(changes.values(), ({ fromCode }) => fromCode)
  for (const [code, steps] of from) {
    if (steps.length > 1 && steps.some(({ whole }) => whole)) {
      note(
        steps[0]!.at,
        `${code} goes to ${steps.map(({ toCode }) => toCode).join(', ')} although one row takes all of it`,
      )
    }
  }
  return [...changes.values()]
}

/** Provinces follow their communes: a province all of whose communes went to one present province went there whole. */
function provinceChanges(conversion: readonly ConversionRow[], assigned: ReadonlyMap<string, string>): UnitChangeRow[] {
  const steps = new Map<string, Map<string, ConversionRow>>()
  for (const row of conversion) {
    const from = assigned.get(`-d${row.district.code}`) ?? row.oldProvince.code
    const to = steps.get(from) ?? new Map<string, ConversionRow>()
    steps.set(from, to)
    if (!to.has(row.province.code)) to.set(row.province.code, row)
  }
  const into = new Map<string, number>()
  for (const to of steps.values()) for (const code of to.keys()) count(into, code)
  return [...steps].flatMap(([fromCode, to]) =>
    [...to].map(([toCode, { at }]) => ({
      at,
      fromCode,
      fromValidFrom: null,
      toCode,
      whole: to.size === 1,
      note: to.size > 1 ? 'Nhập một phần' : into.get(toCode) === 1 ? 'Giữ nguyên' : 'Nhập toàn bộ',
    })),
  )
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

/** The first of those that occur most; null: there are none. */
const maxFrequent = (counts: ReadonlyMap<string, number>): string | null =>
  [...counts].reduce<readonly [string | null, number]>((best, one) => (one[1] > best[1] ? one : best), [null, 0])[0]

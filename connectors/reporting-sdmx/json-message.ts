// Reads the observations of an SDMX-JSON message.
import { isObject } from '#connector'
import type { Json, SourceRecord } from '#connector'
import { changed, listAt, nameOf, textAt, treeAt } from './json-tree.ts'
import { structureOf } from './json-structure.ts'
import type { Component, Structure } from './json-structure.ts'
import type { Tree } from './json-tree.ts'
import { actionOf, recordOf } from './observation.ts'
import type { Dimension, Found } from './observation.ts'

export interface Message {
  /** In the order of the data sets or rows, which is the order in which they apply. */
  readonly records: readonly SourceRecord[]
  /** When the source made the message, as it says. */
  readonly prepared: string | null
}

/**
 * The observations of one SDMX-JSON data message (2.x; the draft form without `data` is read too), each whole in itself.
 * An observation whose positions lead nowhere becomes a record with a fault; a message without a structure or with errors
 * throws SOURCE_CHANGED. `flow` names the dataflow, null where the message itself has to.
 */
export function readJsonMessage(body: unknown, flow: string | null): Message {
  const root = isObject<Json>(body) ? body : changed('the answer is no object')
  if (listAt(root, 'errors').length > 0) changed('the message has errors')
  const data = treeAt(root, 'data') ?? root
  const dataSets = Array.isArray(data['dataSets']) ? listAt(data, 'dataSets') : changed('no list data.dataSets')
  const single = treeAt(data, 'structure')
  const trees = Array.isArray(data['structures']) ? listAt(data, 'structures') : single === undefined ? [] : [single]
  const structures = trees.map((tree) => structureOf(isObject<Json>(tree) ? tree : changed('a structure is no object')))
  const records = dataSets.flatMap((item, index) => {
    const dataSet = isObject<Json>(item) ? item : changed(`data set ${index} is no object`)
    const position = dataSet['structure'] ?? 0
    const structure = typeof position === 'number' ? structures[position] : undefined
    return recordsOf(dataSet, structure ?? changed(`data set ${index} has no structure block`), flow)
  })
  return { records, prepared: textAt(treeAt(root, 'meta') ?? treeAt(root, 'header'), 'prepared') }
}

type Fault = Found['fault']
type Attributes = Record<string, string | null>

function recordsOf(dataSet: Tree, structure: Structure, flow: string | null): SourceRecord[] {
  const action = actionOf(textAt(dataSet, 'action') ?? '')
  const deleting = action === 'delete'
  const { dimensions, attributes } = structure
  const records: SourceRecord[] = []
  const common: DataSet = {
    structure,
    flow,
    action,
    parts: dimensions.dataSet.map((component) => ({ component, part: component.values.length > 0 ? '0' : '' })),
    attributes: attributesOf(attributes.dataSet, listAt(dataSet, 'attributes')),
    groups: Object.entries(treeAt(dataSet, 'dimensionGroupAttributes') ?? {}),
  }
  const add = (
    key: readonly Part[] | null,
    found: string,
    own: Attributes,
    above: Attributes,
    value: Json,
    withoutValue: boolean,
  ) => void records.push(observationRecord(common, { key, found, own, above, value, withoutValue }))
  const observation = (key: readonly Part[] | null, found: string, content: Json, above: Attributes): void => {
    if (!Array.isArray(content)) return add(null, found, {}, {}, null, false)
    const values = content as readonly Json[]
    const own = attributesOf(attributes.observation, values.slice(structure.measures), deleting)
    const value = values[structure.measure] ?? null
    add(key, found, own, above, value, value === null)
  }

  const series = treeAt(dataSet, 'series')
  for (const [key, content] of Object.entries(series ?? {})) {
    const parts = partsOf(key, dimensions.series)
    const tree = isObject<Json>(content) ? content : {}
    const above = attributesOf(attributes.series, listAt(tree, 'attributes'))
    const observations = treeAt(tree, 'observations')
    if (observations === undefined && deleting) {
      const any = dimensions.observation.map((component) => ({ component, part: '' }))
      add(parts === null ? null : [...parts, ...any], key, above, {}, null, true)
    }
    for (const [position, values] of Object.entries(observations ?? {})) {
      const own = partsOf(position, dimensions.observation)
      observation(parts === null || own === null ? null : [...parts, ...own], `${key}/${position}`, values, above)
    }
  }
  const flat = treeAt(dataSet, 'observations')
  const every = [...dimensions.series, ...dimensions.observation]
  for (const [key, values] of Object.entries(flat ?? {})) {
    observation(partsOf(key, every) ?? partsOf(key, dimensions.observation), key, values, {})
  }
  if (deleting && series === undefined && flat === undefined) {
    add(
      every.map((component) => ({ component, part: '' })),
      '',
      common.attributes,
      {},
      null,
      true,
    )
  }
  return records
}

/** What the observations of one data set share. */
interface DataSet {
  readonly structure: Structure
  readonly flow: string | null
  readonly action: Found['action']
  readonly parts: readonly Part[]
  readonly attributes: Attributes
  readonly groups: readonly [string, Json][]
}
interface Observation {
  /** null: the positions of its key lead nowhere. */
  readonly key: readonly Part[] | null
  /** The key as it was written. */
  readonly found: string
  /** Attributes of the observation itself, and of its series. */
  readonly own: Attributes
  readonly above: Attributes
  readonly value: Json
  readonly withoutValue: boolean
}

/** One observation with the dimensions and attributes of its series, groups and data set; its first fault beside it. */
function observationRecord(
  common: DataSet,
  { key, found, own, above, value, withoutValue }: Observation,
): SourceRecord {
  const { structure, flow, action, groups } = common
  const deleting = action === 'delete'
  let fault: Fault = key === null ? { code: 'MALFORMED', at: 'key', found: found.slice(0, 80) } : null
  const parts = [...common.parts, ...(key ?? [])].toSorted((a, b) => a.component.position - b.component.position)
  const resolved = parts.map((part): Dimension => {
    const dimension = dimensionOf(part)
    if (dimension.value === null && !deleting) fault ??= { code: 'MISSING', at: `dimensions.${dimension.id}` }
    if (dimension.value?.startsWith('?') === true)
      fault ??= { code: 'MALFORMED', at: `dimensions.${dimension.id}`, found: part.part.slice(0, 40) }
    return dimension
  })
  // A deletion names attributes to delete only at the level of the observation itself.
  const all = deleting
    ? own
    : { ...common.attributes, ...groupAttributes(groups, structure, key ?? []), ...above, ...own }
  const bad = Object.entries(all).find(([, text]) => text?.startsWith('?') === true)
  if (bad !== undefined) fault ??= { code: 'MALFORMED', at: `attributes.${bad[0]}`, found: bad[1]!.slice(1, 40) }
  return recordOf({
    flow: flow ?? structure.flow ?? changed('no link names the dataflow of a structure'),
    flowName: structure.name,
    dimensions: key === null ? [...resolved, { id: '?', value: `?${found}`, name: null }] : resolved,
    attributes: all,
    value,
    action,
    withoutValue,
    fault,
  })
}

interface Part {
  readonly component: Component
  /** A position among the component's values; empty: every value. */
  readonly part: string
}

/** `0:3:1` spread over the dimensions of its level; null when their numbers differ. */
function partsOf(key: string, dimensions: readonly Component[]): readonly Part[] | null {
  const parts = dimensions.length === 0 && key === '' ? [] : key.split(':')
  if (parts.length !== dimensions.length) return null
  return dimensions.map((component, index) => ({ component, part: parts[index]! }))
}

function dimensionOf({ component, part }: Part): Dimension {
  const { id } = component
  if (part === '') return { id, value: null, name: null }
  const value = /^\d{1,9}$/.test(part) ? component.values[Number(part)] : undefined
  const text = isObject<Json>(value) ? (textAt(value, 'id') ?? textAt(value, 'value')) : null
  if (text === null) return { id, value: `?${part}`, name: null }
  return { id, value: text, name: id === 'INDICATOR' && isObject<Json>(value) ? nameOf(value) : null }
}

/** `bare`: only what is named, without the defaults of the structure. */
const attributesOf = (defined: readonly Component[], given: readonly Json[], bare = false): Attributes =>
  Object.fromEntries(
    defined.map((component, index) => {
      const value = given[index] ?? null
      return [component.id, value === null && bare ? null : attributeOf(component, value)]
    }),
  )

/** A coded attribute is written as a position among its values, an uncoded one as the value itself; `?` marks a position that leads nowhere. */
function attributeOf(component: Component, given: Json): string | null {
  const raw = given ?? component.fallback
  if (raw === null) return null
  if (typeof raw === 'number' && given !== null && component.values.length > 0) {
    const value = component.values[raw]
    if (value === undefined) return `?${raw}`
    return isObject<Json>(value) ? (scalar(value['id']) ?? scalar(value['value']) ?? nameOf(value)) : scalar(value)
  }
  if (Array.isArray(raw)) return (raw as readonly Json[]).map((item) => attributeOf(component, item) ?? '').join(';')
  return isObject<Json>(raw) ? (textAt(raw, 'vi') ?? scalar(Object.values(raw)[0])) : scalar(raw)
}

const scalar = (value: Json | undefined): string | null =>
  value === undefined || value === null || typeof value === 'object' || value === '' ? null : String(value)

/** Attributes of those groups that the observation belongs to: a slot a dimension of series, then observation; empty matches any. */
function groupAttributes(groups: readonly [string, Json][], structure: Structure, key: readonly Part[]): Attributes {
  const found: Attributes = {}
  for (const [group, given] of groups) {
    const slots = group.split(':')
    const belongs = slots.every((slot, index) => slot === '' || key[index]?.part === slot)
    if (belongs && Array.isArray(given)) {
      const values = attributesOf(structure.groups, given as readonly Json[])
      for (const [id, text] of Object.entries(values)) if (text !== null) found[id] = text
    }
  }
  return found
}

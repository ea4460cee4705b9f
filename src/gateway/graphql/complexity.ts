// How much an operation asks: read from its tree, before anything else is done with it.
import { getNamedType, getNullableType, isLeafType, isListType, Kind, type ValueNode } from 'graphql'
import { maxRepresentations } from '../../graph/entities/entities.ts'
import type { Extent, WrittenOperation } from '../../graph/operation/build.ts'
import { isMeta, type Selection, type Values } from '../../graph/operation/selection.ts'
import type { OperationLimits } from './limits.ts'

/** What an operation asks, fragments expanded. */
export interface Measure extends Extent {
  readonly objects: number
}

/** A page when neither `first` nor `last` is given, and the largest one there is. */
const page = { usual: 20, largest: 100 }
/** What a list without `first` is taken for. */
const plainList = 5

/** Objects of one operation, by the values of the variables that sizes are read from. */
interface Measured {
  readonly names: readonly string[]
  readonly byValues: Map<string, Measure>
}

const measured = new WeakMap<WrittenOperation, Measured>()
const keptValues = 200

const valuesOf = (names: readonly string[], variables: Values): string =>
  names
    .map((name) => {
      const value = variables[name]
      if (Array.isArray(value)) return `[${value.length}]`
      if (value === undefined) return '-' // its default counts
      if (value === null) return 'null'
      return typeof value === 'number' ? clamp(value) : ''
    })
    .join(' ')

/** Whether an operation asks more than the limits allow. */
export function exceeds({ depth, aliases, directives, fields, objects }: Measure, limits: OperationLimits): boolean {
  return (
    depth > limits.depth ||
    aliases > limits.aliases ||
    directives > limits.directives ||
    fields > limits.fields ||
    objects > limits.objects
  )
}

/** Works with variables as they are sent, fit or not; what is skipped counts. */
export function measure(written: WrittenOperation, variables: Values): Measure {
  const earlier = measured.get(written)
  const known = earlier?.byValues.get(valuesOf(earlier.names, variables))
  if (known !== undefined) return known
  const reading: Reading = { written, variables, read: new Set() }
  const found = { ...written.extent, objects: objectsIn(written.selections, false, reading) }
  const names = earlier?.names ?? [...reading.read]
  const byValues = earlier?.byValues ?? new Map<string, Measure>()
  if (byValues.size >= keptValues) byValues.clear()
  measured.set(written, { names, byValues: byValues.set(valuesOf(names, variables), found) })
  return found
}

interface Reading {
  readonly written: WrittenOperation
  readonly variables: Values
  /** Variables that sizes were read from. */
  readonly read: Set<string>
}

/** `paged`: inside a page, whose own lists are its items. */
function objectsIn(selections: readonly Selection[], paged: boolean, reading: Reading): number {
  let sum = 0
  for (const selection of selections) {
    if (selection.node.selectionSet === undefined) continue
    const size = sizeOf(selection, reading)
    const list = !paged && !isMeta(selection) && isListType(getNullableType(selection.field.type))
    sum += (size ?? (list ? plainList : 1)) * (1 + objectsIn(selection.children, size !== null, reading))
  }
  return sum
}

/** Items of a page; null where the field is not paged. What is outside 1 to 100 is answered elsewhere. */
function sizeOf({ field, node }: Selection, reading: Reading): number | null {
  if (isLeafType(getNamedType(field.type))) return null
  const named = (node.arguments ?? []).find(({ name }) => name.value === 'representations')?.value
  if (named !== undefined) return namedIn(named, reading)
  if (!field.args.some((argument) => argument.name === 'first')) return null
  const given = (node.arguments ?? []).filter(({ name }) => name.value === 'first' || name.value === 'last')
  // One of the two may be null beside the other.
  const sizes = given.flatMap(({ value }) => givenSize(value, reading) ?? [])
  return sizes.length === 0 ? page.usual : Math.max(...sizes)
}

function givenSize(given: ValueNode, reading: Reading): number | null {
  if (given.kind === Kind.INT) return clamp(Number(given.value))
  if (given.kind !== Kind.VARIABLE) return null
  reading.read.add(given.name.value)
  const value = reading.variables[given.name.value]
  if (value !== undefined) return typeof value === 'number' ? clamp(value) : null
  const usual = defaultOf(given.name.value, reading)
  return usual?.kind === Kind.INT ? clamp(Number(usual.value)) : null
}

/** As many as are named; more than one `_entities` takes are endless. */
function namedIn(value: ValueNode, reading: Reading): number {
  let count = value.kind === Kind.LIST ? value.values.length : 1
  if (value.kind === Kind.VARIABLE) {
    reading.read.add(value.name.value)
    const given = reading.variables[value.name.value]
    const usual = defaultOf(value.name.value, reading)
    if (Array.isArray(given)) count = given.length
    else if (given === undefined && usual?.kind === Kind.LIST) count = usual.values.length
  }
  return count > maxRepresentations ? Infinity : count
}

const defaultOf = (name: string, { written }: Reading): ValueNode | undefined =>
  written.definition.variableDefinitions?.find((one) => one.variable.name.value === name)?.defaultValue

const clamp = (count: number): number => Math.min(page.largest, Math.max(1, count))

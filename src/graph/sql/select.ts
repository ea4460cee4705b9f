// What a statement selects of one type, under the names of its values.
import type { GraphQLField, GraphQLObjectType } from 'graphql'
import { argumentsOf, isMeta, type Selection, type Values } from '../operation/selection.ts'

export interface Selected {
  readonly name: string
  readonly definition: GraphQLField<unknown, unknown>
  readonly args: Values
  readonly children: readonly Selection[]
}

/**
 * The name of a field's value in its row's JSON: the field with its arguments, whatever alias asked for it,
 * so that two selections of the same thing are fetched once. At most 63 bytes: it is a column's name.
 */
export function valueName(field: string, args: Values): string {
  const text = JSON.stringify(args)
  if (text === '{}') return field
  let [a, b] = [0x811c9dc5, 0x1b873593]
  for (let index = 0; index < text.length; index += 1) {
    a = Math.imul(a ^ text.charCodeAt(index), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(index), 0x85ebca6b) ^ (b >>> 15)
  }
  return `${field}_${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`
}

/** What the selections ask of one concrete type, by value name. */
export function collectFields(
  selections: readonly Selection[],
  type: GraphQLObjectType,
  values: Values,
): ReadonlyMap<string, Selected> {
  const collected = new Map<string, Selected & { readonly children: Selection[] }>()
  for (const selection of selections) {
    if (isMeta(selection) || !selection.types.includes(type)) continue
    const { field, children } = selection
    const args = argumentsOf(selection, values)
    const name = valueName(field.name, args)
    const known = collected.get(name)
    if (known === undefined) collected.set(name, { name: field.name, definition: field, args, children: [...children] })
    else known.children.push(...children)
  }
  return collected
}

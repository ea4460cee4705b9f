// Members of an SDMX-JSON message, and the failure of one that cannot be read.
import { ConnectorFailure, isObject } from '#connector'
import type { Json } from '#connector'

export type Tree = { readonly [member: string]: Json }

/** Throws SOURCE_CHANGED: the message as a whole cannot be read. */
export const changed = (what: string): never => {
  throw new ConnectorFailure('SOURCE_CHANGED', `SDMX-JSON: ${what}`)
}

export const treeAt = (tree: Tree | undefined, name: string): Tree | undefined => {
  const found = tree?.[name]
  return isObject<Json>(found) ? found : undefined
}
export const listAt = (tree: Tree | undefined, name: string): readonly Json[] => {
  const found = tree?.[name]
  return Array.isArray(found) ? (found as readonly Json[]) : []
}
export const textAt = (tree: Tree | undefined, name: string): string | null => {
  const found = tree?.[name]
  return typeof found === 'string' && found !== '' ? found : null
}

/** Vietnamese where there is a choice, else the best match that the source made, else whatever it has. */
export function nameOf(tree: Tree | undefined): string | null {
  const names = treeAt(tree, 'names')
  const other = Object.values(names ?? {}).find((name) => typeof name === 'string')
  return textAt(names, 'vi') ?? textAt(tree, 'name') ?? (typeof other === 'string' ? other : null)
}

// Applies a plan's rewrites to representations and answers.
import type { FetchNodePathSegment, FetchRewrite } from '../plan/plan.ts'
import { isTree } from './tree.ts'
import type { Fits } from './tree.ts'

/**
 * Changes a representation before it is sent, or an answer before it is merged, as a plan says. `typeName` is the type of an
 * object that does not say its own.
 */
export function rewrite(
  value: unknown,
  rewrites: readonly FetchRewrite[] | undefined,
  fits: Fits,
  typeName?: string,
): void {
  for (const one of rewrites ?? []) {
    if ('KeyRenamer' in one) {
      const { path, renameKeyTo } = one.KeyRenamer
      along(value, path, fits, typeName, (object, name) => {
        if (name === renameKeyTo || !(name in object)) return
        object[renameKeyTo] = object[name]
        delete object[name]
      })
    } else {
      const { path, setValueTo } = 'ValueSetter' in one ? one.ValueSetter : one
      along(value, path, fits, typeName, (object, name) => {
        object[name] = setValueTo
      })
    }
  }
}

/** Calls `act` with each object at the path's last name and that name. */
function along(
  value: unknown,
  path: readonly FetchNodePathSegment[],
  fits: Fits,
  typeName: string | undefined,
  act: (object: { [name: string]: unknown }, name: string) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) along(item, path, fits, typeName, act)
    return
  }
  const [first, ...rest] = path
  if (first === undefined || !isTree(value)) return
  if ('TypenameEquals' in first) {
    const own = value['__typename'] ?? typeName
    const names = first.TypenameEquals
    if (typeof own !== 'string' || names.some((name) => fits(own, name))) along(value, rest, fits, typeName, act)
  } else if (rest.length === 0) act(value, first.Key)
  else along(value[first.Key], rest, fits, undefined, act)
}

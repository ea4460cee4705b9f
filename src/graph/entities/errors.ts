// The paths at which denied selections are reported.
import type { Denial } from '../../access/policy/decide.ts'
import { typeNameOf } from './entities.ts'

/** Paths of denials in one answer; above, a list's indexes are left out of its paths. */
const maxPaths = 10_000

/**
 * The path of a denied selection's error: under `_entities` once for each representation of the type that it was
 * selected on, whether a row answers it or not; elsewhere at its path, without indexes of lists.
 * `asked` has the representations of each `_entities` of the operation, by response name.
 */
export function pathsOf(
  denial: Denial,
  asked: ReadonlyMap<string, readonly unknown[]>,
  denials: number,
): readonly (readonly (string | number)[])[] {
  const [first = '', ...rest] = denial.path
  const names = asked.get(first)?.map(typeNameOf)
  if (names === undefined || names.length * denials > maxPaths) return [denial.path]
  const direct = rest.length === 1
  // Deeper down the type of the denied field does not show which of several types led there.
  if (!direct && new Set(names).size > 1) return [denial.path]
  return names.flatMap((name, at) => (direct && name !== denial.typeName ? [] : [[first, at, ...rest]]))
}

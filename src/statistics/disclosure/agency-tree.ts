// The tree of the agencies that counted rows belong to, numbered in the order in which they are first seen.

export interface AgencyTree {
  /** The node of the nearest known agency at or above the path; 0, the root, where there is none. */
  nodeOf(path: string): number
  /** The node above; -1 for the root. */
  parentOf(node: number): number
  /** The agency's number; 0 for the root. */
  agencyOf(node: number): number
}

/** `agencies`: the number of the agency of each path. */
export function agencyTree(agencies: ReadonlyMap<string, number>): AgencyTree {
  const nodes = new Map<string, number>([['', 0]])
  const parents = [-1]
  const numbers = [0]
  const nodeOf = (path: string): number => {
    const found = nodes.get(path)
    if (found !== undefined) return found
    const parent = nodeOf(path.replace(/[^/]*\/$/, ''))
    const agency = agencies.get(path)
    if (agency === undefined) return parent
    nodes.set(path, parents.length)
    parents.push(parent)
    numbers.push(agency)
    return parents.length - 1
  }
  return { nodeOf, parentOf: (node) => parents[node]!, agencyOf: (node) => numbers[node]! }
}

// Gives fields other names where a subgraph would refuse them: one response name has one type, whatever the object's type.
import { getNamedType, isCompositeType } from 'graphql'
import { fieldOf, typeOf } from './knowledge.ts'
import type { Knowledge } from './knowledge.ts'
import type { FetchRewrite } from './plan.ts'
import type { Asked, Selection } from './selection.ts'

interface Typed {
  readonly type: string
  readonly selection: Selection
}

export interface Renamed {
  /** The names under which fields are asked, where these are not their response names. */
  readonly aliases: ReadonlyMap<Asked, string>
  /** Give the answer its response names again. */
  readonly outputRewrites: readonly FetchRewrite[]
}

/** Settles the names of a selection of a type of a subgraph: `id: ID!` of one type and `id: ID` of another do not go together. */
export function renamed(knowledge: Knowledge, graph: string, type: string, selection: Selection): Renamed {
  const aliases = new Map<Asked, string>()
  const outputRewrites: FetchRewrite[] = []

  function settle(some: readonly Typed[], path: readonly string[]): void {
    const byName = Map.groupBy(some.flatMap(asksOf), ({ name }) => name)
    for (const [name, asks] of byName) {
      const byShape = Map.groupBy(asks, (one) =>
        asks.length === 1 ? '' : shapeOf(knowledge, graph, one.type, one.asked),
      )
      for (const [index, alike] of [...byShape.values()].entries()) {
        const alias = index === 0 ? name : `_internal_qp_alias_${index}_${name}`
        const inner = alike.flatMap(({ type: on, asked }): Typed[] =>
          asked.inner === null ? [] : [{ type: typeOf(knowledge, on, asked.node.name.value), selection: asked.inner }],
        )
        settle(inner, [...path, alias])
        if (index === 0) continue
        for (const { asked } of alike) aliases.set(asked, alias)
        const keys = [...path, alias].map((Key) => ({ Key }))
        outputRewrites.push({ KeyRenamer: { path: keys, renameKeyTo: name } })
      }
    }
  }

  settle([{ type, selection }], [])
  return { aliases, outputRewrites }
}

interface Ask {
  readonly name: string
  readonly type: string
  readonly asked: Asked
}

/** The fields that are side by side in an answer, whatever the type of its object. */
function asksOf({ type, selection }: Typed): Ask[] {
  const own = [...selection.fields].map(([name, asked]): Ask => ({ name, type, asked }))
  if (selection.on.size === 0) return own
  return [...own, ...[...selection.on].flatMap(([on, inner]) => asksOf({ type: on, selection: inner }))]
}

/** What must be the same for one response name: lists, nullability and, of leaves, the type. */
function shapeOf(knowledge: Knowledge, graph: string, type: string, { node }: Asked): string {
  const name = node.name.value
  const field = fieldOf(knowledge, type, name)
  if (field === undefined) return ''
  const text = knowledge.members.of(graph, type)?.fields.get(name)?.typeText ?? String(field.type)
  return isCompositeType(getNamedType(field.type)) ? text.replace(/\w+/, '') : text
}

// Reads the structure block of an SDMX-JSON message.
import { isObject } from '#connector'
import type { Json } from '#connector'
import { changed, listAt, nameOf, textAt, treeAt } from './json-tree.ts'
import type { Tree } from './json-tree.ts'

export interface Component {
  readonly id: string
  /** Of a dimension: its position in the key. */
  readonly position: number
  readonly values: readonly Json[]
  /** The default where the data name no value (attributes only). */
  readonly fallback: Json
}
export type Level = 'dataSet' | 'series' | 'observation'

/** The block without which the numbers of a message mean nothing. */
export interface Structure {
  /** Id of the dataflow, where a link names it. */
  readonly flow: string | null
  readonly name: string | null
  readonly dimensions: Readonly<Record<Level, readonly Component[]>>
  readonly attributes: Readonly<Record<Level, readonly Component[]>>
  /** Attributes of a part of the key: `dimensionGroupAttributes` in the data set. */
  readonly groups: readonly Component[]
  /** The position of OBS_VALUE among the measures, and how many measures there are. */
  readonly measure: number
  readonly measures: number
}

const componentsAt = (tree: Tree | undefined, level: string): readonly Component[] =>
  listAt(tree, level).map((item, index) => {
    const component = isObject<Json>(item) ? item : changed(`structure has a ${level} component that is no object`)
    const position = component['keyPosition']
    return {
      id: textAt(component, 'id') ?? changed(`structure has a ${level} component without id`),
      position: typeof position === 'number' ? position : 1000 + index,
      values: listAt(component, 'values'),
      fallback: component['default'] ?? null,
    }
  })

const levels = (tree: Tree | undefined): Structure['dimensions'] => ({
  dataSet: componentsAt(tree, 'dataSet'),
  series: componentsAt(tree, 'series'),
  observation: componentsAt(tree, 'observation'),
})

export function structureOf(tree: Tree): Structure {
  const dimensions = treeAt(tree, 'dimensions') ?? changed('a structure has no dimensions')
  const attributes = treeAt(tree, 'attributes')
  const measures = componentsAt(treeAt(tree, 'measures'), 'observation')
  const urn = listAt(tree, 'links')
    .map((link) => (isObject<Json>(link) ? textAt(link, 'urn') : null))
    .find((text) => text?.includes('.Dataflow=') === true)
  return {
    flow: /\.Dataflow=[^:]*:([^(]+)\(/.exec(urn ?? '')?.[1] ?? null,
    name: nameOf(tree),
    dimensions: levels(dimensions),
    attributes: levels(attributes),
    groups: componentsAt(attributes, 'dimensionGroup'),
    measure: Math.max(
      0,
      measures.findIndex(({ id }) => id === 'OBS_VALUE'),
    ),
    measures: Math.max(1, measures.length),
  }
}

// Compiles `_entities`: rows by the keys that representations name.
import { getNullableType, type GraphQLOutputType, isLeafType, isListType, isObjectType } from 'graphql'
import { hubError } from '../../access/error.ts'
import { type Entity, memberOf, type ReadKey, type Representation, valuesOf } from './keys.ts'
import { maySee } from '../sql/root.ts'
import type { Compilation, Field } from '../schema/type-mapping.ts'
import type { Sql } from '../sql/statement.ts'

/** Representations that one `_entities` takes; more are asked for in chunks. */
export const maxRepresentations = 1_000

/** Rows of one type that are named by one key, each once. */
interface Group {
  readonly entity: Entity
  readonly key: ReadKey
  readonly rows: (readonly (string | null)[])[]
}

interface Grouped {
  readonly groups: readonly Group[]
  /** For each representation its group and its row there; null where it names no row that could be. */
  readonly positions: readonly ({ readonly group: number; readonly row: number } | null)[]
}

/**
 * `_entities`: the rows that the representations name, in their order, by the first key that each has whole. An unknown or
 * abstract type, a key that names nothing, and a row that the caller does not see are all null. Of a representation nothing
 * is read but its type, its key and the members that the mapping declares `external`.
 */
export function entitiesField(entities: ReadonlyMap<string, Entity>): Field {
  return {
    kind: 'custom',
    compile(compilation, _row, args, selections) {
      const representations = args['representations'] as readonly Representation[]
      if (representations.length > maxRepresentations) throw tooMany()
      const parts = groupsOf(entities, representations).groups.map((group) => groupSql(compilation, group, selections))
      return parts.length === 0 ? `'[]'::json` : `json_build_array(${parts.join(', ')})`
    },
    resolve(found, args) {
      const representations = args['representations'] as readonly Representation[]
      const { groups, positions } = groupsOf(entities, representations)
      const rows = found as readonly (readonly (Record<string, unknown> | null)[])[]
      return positions.map((position, index) => {
        const row = position === null ? null : (rows[position.group]?.[position.row] ?? null)
        if (position === null || row === null) return null
        return { ...row, ...externalsOf(groups[position.group]!.entity, representations[index]!) }
      })
    },
  }
}

/** The type that a representation says it is of; empty when it says none. */
export function typeNameOf(representation: unknown): string {
  const name = memberOf(representation, '__typename')
  return typeof name === 'string' ? name : ''
}

function groupsOf(entities: ReadonlyMap<string, Entity>, representations: readonly Representation[]): Grouped {
  const groups: Group[] = []
  const groupAt = new Map<ReadKey, number>()
  const rowAt = new Map<string, number>()
  const positions = representations.map((representation) => {
    const entity = entities.get(typeNameOf(representation))
    for (const key of entity?.keys ?? []) {
      const values = valuesOf(key, representation)
      if (values === null) continue
      const group = groupAt.get(key) ?? groups.length
      if (group === groups.length) groups.push({ entity: entity!, key, rows: [] })
      groupAt.set(key, group)
      const { rows } = groups[group]!
      const mark = `${group} ${JSON.stringify(values)}`
      const row = rowAt.get(mark) ?? rows.length
      if (row === rows.length) rows.push(values)
      rowAt.set(mark, row)
      return { group, row }
    }
    return null
  })
  return { groups, positions }
}

/** JSON list of a group's rows, in its order, null where there is none that the caller sees. */
function groupSql(compilation: Compilation, group: Group, selections: Compilation['selection']): Sql {
  const { scope } = compilation
  const { entity, key, rows } = group
  const { type, table } = entity.mapping
  if (!maySee(compilation, entity.mapping)) return `'[]'::json`
  const given = scope.statement.alias()
  const row = scope.statement.alias()
  const columns = key.leaves.map((_, leaf) =>
    scope.statement.value(
      rows.map((values) => values[leaf] ?? null),
      'text[]',
    ),
  )
  const names = key.leaves.map((_, leaf) => `v${leaf}`)
  const values = names.map((name) => `${given}.${name}`)
  const where = [key.find(row, values, scope), ...compilation.visible(type, row)].join(' and ')
  const order = key.orderBy === undefined ? '' : `order by ${key.orderBy(row)}`
  const object = compilation.objectSql(type, row, selections)
  return `(select coalesce(json_agg((select ${object} from ${table} ${row} where ${where} ${order} limit 1) order by ${given}.at), '[]')
    from unnest(${columns.join(', ')}) with ordinality ${given}(${[...names, 'at'].join(', ')}))`
}

/** What a representation says of fields that another subgraph owns, as far as it can be a value of their types. */
function externalsOf(entity: Entity, representation: Representation): Record<string, unknown> {
  const external: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(entity.mapping.fields)) {
    if (field.kind !== 'external') continue
    const value = memberOf(representation, name)
    const type = entity.type.getFields()[name]?.type
    if (value !== undefined && type !== undefined) external[name] = outputOf(type, value)
  }
  return external
}

function outputOf(given: GraphQLOutputType, value: unknown): unknown {
  const type = getNullableType(given) as GraphQLOutputType
  if (value === null || value === undefined) return null
  if (isListType(type)) return Array.isArray(value) ? value.map((one) => outputOf(type.ofType, one)) : null
  if (isLeafType(type)) {
    try {
      return type.parseValue(value)
    } catch {
      return null
    }
  }
  if (!isObjectType(type) || typeof value !== 'object' || Array.isArray(value)) return null
  const fields = Object.values(type.getFields()).map(({ name, type: of }) => [
    name,
    outputOf(of, memberOf(value, name)),
  ])
  return { ...Object.fromEntries(fields), __typename: type.name }
}

const tooMany = (): Error =>
  hubError(
    'OPERATION_TOO_COMPLEX',
    `Tối đa ${maxRepresentations} đối tượng mỗi lần. · At most ${maxRepresentations} entities at once: ask in chunks.`,
  )

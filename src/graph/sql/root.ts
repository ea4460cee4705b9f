// The roots that lead to rows of any type: `node` and `search`.
import { hubError } from '../../access/error.ts'
import { bindingOf, keyOf, type Paging, idOfKey, windowOf } from './connection.ts'
import { wordsFilter } from './words.ts'
import { collectFields } from './select.ts'
import type { Compilation, TypeMapping } from '../schema/type-mapping.ts'
import type { Sql } from './statement.ts'

/** `node` and `search`: the two roots that lead to rows of any type. */
export const commonRoot: TypeMapping = {
  type: 'Query',
  fields: {
    node: {
      kind: 'custom',
      compile(compilation, _row, args, selections) {
        const id = String(args['id'])
        const [type, key] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)]
        const mapping = compilation.mappings.get(type)
        // What is not there, what is not seen and what is no id at all have one answer.
        if (mapping?.id === undefined || mapping.table === undefined || key === '') return 'null'
        const row = compilation.scope.statement.alias()
        const wanted = compilation.scope.statement.value(key, 'text')
        if (!maySee(compilation, mapping)) return 'null'
        const where = [mapping.id.find(row, wanted, compilation.scope), ...compilation.visible(type, row)].join(' and ')
        return `(select ${compilation.objectSql(type, row, selections)} from ${mapping.table} ${row} where ${where} limit 1)`
      },
    },
    search: {
      kind: 'custom',
      compile(compilation, _row, args, selections) {
        const { scope } = compilation
        const text = String(args['text'])
        if (text.trim() === '')
          throw hubError('BAD_USER_INPUT', 'Cần từ khoá để tìm. · A text to search for is needed.')
        const types = args['types'] as readonly string[] | null | undefined
        const window = windowOf(args as Paging)
        const wanted = [...compilation.mappings.values()].flatMap((mapping) =>
          mapping.search !== undefined &&
          (types ?? [mapping.search.as]).includes(mapping.search.as) &&
          maySee(compilation, mapping)
            ? [{ mapping, search: mapping.search }]
            : [],
        )
        if (wanted.length === 0) return `json_build_object('rows', '[]'::json, 'total', 0)`
        const found = (limit: boolean): Sql => {
          const parts = wanted.map(({ mapping, search }, rank) => {
            const row = scope.statement.alias()
            const words = wordsFilter(search.sql, search.personal)(row, text, scope)
            const where = [words, ...compilation.visible(mapping.type, row)]
            if (limit && window.after !== null) {
              const binding = bindingOf(scope.caller, 'Query', 'search', args)
              const [afterRank, key] = compilation.cursors.open(window.after, binding)
              if (rank < Number(afterRank)) where.push('false')
              else if (rank === Number(afterRank)) {
                where.push(`${row}.id > ${idOfKey(compilation, mapping, key, '0')}`)
              }
            }
            const page = limit ? `order by ${row}.id limit ${window.size + 1}` : ''
            return `(select ${rank} as rank, ${row}.id as id from ${mapping.table} ${row} where ${where.join(' and ')} ${page})`
          })
          return `(${parts.join(' union all ')})`
        }
        const { objectType, values } = compilation
        const asked = collectFields(selections, objectType('SearchConnection'), values)
        const edges = asked.get('edges')?.children ?? []
        const nodes = [
          ...(asked.get('nodes')?.children ?? []),
          ...(collectFields(edges, objectType('SearchEdge'), values).get('node')?.children ?? []),
        ]
        const hit = scope.statement.alias()
        const cases = wanted.map(({ mapping }, rank) => {
          const row = scope.statement.alias()
          return `when ${rank} then (select ${compilation.objectSql(mapping.type, row, nodes)} from ${mapping.table} ${row} where ${row}.id = ${hit}.id)`
        })
        const keys = wanted.map(({ mapping }, rank) => {
          const row = scope.statement.alias()
          return `when ${rank} then (select ${keyOf(mapping, row, scope)} from ${mapping.table} ${row} where ${row}.id = ${hit}.id)`
        })
        const total = asked.has('totalCount') ? `(select count(*) from ${found(false)} c)` : 'null'
        return `json_build_object('rows', (select coalesce(json_agg(p), '[]') from (
            select case ${hit}.rank ${cases.join(' ')} end as n, array[${hit}.rank::text, case ${hit}.rank ${keys.join(' ')} end] as k
            from ${found(true)} ${hit} order by ${hit}.rank, ${hit}.id limit ${window.size + 1}) p), 'total', ${total})`
      },
    },
  },
}

/** Whether the caller may see rows of a type at all: a protected type is as if it had none. */
export function maySee(compilation: Compilation, mapping: TypeMapping): boolean {
  return Object.keys(mapping.fields).some((field) => compilation.allowed(mapping.type, field))
}

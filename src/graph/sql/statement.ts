// The SQL statement that is being written: its parameters and aliases.

/** A piece of SQL. Identifiers in it come from mappings, never from a request; values are parameters of a Statement. */
export type Sql = string

/** One statement being written: its parameters, and names that do not collide. */
export interface Statement {
  readonly params: readonly unknown[]
  /** The placeholder of a value; the same value of the same type has one placeholder. */
  value(
    value: unknown,
    type: 'text' | 'text[]' | 'timestamptz' | 'date' | 'bigint' | 'bigint[]' | 'integer' | 'float8' | 'boolean',
  ): Sql
  alias(): string
}

export function newStatement(): Statement {
  const params: unknown[] = []
  const known = new Map<string, Sql>()
  let aliases = 0
  return {
    params,
    value(given, type) {
      const value = storable(given)
      const mark = `${type}:${JSON.stringify(value)}`
      const found = known.get(mark)
      if (found !== undefined) return found
      params.push(value)
      const placeholder = `$${params.length}::${type}`
      known.set(mark, placeholder)
      return placeholder
    },
    alias: () => `t${(aliases += 1)}`,
  }
}

/**
 * The statement with the parameters that its text uses, renumbered: what was written for a field that then failed, or
 * that nothing asks for, has left its values behind.
 */
export function withoutUnused(sql: Sql, params: readonly unknown[]): { sql: Sql; params: readonly unknown[] } {
  const numbers = new Map<string, number>()
  const renumbered = sql.replace(/\$(\d+)(?=::)/g, (_, number: string) => {
    const next = numbers.get(number) ?? numbers.size + 1
    numbers.set(number, next)
    return `$${next}`
  })
  return { sql: renumbered, params: [...numbers.keys()].map((number) => params[Number(number) - 1]) }
}

/** PostgreSQL keeps no U+0000: a text with one equals no stored text, and as U+FFFD it is asked for like any other. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '\uFFFD')
  return Array.isArray(value) ? value.map(storable) : value
}

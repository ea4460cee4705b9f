/** A piece of SQL. Identifiers in it come from shapes, never from a request; values are parameters of a Statement. */
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
    value(value, type) {
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

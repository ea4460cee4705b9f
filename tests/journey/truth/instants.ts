// Instants in one spelling.
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** The same value with every instant in it written in one way, so that `08:00+07:00` and `01:00Z` are equal. */
export function instants<T>(value: T): T {
  if (typeof value === 'string') return (instant.test(value) ? new Date(value).toISOString() : value) as T
  if (Array.isArray(value)) return value.map(instants) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, instants(member as unknown)])) as T
}

/** Rows by a key, for comparison: a key that comes twice fails. */
export function keyed<T>(rows: readonly T[], key: (row: T) => string): Record<string, T> {
  const found: Record<string, T> = {}
  for (const row of rows) {
    const name = key(row)
    if (Object.hasOwn(found, name)) throw new Error(`${name} comes twice`)
    found[name] = instants(row)
  }
  return found
}

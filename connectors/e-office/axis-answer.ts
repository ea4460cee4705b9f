// Members of the axis's JSON answers, whatever their spelling.

/**
 * A member of an axis's JSON answer by its name, whatever its case and underscores: the axes write `docId`, `docid`,
 * `created_time` and `createdTime`. undefined when it is not there or the value is no object.
 */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const object = value as Readonly<Record<string, unknown>>
  if (Object.hasOwn(object, name)) return object[name]
  const wanted = plain(name)
  for (const [found, value] of Object.entries(object)) if (plain(found) === wanted) return value
  return undefined
}

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase()

/** A member as text; null when it is absent, empty or neither a text nor a number. */
export function textMember(value: unknown, name: string): string | null {
  const found = member(value, name)
  if (typeof found === 'number') return String(found)
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : null
}

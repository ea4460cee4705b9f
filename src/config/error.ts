// The error of a wrong setting, and how values appear in it.
/** A setting is wrong, and the hub does not start. The message is one line: name, what was found, what is expected; never a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Members whose values are never shown. */
const hidden = /secret|password|passwd|token|key|headers|settings|credential|DATABASE_URL/i

/** What was found, for the message of a wrong setting: the value of a plain one, else only its kind. */
export function found(value: unknown, path: string): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'string' && (hidden.test(path) || /:\/\/[^/]*@/.test(value))) {
    return `a text of ${value.length} characters`
  }
  if (hidden.test(path)) return `a ${typeof value}`
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value as number)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

export function wrong(path: string, value: unknown, expected: string): ConfigError {
  return new ConfigError(`${path} is ${found(value, path)}, expected ${expected}`)
}

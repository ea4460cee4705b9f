// Tells a JSON object from every other value.

/**
 * Whether the value is an object, neither null nor a list. Parsed JSON has JSON values as members:
 * `rows.every(isObject<Json>)`.
 */
export const isObject = <Member = unknown>(value: unknown): value is { readonly [member: string]: Member } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

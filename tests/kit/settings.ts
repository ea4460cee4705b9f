import type { ConfigField } from '#connector'

type Fields = Readonly<Record<string, ConfigField>>

/** The values that a manifest gives to settings which the operator leaves out. */
export function defaultSettings(fields: Fields): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    if ('default' in field && field.default !== undefined) values[name] = field.default
    else if (field.kind === 'object') values[name] = defaultSettings(field.fields)
  }
  return values
}

/** Every secret among the settings, wherever the manifest declares one: in lists, maps and objects too. */
export function secretsOf(fields: Fields, settings: unknown): string[] {
  if (typeof settings !== 'object' || settings === null) return []
  return Object.entries(fields).flatMap(([name, field]) =>
    secretValues(field, (settings as Record<string, unknown>)[name]),
  )
}

function secretValues(field: ConfigField, value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (field.kind === 'secret') return typeof value === 'string' && value !== '' ? [value] : []
  if (field.kind === 'list' && Array.isArray(value)) return value.flatMap((item) => secretValues(field.of, item))
  if (field.kind === 'map') return Object.values(value).flatMap((item) => secretValues(field.of, item))
  return field.kind === 'object' ? secretsOf(field.fields, value) : []
}

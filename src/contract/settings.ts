// Checks a source's settings against its connector's manifest.
import { isObject } from '../transport/json-object.ts'
import type { ConfigField } from './connector.ts'
import { ConnectorFailure } from './failure.ts'

type FieldTable = { readonly [name: string]: ConfigField }

/**
 * A source's settings by its manifest's `config`: complete, defaults filled in, secrets already resolved. `at` is how
 * messages call the settings (`sources[0].settings`). Throws ConnectorFailure CONFIG_INVALID with one line that names the
 * member, what was found (never a value) and what is expected.
 */
export function settingsOf(
  config: FieldTable,
  settings: Readonly<Record<string, unknown>>,
  at = 'settings',
): Readonly<Record<string, unknown>> {
  return objectOf(config, settings, at)
}

/** The secrets among complete settings: what may stand in no message. */
export function secretsOf(config: FieldTable, settings: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(config).flatMap(([name, field]) => secretsIn(field, settings[name]))
}

function secretsIn(field: ConfigField, value: unknown): string[] {
  if (field.kind === 'secret') return typeof value === 'string' ? [value] : []
  if (field.kind === 'list') return Array.isArray(value) ? value.flatMap((item) => secretsIn(field.of, item)) : []
  if (!isObject(value)) return []
  if (field.kind === 'map') return Object.values(value).flatMap((item) => secretsIn(field.of, item))
  return field.kind === 'object' ? secretsOf(field.fields, value) : []
}

function objectOf(fields: FieldTable, value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw wrong(at, value, 'an object')
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name))
  if (unknown !== undefined) {
    const names = Object.keys(fields).join(', ')
    throw new ConnectorFailure('CONFIG_INVALID', `${at}.${unknown} is not known, expected one of ${names}`)
  }
  const complete: [string, unknown][] = []
  for (const [name, field] of Object.entries(fields)) {
    const own = Object.hasOwn(value, name) ? value[name] : undefined
    const filled = own === undefined ? absent(field, `${at}.${name}`) : valueOf(field, own, `${at}.${name}`)
    if (filled !== undefined) complete.push([name, filled])
  }
  return Object.fromEntries(complete)
}

/** What a member that was left out becomes. An object whose members all have defaults is made of these. */
function absent(field: ConfigField, at: string): unknown {
  if ('default' in field && field.default !== undefined) return field.default
  if (field.required === false) return undefined
  if (field.kind === 'object' && Object.values(field.fields).every(mayBeAbsent)) return objectOf(field.fields, {}, at)
  throw wrong(at, undefined, expected(field))
}

function mayBeAbsent(field: ConfigField): boolean {
  if (field.required === false || ('default' in field && field.default !== undefined)) return true
  return field.kind === 'object' && Object.values(field.fields).every(mayBeAbsent)
}

function valueOf(field: ConfigField, value: unknown, at: string): unknown {
  if (field.kind === 'object') return objectOf(field.fields, value, at)
  if (field.kind === 'list') {
    if (!Array.isArray(value)) throw wrong(at, value, 'a list')
    return value.map((item, index) => valueOf(field.of, item, `${at}[${index}]`))
  }
  if (field.kind === 'map') {
    if (!isObject(value)) throw wrong(at, value, 'an object')
    const members = Object.entries(value).filter(([name]) => name !== '__proto__')
    return Object.fromEntries(members.map(([name, member]) => [name, valueOf(field.of, member, `${at}.${name}`)]))
  }
  if (!isValid(field, value)) throw wrong(at, value, expected(field))
  return value
}

type Scalar = Exclude<ConfigField, { kind: 'object' | 'list' | 'map' }>

function isValid(field: Scalar, value: unknown): boolean {
  if (field.kind === 'boolean') return typeof value === 'boolean'
  if (field.kind === 'number') {
    if (typeof value !== 'number' || !Number.isFinite(value)) return false
    return value >= (field.min ?? -Infinity) && value <= (field.max ?? Infinity)
  }
  if (typeof value !== 'string' || value === '') return false
  if (field.kind === 'choice') return field.of.includes(value)
  if (field.kind === 'url') return isWebUrl(value)
  return field.kind === 'pattern' ? isPattern(value) : true
}

/** A bare host counts: connectors complete it (`192.168.1.5` of a camera). Never with a user and password inside. */
function isWebUrl(text: string): boolean {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(whole)) return false
  const { protocol, username, password } = new URL(whole)
  return /^https?:$/.test(protocol) && username === '' && password === '' && !/\s/.test(text)
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== ''
  } catch {
    return false
  }
}

function expected(field: ConfigField): string {
  switch (field.kind) {
    case 'url':
      return 'an http or https URL without user and password'
    case 'text':
      return 'a text'
    case 'secret':
      return `a secret as { secret: 'NAME' }`
    case 'pattern':
      return 'a regular expression'
    case 'folder':
      return 'the path of a folder'
    case 'number': {
      const { min, max } = field
      if (min !== undefined && max !== undefined) return `a number from ${min} to ${max}`
      return min === undefined ? (max === undefined ? 'a number' : `a number up to ${max}`) : `a number from ${min}`
    }
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${field.of.map((name) => JSON.stringify(name)).join(', ')}`
    case 'list':
      return 'a list'
    case 'map':
    case 'object':
      return 'an object'
  }
}

/** Only numbers and true or false are shown: any text of a setting may be a secret in the wrong setting. */
function wrong(at: string, value: unknown, what: string): ConnectorFailure {
  return new ConnectorFailure('CONFIG_INVALID', `${at} is ${kindOf(value)}, expected ${what}`)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value === '' ? 'an empty text' : `a text of ${value.length} characters`
  return Array.isArray(value) ? 'a list' : 'an object'
}

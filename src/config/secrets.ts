// Secrets of the configuration: references in it, values in the environment or in files.
import { readFileSync } from 'node:fs'

import type { Environment } from './environment.ts'
import { ConfigError } from './error.ts'

/** A reference to a secret: the value is in the environment variable of that name, or in the file that `<NAME>_FILE` names. */
export interface SecretReference {
  readonly secret: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isSecretReference = (value: unknown): value is SecretReference =>
  isObject(value) && Object.keys(value).length === 1 && typeof value['secret'] === 'string'

export const secretName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** The names of the secrets in a value, with the path of each. */
export function secretReferences(value: unknown, path: string): { name: string; path: string }[] {
  if (isSecretReference(value)) return [{ name: value.secret, path }]
  if (Array.isArray(value)) return value.flatMap((item, index) => secretReferences(item, `${path}[${index}]`))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => secretReferences(member, `${path}.${name}`))
}

/**
 * The settings with every reference replaced by its secret, read now, and the secrets themselves, to keep them out of texts.
 * Messages call the settings `path`. Throws ConfigError where a secret is missing.
 *
 * @example
 * resolveSecrets({ user: 'hub', password: { secret: 'REGISTRY_PASSWORD' } }, process.env)
 * // { settings: { user: 'hub', password: '…' }, secrets: ['…'] }
 */
export function resolveSecrets<T>(
  settings: T,
  environment: Environment,
  path = 'settings',
): { settings: T; secrets: string[] } {
  const secrets = new Set<string>()
  const resolved = (value: unknown, at: string): unknown => {
    if (isSecretReference(value)) {
      const secret = readSecret(value.secret, environment, at)
      secrets.add(secret)
      return secret
    }
    if (Array.isArray(value)) return value.map((item, index) => resolved(item, `${at}[${index}]`))
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolved(member, `${at}.${name}`)]))
  }
  return { settings: resolved(settings, path) as T, secrets: [...secrets] }
}

function readSecret(name: string, environment: Environment, path: string): string {
  const value = environment[name]
  if (value !== undefined && value !== '') return value
  const file = environment[`${name}_FILE`]
  if (file === undefined || file === '') {
    throw new ConfigError(
      `${path} refers to the secret ${name}, which is not set; expected the environment variable ${name}, or ${name}_FILE with the path of a file`,
    )
  }
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new ConfigError(
      `${name}_FILE is ${JSON.stringify(file)}, which cannot be read (${code}); expected a file with the secret`,
      { cause },
    )
  }
  if (text === '')
    throw new ConfigError(`${name}_FILE is ${JSON.stringify(file)}, which is empty; expected a file with the secret`)
  return text
}

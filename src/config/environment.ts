// Reads the environment variables of the hub.
import { resolve } from 'node:path'

import { ConfigError, wrong } from './error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** The values of the environment, with defaults; paths are absolute. */
export interface EnvironmentConfig {
  readonly port: number
  readonly host: string
  /** undefined: the embedded database. */
  readonly databaseUrl: string | undefined
  readonly home: string
  /** The path of HUB_CONFIG; undefined when it is not set. */
  readonly configFile: string | undefined
  readonly key: { readonly HUB_KEY: string | undefined; readonly HUB_KEY_FILE: string | undefined }
  readonly demo: { readonly scale: number; readonly land: boolean }
  readonly samples: string | undefined
  readonly logLevel: LogLevel
}

const known = [
  'HUB_CONFIG',
  'HUB_HOME',
  'HUB_KEY',
  'HUB_KEY_FILE',
  'HUB_DEMO_SCALE',
  'HUB_DEMO_LAND',
  'HUB_SAMPLES',
] as const

/** The environment's part of the configuration; an empty value counts as none. Throws ConfigError. */
export function readEnvironment(environment: Environment, cwd: string): EnvironmentConfig {
  const get = (name: string): string | undefined => environment[name] || undefined
  const path = (name: string): string | undefined => {
    const value = get(name)
    return value === undefined ? undefined : resolve(cwd, value)
  }
  const level = get('LOG_LEVEL') ?? 'info'
  const logLevel = logLevels.find((one) => one === level)
  if (logLevel === undefined) throw wrong('LOG_LEVEL', level, `one of ${logLevels.join(', ')}`)
  const host = get('HOST') ?? '127.0.0.1'
  if (!/^[A-Za-z0-9._:-]{1,255}$/.test(host)) throw wrong('HOST', host, 'a name or an address to listen on')
  const land = get('HUB_DEMO_LAND') ?? '1'
  if (land !== '0' && land !== '1') throw wrong('HUB_DEMO_LAND', land, '0 or 1')
  return {
    port: port(get('PORT') ?? '4000'),
    host,
    databaseUrl: databaseUrl(get('DATABASE_URL')),
    home: path('HUB_HOME') ?? resolve(cwd, '.hub'),
    configFile: path('HUB_CONFIG'),
    key: { HUB_KEY: get('HUB_KEY'), HUB_KEY_FILE: path('HUB_KEY_FILE') },
    demo: { scale: scale(get('HUB_DEMO_SCALE') ?? '1'), land: land === '1' },
    samples: path('HUB_SAMPLES'),
    logLevel,
  }
}

/** Throws ConfigError for a name with `HUB_` that is neither ours nor a secret of the configuration. */
export function refuseUnknown(environment: Environment, secrets: readonly string[]): void {
  const names = new Set<string>([...known, ...secrets, ...secrets.map((name) => `${name}_FILE`)])
  const unknown = Object.keys(environment).find((name) => name.startsWith('HUB_') && !names.has(name))
  if (unknown !== undefined) throw new ConfigError(`${unknown} is not known, expected one of ${known.join(', ')}`)
}

function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (value < 0 || value > 65_535) throw wrong('PORT', text, 'a number from 0 to 65535 (0: any free one)')
  return value
}

function scale(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (value <= 0 || value > 1000) throw wrong('HUB_DEMO_SCALE', text, 'a number above 0, at most 1000')
  return value
}

function databaseUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^postgres(ql)?:$/.test(url.protocol)) return text
  throw wrong('DATABASE_URL', text, 'a URL like postgres://user:password@host:5432/database')
}

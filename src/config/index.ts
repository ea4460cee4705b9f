// The configuration of the hub: environment and file, checked and frozen.
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'

import type { Environment, EnvironmentConfig } from './environment.ts'
import { readEnvironment, refuseUnknown } from './environment.ts'
import { ConfigError } from './error.ts'
import { readConfigFile } from './file.ts'
import { resolveSecrets, secretReferences } from './secrets.ts'
import type { DriftPolicy } from './hub-config.ts'
import type { FileConfig } from './file-schema.ts'
import { parseFile } from './file-schema.ts'

export type { Environment, LogLevel } from './environment.ts'
export { ConfigError } from './error.ts'
export type {
  DriftPolicy,
  HubConfig,
  IssuerConfig,
  PurposeConfig,
  RetentionConfig,
  SourceConfig,
  SubgraphConfig,
  TrustedDocumentsConfig,
} from './hub-config.ts'
export { resolveSecrets } from './secrets.ts'
export type { SecretReference } from './secrets.ts'

interface Title {
  readonly vi: string
  readonly en: string
}

const day = 86_400_000

/** The limits that the operator has set, under the transport's names. */
export interface SourceLimits {
  readonly idleMs?: number
  readonly totalMs?: number
  readonly tries?: number
  readonly retryAfterCapMs?: number
  readonly bodyBytes?: number
  readonly inflatedBytes?: number
  readonly concurrency?: number
  readonly perSecond?: number
}

export interface ConfiguredSource {
  readonly id: string
  readonly connector: string
  /** undefined: the connector's title. */
  readonly title: Title | undefined
  readonly agency: string
  readonly schedule: string
  readonly timezone: string
  readonly allowHosts: readonly string[]
  /** Cron expression, in the source's time zone. */
  readonly census: string
  /** The policy of each stream; `*` is that of the others. */
  readonly drift: Readonly<Record<string, DriftPolicy>>
  /** PEM text. */
  readonly ca: string | undefined
  /** With references instead of secrets: `resolveSecrets` replaces them. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly limits: SourceLimits
  /** The name in messages: `sources[0]`. */
  readonly path: string
}

export interface Config extends Omit<EnvironmentConfig, 'configFile'> {
  /** The file that was read; undefined where there is none. */
  readonly configFile: string | undefined
  readonly sources: readonly ConfiguredSource[]
  readonly issuers: readonly {
    readonly issuer: string
    readonly audience: string
    readonly otherAudiences: readonly string[]
    readonly allowHosts: readonly string[]
    readonly maxTokenAgeSeconds: number
    readonly typ: 'at+jwt' | undefined
    readonly agencies: readonly string[] | undefined
  }[]
  readonly subgraphs: readonly {
    readonly name: string
    readonly url: string
    readonly allowHosts: readonly string[]
    /** With references instead of secrets. */
    readonly headers: Readonly<Record<string, unknown>>
    readonly timeoutMs: number
    readonly pollingMs: number
    readonly path: string
  }[]
  readonly purposes: readonly { readonly code: string; readonly title: Title; readonly legalBasis: string }[]
  readonly trustedDocuments: { readonly folder: string; readonly mode: 'off' | 'only' } | undefined
  readonly leaseMs: number
  /** Milliseconds; null: for ever. */
  readonly retention: { readonly rawMs: number; readonly changesMs: number; readonly auditMs: number | null }
  /** No source is configured: the demonstration runs. */
  readonly demonstration: boolean
  /** The hub issues tokens itself: in the demonstration, or with `issuers: []` written and a loopback host. */
  readonly developmentIssuer: boolean
}

export interface LoadOptions {
  /** `later`: a missing secret is no fault, for commands that read no source. Default `now`. */
  readonly secrets?: 'now' | 'later'
}

/**
 * The whole configuration, frozen: the environment and the file that HUB_CONFIG names, else `hub.config.ts` in `cwd` where
 * there is one. Secrets are checked and stay references. Throws ConfigError with one line.
 *
 * @example
 * const config = await loadConfig(process.env, process.cwd())
 * config.sources[0]?.schedule // '0 6 * * *'
 */
export async function loadConfig(environment: Environment, cwd: string, options: LoadOptions = {}): Promise<Config> {
  const settings = readEnvironment(environment, cwd)
  const usual = resolve(cwd, 'hub.config.ts')
  const configFile = settings.configFile ?? (existsSync(usual) ? usual : undefined)
  const name = configFile === undefined ? '' : basename(configFile)
  const file = parseFile(configFile === undefined ? {} : await readConfigFile(configFile), name)
  refuseDuplicates(file, name)
  const references = [
    ...file.sources.map(({ settings: own }, index) => ({ own, path: `${name}: sources[${index}].settings` })),
    ...file.subgraphs.map(({ headers: own }, index) => ({ own, path: `${name}: subgraphs[${index}].headers` })),
  ]
  const secrets = references.flatMap(({ own, path }) => secretReferences(own, path).map((reference) => reference.name))
  refuseUnknown(environment, secrets)
  if (options.secrets !== 'later') for (const { own, path } of references) resolveSecrets(own, environment, path)
  const demonstration = file.sources.length === 0
  const issuersWritten = file.issuers !== undefined
  const { issuers = [] } = file
  if (!demonstration && issuers.length === 0 && !isLoopback(settings.host)) {
    throw new ConfigError(
      `HOST is "${settings.host}" with sources and without issuers, expected issuers in ${name} or a HOST of this machine alone like 127.0.0.1`,
    )
  }
  const folder = configFile === undefined ? cwd : dirname(configFile)
  return freeze({
    ...settings,
    configFile,
    sources: file.sources.map((source, index) => configuredSource(source, index, folder, name)),
    issuers: issuers.map(({ audiences, maxTokenAge, typ, agencies, ...issuer }) => ({
      ...issuer,
      otherAudiences: audiences,
      maxTokenAgeSeconds: Math.max(1, Math.floor(maxTokenAge / 1000)),
      typ,
      agencies,
    })),
    subgraphs: file.subgraphs.map(({ timeout, polling, ...subgraph }, index) => ({
      ...subgraph,
      timeoutMs: timeout,
      pollingMs: polling,
      path: `${name}: subgraphs[${index}]`,
    })),
    purposes: file.purposes,
    trustedDocuments:
      file.trustedDocuments === undefined
        ? undefined
        : { ...file.trustedDocuments, folder: resolve(folder, file.trustedDocuments.folder) },
    leaseMs: file.lease,
    retention: {
      rawMs: file.retention?.raw ?? 90 * day,
      changesMs: file.retention?.changes ?? 7 * day,
      auditMs: file.retention?.audit ?? null,
    },
    demonstration,
    developmentIssuer: demonstration || (issuersWritten && issuers.length === 0 && isLoopback(settings.host)),
  })
}

function configuredSource(
  source: FileConfig['sources'][number],
  index: number,
  folder: string,
  file: string,
): ConfiguredSource {
  const path = `${file}: sources[${index}]`
  const { id, connector, title, agency, schedule, timezone, allowHosts, settings } = source
  const limits = {
    idleMs: source.idle,
    totalMs: source.page,
    tries: source.tries,
    retryAfterCapMs: source.retryAfter,
    bodyBytes: source.body,
    inflatedBytes: source.inflatedBody,
    concurrency: source.concurrency,
    perSecond: source.perSecond,
  }
  const written = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)) as SourceLimits
  const ca = source.ca === undefined ? undefined : readCertificates(resolve(folder, source.ca), `${path}.ca`)
  const drift = typeof source.drift === 'string' ? { '*': source.drift } : source.drift
  return {
    id,
    connector,
    title,
    agency,
    schedule,
    timezone,
    allowHosts,
    ca,
    census: source.census,
    drift,
    settings,
    limits: written,
    path,
  }
}

function readCertificates(path: string, name: string): string {
  let text = ''
  let reason = 'no PEM certificate'
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new ConfigError(`${name} is ${JSON.stringify(path)} (${reason}), expected a PEM file with certificates`)
}

function refuseDuplicates(file: FileConfig, name: string): void {
  const lists = [
    { list: 'sources', member: 'id', values: file.sources.map(({ id }) => id) },
    { list: 'issuers', member: 'issuer', values: (file.issuers ?? []).map(({ issuer }) => issuer) },
    { list: 'subgraphs', member: 'name', values: file.subgraphs.map((subgraph) => subgraph.name) },
    { list: 'purposes', member: 'code', values: file.purposes.map(({ code }) => code) },
  ]
  for (const { list, member, values } of lists) {
    const again = values.findIndex((value, index) => values.indexOf(value) !== index)
    if (again === -1) continue
    const value = values[again] ?? ''
    throw new ConfigError(
      `${name}: ${list}[${again}].${member} is "${value}" as in ${list}[${values.indexOf(value)}], expected one of its own`,
    )
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const member of Object.values(value)) freeze(member)
  return value
}

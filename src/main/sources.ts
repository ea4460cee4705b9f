// The configured sources, each with its connector, settings and transport.
import { isAbsolute, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomBytes } from 'node:crypto'
import type { ConfiguredSource } from '../config/index.ts'
import { ConfigError, resolveSecrets } from '../config/index.ts'
import type { ConfigField, Connector, Context } from '../contract/connector.ts'
import { secretsOf, settingsOf } from '../contract/settings.ts'
import type { SourceSetup } from '../sync/engine.ts'
import { openFiles } from '../transport/files.ts'
import { openTransport } from '../transport/open.ts'
import { root } from './paths.ts'

export interface OpenSources {
  readonly setups: ReadonlyMap<string, SourceSetup>
  close(): Promise<void>
}

/** The configured sources with their connectors, complete settings and one transport each. Throws ConfigError in one line. */
export function openSources(
  configured: readonly ConfiguredSource[],
  connectors: ReadonlyMap<string, Connector>,
  environment: Readonly<Record<string, string | undefined>>,
): OpenSources {
  const opened: { close(): Promise<void> }[] = []
  const setups = new Map<string, SourceSetup>()
  for (const source of configured) {
    const connector = connectors.get(source.connector)
    if (connector === undefined) {
      throw new ConfigError(
        `${source.path}.connector is "${source.connector}", expected one of ${[...connectors.keys()].join(', ')}`,
      )
    }
    const resolved = resolveSecrets(source.settings, environment, `${source.path}.settings`)
    const settings = completeSettings(connector, resolved.settings, `${source.path}.settings`)
    const secrets = [...new Set([...resolved.secrets, ...secretsOf(connector.manifest.config, settings)])]
    const transport = openTransport({
      allowHosts: source.allowHosts,
      limits: source.limits,
      secrets,
      ...(source.ca === undefined ? {} : { ca: source.ca }),
    })
    opened.push(transport)
    const files = openFiles({ folders: foldersOf(connector.manifest.config, settings) })
    const { title = connector.manifest.title } = source
    setups.set(source.id, {
      id: source.id,
      title: `${title.vi} · ${title.en}`,
      agency: source.agency,
      schedule: source.schedule,
      timezone: source.timezone,
      census: source.census,
      drift: source.drift,
      connector,
      settings,
      secrets,
      open: (signal): Context => ({
        settings: settings as Context['settings'],
        transport,
        files,
        signal,
        now: () => new Date(),
        random: (bytes) => new Uint8Array(randomBytes(bytes)),
        wait: (milliseconds) => sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined),
      }),
    })
  }
  return {
    setups,
    close: async () => {
      for (const transport of opened) await transport.close()
    },
  }
}

function completeSettings(
  connector: Connector,
  settings: Readonly<Record<string, unknown>>,
  at: string,
): Readonly<Record<string, unknown>> {
  try {
    const complete = settingsOf(connector.manifest.config, settings, at)
    return Object.fromEntries(
      Object.entries(complete).map(([name, value]) => {
        const folder = connector.manifest.config[name]?.kind === 'folder' && typeof value === 'string'
        return [name, folder && !isAbsolute(value) ? resolve(root, value) : value]
      }),
    )
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error))
  }
}

const foldersOf = (
  config: { readonly [name: string]: ConfigField },
  settings: Readonly<Record<string, unknown>>,
): string[] =>
  Object.entries(config).flatMap(([name, field]) =>
    field.kind === 'folder' && typeof settings[name] === 'string' ? [settings[name]] : [],
  )

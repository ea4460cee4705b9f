// Reads the configuration file.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'

import { ConfigError } from './error.ts'

/** The content of the configuration file, unchecked. A module is loaded once in a process. Throws ConfigError. */
export async function readConfigFile(path: string): Promise<unknown> {
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new ConfigError(`HUB_CONFIG is ${JSON.stringify(path)}, which is no file; expected a .ts, .js or .json file`)
  }
  const extension = extname(path)
  if (extension === '.json') return readJson(path)
  if (!['.ts', '.mts', '.js', '.mjs'].includes(extension)) {
    throw new ConfigError(`HUB_CONFIG is ${JSON.stringify(path)}, expected a .ts, .js or .json file`)
  }
  let module: { default?: unknown }
  try {
    module = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { default?: unknown }
  } catch (cause) {
    throw new ConfigError(`${path} cannot be read: ${oneLine(cause)}`, { cause })
  }
  if (module.default === undefined) {
    throw new ConfigError(`${path} has no default export, expected export default { sources: […] }`)
  }
  return module.default
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown
  } catch (cause) {
    // The parser's own message quotes the text around the fault, which may be a secret.
    const position = /(?:at position \d+|line \d+ column \d+)/.exec((cause as Error).message)?.[0]
    throw new ConfigError(
      `${path} is not JSON${position === undefined ? '' : ` (${position})`}, expected { "sources": […] }`,
      {
        cause,
      },
    )
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return (message.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 300)
}

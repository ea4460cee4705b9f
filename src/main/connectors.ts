// The connectors of this checkout, found by their folders.
import { readdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import type { Connector } from '../contract/connector.ts'
import { connectorsFolder } from './paths.ts'

/** Every connector of the folder, by name: found there, listed nowhere. Throws for a folder whose manifest bears another name. */
export async function discoverConnectors(folder = connectorsFolder): Promise<ReadonlyMap<string, Connector>> {
  const found = new Map<string, Connector>()
  for (const name of await connectorNames(folder)) {
    const loaded = (await import(pathToFileURL(join(folder, name, 'index.ts')).href)) as { default: Connector }
    if (loaded.default.manifest.name !== name) {
      throw new Error(
        `connectors/${name} calls itself ${loaded.default.manifest.name}; folder and manifest bear one name`,
      )
    }
    found.set(name, loaded.default)
  }
  return found
}

export async function connectorNames(folder = connectorsFolder): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'index.ts')))
    .map((entry) => entry.name)
    .toSorted()
}

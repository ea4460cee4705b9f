import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openKeyring } from '../../../src/db/encryption/keyring.ts'
import { canonical } from '../../../src/sync/run/outcome.ts'
import { discoverConnectors } from '../../../src/main/connectors.ts'
import { loadSubject, readsFolder } from '../../kit/conformance/subject.ts'
import type { Running, Subject } from './subject.ts'
import { house } from '../../../src/domains/index.ts'

/** How much each emulator holds: enough for several pages where the pages are small, little enough to be read again and again. */
const sizes: Readonly<Record<string, number>> = {
  'one-stop': 120,
  camera: 12,
  'reporting-sdmx': 200,
  'reporting-workbook': 80,
  'e-office': 10,
}

/** Streams whose records tell how well a device could be reached. */
const reachability: Readonly<Record<string, readonly string[]>> = { camera: ['devices'] }

/** Every connector of the product against its own emulator. */
export async function connectorSubjects(): Promise<Subject[]> {
  const names = [...(await discoverConnectors()).keys()].toSorted()
  return Promise.all(names.map(connectorSubject))
}

async function connectorSubject(name: string): Promise<Subject> {
  const subject = await loadSubject(fileURLToPath(new URL(`../../../connectors/${name}`, import.meta.url)))
  const { manifest } = subject.connector
  const folder = Object.values(manifest.config).some((field) => field.kind === 'folder')
  return {
    name,
    kind: folder ? 'folder' : 'http',
    async open(seed): Promise<Running> {
      const home = mkdtempSync(join(tmpdir(), 'faults-'))
      let time = subject.town.foundedAt.getTime() + 3_600_000
      const now = (): Date => new Date(time)
      const town = { ...subject.town, seed: subject.town.seed + seed }
      const running = await subject.emulator({ town, size: sizes[name] ?? 60, now, folder: home })
      // What an emulator means stands still while its clock does: it is told once a moment.
      const told = new Map<string, { at: number; truth: ReadonlyMap<string, string> }>()
      return {
        name,
        connector: subject.connector,
        settings: { ...running.settings, ...smallPages(manifest.config) },
        hosts: running.hosts,
        streams: Object.keys(manifest.streams),
        sinks: (secret) => house.sinks(openKeyring(secret)),
        truth(stream) {
          const known = told.get(stream)
          if (known?.at === time) return known.truth
          const plain = (record: unknown): unknown => JSON.parse(JSON.stringify(record))
          const truth = new Map(running.truth(stream).map(({ key, record }) => [key, canonical(plain(record))]))
          told.set(stream, { at: time, truth })
          return truth
        },
        dirt: (stream) => running.dirt(stream),
        now,
        async advance() {
          time += 3_600_000
          // A folder is written by its emulator, within a second.
          if (readsFolder(running)) await new Promise((resolve) => setTimeout(resolve, 1_300))
        },
        reachability: reachability[name] ?? [],
        own: null,
        async close() {
          await running.close()
          rmSync(home, { recursive: true, force: true })
        },
      }
    },
  }
}

/** Settings that make a source's pages small, so that a run has several. */
function smallPages(config: Readonly<Record<string, { kind: string; min?: number }>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([name, field]) => field.kind === 'number' && /page|rows|batch/i.test(name))
      .map(([name, field]) => [name, Math.max(field.min ?? 1, 20)]),
  )
}

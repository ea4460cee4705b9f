// The sources of the demonstration province: their sizes and schedules, and the emulators that play them.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Config, ConfiguredSource } from '../../config/index.ts'
import { demoTown } from '../../demo/town.ts'
import type { DemonstrationSource } from '../../demo/process.ts'
import { shippedUnits } from '../../reference/index.ts'
import { provinceCode } from '../access/agency-ranges.ts'
import { connectorNames } from '../connectors.ts'
import { useEmulators } from './emulators.ts'
import { connectorsFolder } from '../paths.ts'
import { demonstrationFolder } from '../store.ts'

/** How much of each source there is at scale 1; a connector not named here has its emulator's things a hundred times. */
const sizes: Readonly<Record<string, number>> = {
  'one-stop': 20_000,
  'e-office': 5_000,
  'reporting-sdmx': 57_000,
  'reporting-workbook': 3_000,
  camera: 300,
}
/** What grows with HUB_DEMO_SCALE. */
const scaled: ReadonlySet<string> = new Set(['one-stop', 'e-office', 'reporting-sdmx'])

const schedules: Readonly<Record<string, string>> = {
  'one-stop': '* * * * *',
  'procedure-catalogue': '*/15 * * * *',
}

export interface Demonstration {
  /** The tables that a province would import: which old code is which agency's. */
  readonly reference: string
  readonly sources: readonly ConfiguredSource[]
  /** The land office's subgraph; with HUB_DEMO_LAND=0 nobody listens there. */
  readonly subgraphs: Config['subgraphs']
  /** Settles when the emulators end although they are used. */
  readonly lost: Promise<void>
  /** Leaves the emulators; the last process to do so ends them. */
  stop(): Promise<void>
}

/**
 * The demonstration province's sources: the emulators of this home, which are started where none run and shared by all
 * processes of the home. The town is founded once a home and lives on with the clock.
 */
export async function openDemonstration(config: Config): Promise<Demonstration> {
  const folder = demonstrationFolder(config)
  const reference = join(folder, 'reference')
  mkdirSync(reference, { recursive: true, mode: 0o700 })
  const town = demoTown({ seed: 53, foundedAt: foundedAt(join(folder, 'town.json')), units: shippedUnits() })
  const linked = town.agencies.flatMap(({ code, oldCode }) => (oldCode === null ? [] : [`${code},${oldCode},,`]))
  replaceFile(join(reference, 'agency-codes.csv'), ['code,otherCodes,name,parent', ...linked, ''].join('\n'))
  const names = (await connectorNames()).filter((name) => existsSync(join(connectorsFolder, name, 'emulator/index.ts')))
  const emulators = await useEmulators(folder, () => ({
    town,
    emulators: names.map((name) => {
      const own = join(folder, name)
      mkdirSync(own, { recursive: true })
      const size = (sizes[name] ?? 100) * (scaled.has(name) ? config.demo.scale : 1)
      const module = pathToFileURL(join(connectorsFolder, name, 'emulator/index.ts')).href
      return { name, module, size: Math.max(1, Math.round(size)), folder: own }
    }),
  }))
  return {
    reference,
    sources: emulators.sources.map(configured),
    subgraphs: [landSubgraph(config.demo.land ? emulators.land : nobody)],
    lost: emulators.lost,
    stop: emulators.leave,
  }
}

/** A port on which no server listens. */
const nobody = 'http://127.0.0.1:1/graphql'

const landSubgraph = (url: string): Config['subgraphs'][number] => ({
  name: 'land',
  url,
  allowHosts: [new URL(url).host],
  headers: {},
  timeoutMs: 3000,
  pollingMs: 10_000,
  path: "the demonstration's land subgraph",
})

function configured(source: DemonstrationSource): ConfiguredSource {
  return {
    id: source.name,
    connector: source.name,
    title: undefined,
    agency: provinceCode,
    schedule: schedules[source.name] ?? '*/5 * * * *',
    timezone: 'Asia/Ho_Chi_Minh',
    allowHosts: source.hosts,
    ca: undefined,
    census: '30 2 * * *',
    drift: { '*': 'accept' },
    settings: source.settings,
    limits: {},
    path: `the demonstration's ${source.name}`,
  }
}

/** Midnight in Vietnam of the day on which this home's town was first opened. */
function foundedAt(path: string): Date {
  if (!existsSync(path)) {
    const offset = 7 * 3_600_000
    const midnight = Math.floor((Date.now() + offset) / 86_400_000) * 86_400_000 - offset
    replaceFile(path, JSON.stringify({ foundedAt: new Date(midnight).toISOString() }))
  }
  return new Date((JSON.parse(readFileSync(path, 'utf8')) as { foundedAt: string }).foundedAt)
}

/** Whole or not at all, also for a process that reads it meanwhile. */
function replaceFile(path: string, text: string): void {
  const fresh = `${path}.${process.pid}`
  writeFileSync(fresh, text, { mode: 0o600 })
  renameSync(fresh, path)
}

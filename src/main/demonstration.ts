import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Config, ConfiguredSource } from '../config.ts'
import { demoTown } from '../demo/town.ts'
import type { DemonstrationData, DemonstrationReady } from '../demo/worker.ts'
import { shippedUnits } from '../reference/index.ts'
import { connectorNames } from './connectors.ts'
import { connectorsFolder } from './places.ts'
import { demonstrationFolder } from './store.ts'

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

export const demonstrationPurposes = [
  {
    code: 'dossier-handling',
    title: { vi: 'Giải quyết hồ sơ', en: 'Handling of dossiers' },
    legalBasis: 'Mục đích trình diễn · for the demonstration',
  },
  {
    code: 'statistics',
    title: { vi: 'Thống kê', en: 'Statistics' },
    legalBasis: 'Mục đích trình diễn · for the demonstration',
  },
  {
    code: 'audit',
    title: { vi: 'Kiểm tra, giám sát', en: 'Audit' },
    legalBasis: 'Mục đích trình diễn · for the demonstration',
  },
] as const

export interface Demonstration {
  readonly sources: readonly ConfiguredSource[]
  /** Ends the emulators that this call started; those of another process live on. */
  stop(): Promise<void>
}

/**
 * The demonstration province's sources: the emulators of a hub of this home that runs, else emulators started here. The town
 * is founded once a home and lives on with the clock.
 */
export async function openDemonstration(config: Config): Promise<Demonstration> {
  const folder = demonstrationFolder(config)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const known = join(folder, 'running.json')
  const running = readRunning(known)
  if (running !== null) return { sources: running.sources.map(configured), stop: () => Promise.resolve() }
  const data: DemonstrationData = {
    town: demoTown({ seed: 53, foundedAt: foundedAt(join(folder, 'town.json')), units: shippedUnits() }),
    emulators: (await connectorNames())
      .filter((name) => existsSync(join(connectorsFolder, name, 'emulator.ts')))
      .map((name) => {
        const own = join(folder, name)
        mkdirSync(own, { recursive: true })
        const size = (sizes[name] ?? 100) * (scaled.has(name) ? config.demo.scale : 1)
        const module = pathToFileURL(join(connectorsFolder, name, 'emulator.ts')).href
        return { name, module, size: Math.max(1, Math.round(size)), folder: own }
      }),
  }
  const worker = new Worker(new URL('../demo/worker.ts', import.meta.url), { workerData: data })
  const ready = await new Promise<DemonstrationReady>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const fresh = `${known}.${process.pid}`
  writeFileSync(fresh, JSON.stringify({ pid: process.pid, ...ready }), { mode: 0o600 })
  renameSync(fresh, known)
  return {
    sources: ready.sources.map(configured),
    stop: async () => {
      rmSync(known, { force: true })
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
      worker.postMessage('stop')
      const patience = setTimeout(() => void worker.terminate(), 3000)
      await ended
      clearTimeout(patience)
    },
  }
}

function configured(source: DemonstrationReady['sources'][number]): ConfiguredSource {
  return {
    id: source.name,
    connector: source.name,
    title: undefined,
    agency: 'H53',
    schedule: schedules[source.name] ?? '*/5 * * * *',
    timezone: 'Asia/Ho_Chi_Minh',
    allowHosts: source.hosts,
    ca: undefined,
    settings: source.settings,
    limits: {},
    path: `the demonstration's ${source.name}`,
  }
}

function readRunning(path: string): (DemonstrationReady & { readonly pid: number }) | null {
  try {
    const running = JSON.parse(readFileSync(path, 'utf8')) as DemonstrationReady & { readonly pid: number }
    process.kill(running.pid, 0)
    return running.pid === process.pid ? null : running
  } catch {
    return null
  }
}

/** Midnight in Vietnam of the day on which this home's town was first opened. */
function foundedAt(path: string): Date {
  if (!existsSync(path)) {
    const offset = 7 * 3_600_000
    const midnight = Math.floor((Date.now() + offset) / 86_400_000) * 86_400_000 - offset
    writeFileSync(path, JSON.stringify({ foundedAt: new Date(midnight).toISOString() }))
  }
  return new Date((JSON.parse(readFileSync(path, 'utf8')) as { foundedAt: string }).foundedAt)
}

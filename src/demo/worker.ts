import { parentPort, workerData } from 'node:worker_threads'
import type { Emulator, RunningEmulator, Town } from '../contract/emulator.ts'

/** What the thread is given: the town, and each emulator's module, size and folder. */
export interface DemonstrationData {
  readonly town: Town
  readonly emulators: readonly {
    readonly name: string
    readonly module: string
    readonly size: number
    readonly folder: string
  }[]
}
/** What it says once, when all of them listen. */
export interface DemonstrationReady {
  readonly sources: readonly {
    readonly name: string
    readonly settings: Readonly<Record<string, unknown>>
    readonly hosts: readonly string[]
  }[]
}

// The emulators live in a thread of their own, so that the hub's event loop is as free as if its sources were elsewhere.
const { town, emulators } = workerData as DemonstrationData
const running: RunningEmulator[] = []
const sources: DemonstrationReady['sources'][number][] = []
for (const { name, module, size, folder } of emulators) {
  const loaded = (await import(module)) as { default: Emulator }
  const emulator = await loaded.default({ town, size, folder, now: () => new Date() })
  running.push(emulator)
  sources.push({ name, settings: emulator.settings, hosts: emulator.hosts })
}
parentPort!.on('message', (message) => {
  if (message !== 'stop') return
  void Promise.allSettled(running.map((emulator) => emulator.close())).then(() => parentPort!.close())
})
parentPort!.postMessage({ sources } satisfies DemonstrationReady)

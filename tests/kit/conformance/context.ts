// A connector's context against an emulator.
import type { Connector, Context, Manifest, RunningEmulator } from '#connector'
import { seededRandom } from '#connector'
import type { Transport } from '../../../src/transport/exchange.ts'
import { openFiles } from '../../../src/transport/files.ts'
import { openTransport } from '../../../src/transport/open.ts'
import { defaultSettings } from '../settings.ts'

export type ClosableTransport = Transport & { close(): Promise<void> }

export interface ContextOptions {
  readonly now: () => Date
  readonly signal?: AbortSignal
  readonly transport?: ClosableTransport
  /** Settings that replace the emulator's. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Default: settles at once. */
  readonly wait?: (milliseconds: number) => Promise<void>
}

/**
 * What a connector is given to read a running emulator: the real transport and the real files, a clock of the test's,
 * random bytes that repeat, and waits that end at once. `await context.transport.close()` when done.
 */
export function contextFor(
  connector: Pick<Connector<Manifest>, 'manifest'>,
  running: Pick<RunningEmulator, 'settings' | 'hosts'>,
  options: ContextOptions,
): Context & { readonly transport: ClosableTransport } {
  const signal = options.signal ?? new AbortController().signal
  const wait = options.wait ?? (() => Promise.resolve())
  const random = seededRandom('context', connector.manifest.name)
  const transport =
    options.transport ??
    openTransport({
      allowHosts: running.hosts,
      limits: { connectMs: 2000, idleMs: 10_000, totalMs: 30_000 },
      now: options.now,
      random,
      wait: (milliseconds) => wait(milliseconds),
    })
  return {
    settings: {
      ...defaultSettings(connector.manifest.config),
      ...(options.settings ?? running.settings),
    } as Context['settings'],
    transport,
    files: openFiles({ maxBytes: 64 * 1_048_576 }),
    signal,
    now: options.now,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
    wait,
  }
}

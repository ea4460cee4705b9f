import { setTimeout as sleep } from 'node:timers/promises'
import type { Connector, Context } from '#connector'
import type { SourceSetup } from '../../src/sync/engine.ts'
import { openFiles } from '../../src/transport/files.ts'
import type { Transport } from '../../src/transport/exchange.ts'

export const sourceId = 's'
export const boxSecret = new Uint8Array(32).fill(7)

export interface SetupOptions {
  readonly connector: Connector
  /** Complete settings. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly schedule?: string
  transport(): Transport
  now(): Date
  random(): number
}

/** The one source of a trial, as the product sets its sources up. */
export function setupOf({
  connector,
  settings,
  schedule = '0 0 1 1 *',
  transport,
  now,
  random,
}: SetupOptions): SourceSetup {
  const texts = Object.values(settings).filter((value) => typeof value === 'string')
  return {
    id: sourceId,
    title: 'Nguồn thử lỗi · A source of faults',
    agency: 'H53',
    schedule,
    drift: { '*': 'accept' },
    timezone: 'Asia/Ho_Chi_Minh',
    connector,
    settings,
    secrets: texts.filter((value) => value.startsWith('CANARY')),
    open: (signal): Context => ({
      settings: settings as Context['settings'],
      transport: transport(),
      files: openFiles({ folders: texts }),
      signal,
      now,
      random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
      wait: (milliseconds) => sleep(Math.min(milliseconds, 20), undefined, { signal }).catch(() => undefined),
    }),
  }
}

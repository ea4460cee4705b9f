// A worker of the product in a process of its own, with the fault source's connector: what a parent kills, stops and wakes.
import { createInterface } from 'node:readline'
import type { Connector } from '#connector'
import { openKeyring } from '../../../src/db/encryption/keyring.ts'
import { openDatabase } from '../../../src/db/open.ts'
import type { Engine } from '../../../src/sync/engine.ts'
import { startWorker } from '../../../src/sync/queue/worker.ts'
import { openTransport, type TransportLimits } from '../../../src/transport/open.ts'
import { faultConnector } from '../subject/connector.ts'
import { boxSecret, setupOf, sourceId } from '../engine-setup.ts'
import { arm, boundaries } from './kill-hook.ts'
import { thingSinks } from '../subject/thing-sink.ts'

export interface WorkerGiven {
  readonly databaseUrl: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly hosts: readonly string[]
  readonly limits: Partial<TransportLimits>
  readonly leaseMs: number
  readonly pageMs: number
  readonly name: string
  /** Added to the clock of this machine, so that it stands where the source's stands. */
  readonly clockMs: number
}

const given = JSON.parse(process.env['FAULTS_WORKER'] ?? '{}') as WorkerGiven
const say = (word: string): boolean => process.stdout.write(`${word}\n`)
const log = (level: string) => (fields: Record<string, unknown>, message: string) =>
  void process.stderr.write(`${level} ${message} ${JSON.stringify(fields)}\n`)

const now = (): Date => new Date(Date.now() + given.clockMs)
const transport = openTransport({
  allowHosts: given.hosts,
  limits: given.limits,
  breaker: { restMs: 50 },
  random: () => 0.02,
})
const database = openDatabase(given.databaseUrl, {
  max: 4,
  // A process that is stopped in the midst of a transaction must not hold its rows for long.
  idleTransactionMs: 1_500,
  applicationName: given.name,
  onError: () => undefined,
})
const setup = setupOf({
  connector: faultConnector as unknown as Connector,
  settings: given.settings,
  transport: () => transport,
  now,
  random: () => 0.5,
})
const engine: Engine = {
  db: database.db,
  keyring: openKeyring(boxSecret),
  sources: new Map([[sourceId, setup]]),
  sinks: thingSinks,
  log: { info: () => undefined, warn: log('warn'), error: log('error') },
  now,
  leaseMs: given.leaseMs,
  pageMs: given.pageMs,
}

let stop: () => Promise<void> = () => Promise.resolve()
process.on('SIGTERM', () => {
  void stop()
    .then(() => database.close())
    .then(() => transport.close())
    .then(() => {
      say(`stopped ${boundaries()}`)
      process.exit(0)
    })
})
// Whoever started this process is gone: nobody waits for it any more.
process.stdin.on('end', () => process.exit(3))

say('ready')
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'go') {
    arm()
    const worker = await startWorker(engine, { databaseUrl: given.databaseUrl, name: given.name, pollMs: 100 })
    stop = () => worker.stop()
    say('going')
  } else if (word.startsWith('block ')) {
    // Nothing of this process runs meanwhile: no timer, no sign of life.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(word.slice(6)))
    say('awake')
  }
}

// npm run soak -- --minutes 10 [--seed 1]: a worker under a schedule of five seconds while faults come and go at random. Each
// stream must be fresh again within 60 s of each fault's end, and at the end nothing may be lost or doubled.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seededRandom } from '#connector'
import * as answer from './subject/behaviours.ts'
import { faultSubject } from './subject/fault-subject.ts'
import { balanced } from './weigh/oracle.ts'
import { openServer } from '../kit/server.ts'
import { openTcpProxy } from './injected/tcp-proxy.ts'
import { openDatabase } from '../../src/db/open.ts'
import { startWorker, type Worker } from '../../src/sync/queue/worker.ts'
import { openWorld, type World } from './world.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
})
const freshWithinSeconds = 60
const random = seededRandom('soak', values.seed)
const server = await openServer()
const world: World = await openWorld(faultSubject(), {
  serverUrl: server.url,
  seed: Number(values.seed),
  schedule: '*/5 * * * * *',
  leaseMs: 3_000,
  // As the product has it: a source that fails again and again is left alone for half a minute.
  breaker: { failures: 8, restMs: 30_000 },
})
const url = new URL(world.database.url)
const line = await openTcpProxy(url.host)
url.host = line.host
const far = openDatabase(url.href, { max: 6, applicationName: 'soak', onError: () => undefined })
const engine = { ...world.engine, db: far.db }
const start = (): Promise<Worker> => startWorker(engine, { databaseUrl: url.href, name: 'soak' })
let worker = await start()
const source = world.running.own!

interface Passing {
  readonly title: string
  begin(): Promise<void> | void
  end(): Promise<void> | void
}
const answering = (title: string, behaviour: Parameters<World['behave']>[0]): Passing => ({
  title,
  begin: () => world.behave(behaviour),
  end: () => world.behave(null),
})
const passing: readonly Passing[] = [
  answering('503', answer.status(503)),
  answering('429 with Retry-After 2', answer.status(429, { 'retry-after': '2' })),
  answering('401', answer.status(401)),
  answering('HTML', answer.html),
  answering('an error body', answer.errorBody),
  answering('resets', answer.reset),
  answering('silence', answer.silence),
  answering('a trickle', answer.trickle),
  ...Object.entries(answer.cuts).map(([way, behaviour]) => answering(`bodies cut by ${way}`, behaviour)),
  answering('gzip bombs', answer.gzipBomb),
  { title: 'unsorted rows', begin: () => void (source.quirks.unsorted = true), end: source.behave },
  { title: 'half pages', begin: () => void (source.quirks.halfPages = true), end: source.behave },
  { title: 'tokens in a circle', begin: () => void (source.quirks.circle = 'same'), end: source.behave },
  { title: 'the database resets connections', begin: () => line.resetAll(), end: () => undefined },
  {
    title: 'the database is away',
    begin: () => {
      line.refuse(true)
      line.resetAll()
    },
    end: () => line.refuse(false),
  },
  {
    title: 'the worker is stopped and another one started',
    begin: async () => {
      await worker.stop()
    },
    end: async () => {
      worker = await start()
    },
  },
]

/** Streams that hold all that is true of them. */
async function fresh(): Promise<boolean> {
  const { balance } = await world.weigh()
  return balance.lost === 0
}

const ends = performance.now() + Number(values.minutes) * 60_000
const recoveries: number[] = []
const late: string[] = []
await world.rows('update stream set due_at = now()')
await world.rows(`select pg_notify('hub_due', '')`)
while (performance.now() < ends) {
  const fault = passing[Math.floor(random() * passing.length)]!
  await fault.begin()
  for (let moment = 0; moment < 2 + random() * 4; moment += 1) {
    await world.advance()
    await sleep(2_000)
  }
  await fault.end()
  const ended = performance.now()
  await world.advance()
  let seconds = 0
  for (;;) {
    await sleep(250)
    seconds = (performance.now() - ended) / 1000
    if (await fresh()) break
    if (seconds > freshWithinSeconds * 2) break
  }
  recoveries.push(seconds)
  if (seconds > freshWithinSeconds) late.push(`${fault.title}: fresh again only after ${seconds.toFixed(1)} s`)
  process.stderr.write(`${new Date().toISOString()} ${fault.title}: fresh again after ${seconds.toFixed(1)} s\n`)
}
await worker.stop()
await world.rows('update stream set held_at = null where held_at is not null')
await world.sync()
await world.census()
const { balance, findings } = await world.weigh()
const [runs] = await world.rows<{ runs: number; failed: number }>(
  `select count(*) as runs, count(*) filter (where state = 'FAILED') as failed from run`,
)
await far.close()
await line.close()
await world.close()
await server.stop()
const sorted = recoveries.toSorted((a, b) => a - b)
const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1)
process.stdout.write(
  `${sorted.length} faults, ${runs?.runs} runs, ${runs?.failed} of them failed; fresh again after ${at(0.5)} s (median), ${at(0.99)} s (p99), ${at(1)} s (longest)\n`,
)
process.stdout.write(
  `${Object.entries(balance)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')}\n`,
)
for (const text of [...late, ...findings.slice(0, 20)]) process.stdout.write(`${text}\n`)
process.exit(late.length === 0 && balanced(balance) ? 0 : 1)

// npm run attacks -- [--pairs N] [--oracle N] [--entries N] [--disclosure N] [--seed S] [--json]: the long runs of what
// `npm test` does in short. Ends with 1 when an answer told of what its caller may not see, an altered entry of the access log
// was not found, or a small count could be derived from released ones (N times as many drawn worlds as in `npm test`).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runOracle } from '../non-interference/oracle.ts'
import { type Outcome, runPairs } from '../non-interference/pairs.ts'
import { withServer } from '../non-interference/server.ts'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: {
    pairs: { type: 'string' },
    oracle: { type: 'string' },
    entries: { type: 'string' },
    disclosure: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const runs = ['pairs', 'oracle', 'entries', 'disclosure'] as const
const counts = Object.fromEntries(
  runs.map((name) => {
    const text = values[name] ?? '0'
    if (!/^\d{1,9}$/.test(text)) {
      console.error(`--${name} is "${text}", expected a number`)
      process.exit(2)
    }
    return [name, Number(text)]
  }),
) as Readonly<Record<(typeof runs)[number], number>>
if (runs.every((name) => counts[name] === 0)) {
  console.error(`nothing was asked for, expected ${runs.map((name) => `--${name} N`).join(' or ')}`)
  process.exit(2)
}

interface Ran {
  readonly run: string
  readonly compared: number
  readonly telling?: number
  readonly seconds: number
  readonly faults: readonly string[]
}

// Small portions, so that a long run tells how far it is.
const portion = 1000

async function ran(run: string, count: number, part: (many: number, seed: number) => Promise<Outcome>): Promise<Ran> {
  const begun = performance.now()
  let [compared, telling] = [0, 0]
  const faults: string[] = []
  for (let seed = Number(values.seed); compared < count && faults.length < 10; seed += 1) {
    const outcome = await part(Math.min(portion, count - compared), seed)
    compared += outcome.compared
    telling += outcome.telling
    faults.push(...outcome.faults)
    if (!values.json) console.error(`${run}: ${compared} of ${count}, ${faults.length} differ`)
  }
  return { run, compared, telling, seconds: Math.round((performance.now() - begun) / 1000), faults }
}

const done: Ran[] = []
if (counts.pairs + counts.oracle > 0) {
  await withServer(async (fresh) => {
    if (counts.pairs > 0) done.push(await ran('pairs', counts.pairs, (many, seed) => runPairs(many, seed, fresh)))
    if (counts.oracle > 0) done.push(await ran('oracle', counts.oracle, (many, seed) => runOracle(many, seed, fresh)))
  })
}
/** A test file with more of what it does in short. */
async function ranFile(run: (typeof runs)[number], path: string, variable: string): Promise<void> {
  const begun = performance.now()
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--configLoader', 'native', path], {
    cwd: root,
    env: { ...process.env, [variable]: String(counts[run]) },
    stdio: values.json ? 'ignore' : 'inherit',
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const seconds = Math.round((performance.now() - begun) / 1000)
  done.push({ run, compared: counts[run], seconds, faults: code === 0 ? [] : ['see above'] })
}
if (counts.entries > 0) await ranFile('entries', 'tests/access/audit/log.test.ts', 'AUDIT_ENTRIES')
if (counts.disclosure > 0)
  await ranFile('disclosure', 'tests/statistics/disclosure/lattice.test.ts', 'DISCLOSURE_TIMES')
if (values.json) console.log(JSON.stringify(done))
else {
  for (const { run, compared, telling, seconds, faults } of done) {
    const rows = telling === undefined ? '' : `, ${telling} with rows`
    console.log(`${run}: ${compared} compared${rows}, ${faults.length} differ, ${seconds} s`)
    for (const fault of faults) console.log(fault)
  }
}
process.exitCode = done.every(({ faults }) => faults.length === 0) ? 0 : 1

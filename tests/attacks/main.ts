// npm run attacks -- [--pairs N] [--oracle N] [--entries N] [--seed S] [--json]: the long runs of what `npm test` does in
// short. Ends with 1 when an answer told of what its caller may not see, or an altered entry of the access log was not found.
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
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const counts = Object.fromEntries(
  (['pairs', 'oracle', 'entries'] as const).map((name) => {
    const text = values[name] ?? '0'
    if (!/^\d{1,9}$/.test(text)) {
      console.error(`--${name} is "${text}", expected a number`)
      process.exit(2)
    }
    return [name, Number(text)]
  }),
) as Readonly<Record<'pairs' | 'oracle' | 'entries', number>>
if (counts.pairs + counts.oracle + counts.entries === 0) {
  console.error('nothing was asked for, expected --pairs N, --oracle N or --entries N')
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
if (counts.entries > 0) {
  const begun = performance.now()
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', '--configLoader', 'native', 'tests/access/audit.test.ts'], {
    cwd: root,
    env: { ...process.env, AUDIT_ENTRIES: String(counts.entries) },
    stdio: values.json ? 'ignore' : 'inherit',
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const seconds = Math.round((performance.now() - begun) / 1000)
  done.push({ run: 'entries', compared: counts.entries, seconds, faults: code === 0 ? [] : ['see above'] })
}
if (values.json) console.log(JSON.stringify(done))
else {
  for (const { run, compared, telling, seconds, faults } of done) {
    const rows = telling === undefined ? '' : `, ${telling} with rows`
    console.log(`${run}: ${compared} compared${rows}, ${faults.length} differ, ${seconds} s`)
    for (const fault of faults) console.log(fault)
  }
}
process.exitCode = done.every(({ faults }) => faults.length === 0) ? 0 : 1

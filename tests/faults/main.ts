// npm run faults -- --full [--part 2/8] [--seed 1] [--only F12] [--json]: every fault on every source that can have it, then
// a table. Without --full: once each. Ends with 1 when anything was lost, doubled or found wrong.
import { parseArgs } from 'node:util'
import { notInjected } from './injected/faults.ts'
import { planOf, type Session } from './plan.ts'
import { openServer } from '../kit/server.ts'
import { isClean, linesOf, tableOf } from './table.ts'
import { tryFault, withoutTrial, type Outcome } from './try-fault.ts'
import { endChildren } from './worker/child.ts'
import { openWorld, type World } from './world.ts'

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    part: { type: 'string', default: '1/1' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [which = 0, of = 0] = values.part.split('/').map(Number)
if (!(which >= 1 && which <= of)) {
  process.stderr.write('--part is written 2/8: the second of eight parts\n')
  process.exit(2)
}
const sessions = await planOf({
  sourceSeeds: values.full ? 5 : 1,
  hubSeeds: values.full ? 25 : 1,
  firstSeed: Number(values.seed),
  part: { which, of },
  only: values.only ?? null,
})
const server = await openServer()
let interrupted = false
process.once('SIGINT', () => (interrupted = true))
process.once('SIGTERM', () => (interrupted = true))

async function play(session: Session): Promise<Outcome[]> {
  const { subject, seed, faults } = session
  const outcomes: Outcome[] = []
  let world: World | null = null
  const opened = async (): Promise<World> => {
    const fresh = await openWorld(subject, {
      serverUrl: server.url,
      seed,
      thorough: values.full,
      kills: values.full ? 8 : 20,
    })
    await fresh.sync()
    return fresh
  }
  try {
    for (const fault of faults) {
      if (interrupted) break
      const why = fault.without?.(subject) ?? null
      if (why !== null) {
        outcomes.push(withoutTrial(fault, subject, seed, why))
        continue
      }
      world ??= await opened()
      const outcome: Outcome = await tryFault(world, fault, subject)
      outcomes.push(outcome)
      tell(fault.title, outcome)
      // What one fault has spoilt is not counted again under the next.
      if (outcome.findings.length > 0) {
        await world.close()
        world = null
      }
    }
  } finally {
    await endChildren()
    await world?.close()
  }
  return outcomes
}

function tell(title: string, outcome: Outcome): void {
  const { fault, subject, seed, runs, recoverySeconds, findings } = outcome
  const clean = isClean(outcome)
  process.stderr.write(
    `${clean ? '✓' : '✗'} ${fault} ${subject} seed ${seed}: ${title} (${runs} runs, ${recoverySeconds?.toFixed(1) ?? '-'} s)\n`,
  )
  for (const finding of findings.slice(0, 10)) process.stderr.write(`    ${finding}\n`)
}

const outcomes: Outcome[] = []
try {
  for (const [at, session] of sessions.entries()) {
    if (interrupted) break
    process.stderr.write(`${at + 1}/${sessions.length} ${session.subject.name}, seed ${session.seed}\n`)
    outcomes.push(...(await play(session)))
  }
} finally {
  await server.stop()
}
const lines = linesOf(outcomes)
const skipped = [
  ...notInjected.map(({ id, why }) => `${id}: ${why}`),
  ...lines.flatMap((line) => line.skipped.map((why) => `${line.fault} on ${line.subject}: ${why}`)),
]
const faulty = lines.filter((line) => !isClean(line))
if (values.json) {
  for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`)
} else {
  process.stdout.write(`${tableOf(lines)}\n\n`)
  for (const line of faulty)
    for (const finding of line.findings.slice(0, 20)) process.stdout.write(`${line.fault} ${line.subject} ${finding}\n`)
  process.stdout.write(`skipped:\n${[...new Set(skipped)].map((text) => `  ${text}`).join('\n')}\n`)
  const tried = lines.filter((line) => line.trials > 0)
  const trials = tried.reduce((sum, line) => sum + line.trials, 0)
  process.stdout.write(
    `${trials} trials, ${tried.length} pairs of fault and source, ${faulty.length} of them with findings${interrupted ? '; interrupted' : ''}\n`,
  )
}
process.exit(faulty.length === 0 && !interrupted ? 0 : 1)

import { parseArgs } from 'node:util'
import { federationLines } from './federation.ts'
import { readingLines } from './reading.ts'
import { type Line, met, print } from './report.ts'
import { warmLines } from './warm.ts'

// npm run bench: ratios of one run, the ways taken in turns. A goal that is missed is printed; with --strict it is also the
// exit code.
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    only: { type: 'string' },
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '9' },
  },
})
const rounds = { rounds: Number(values.rounds) }
const parts: Readonly<Record<string, () => Promise<readonly Line[]>>> = {
  federation: () => federationLines(rounds),
  reading: () => readingLines(Number(values.rows), rounds),
  warm: warmLines,
}
const wanted = Object.entries(parts).filter(([name]) => values.only === undefined || values.only === name)
if (wanted.length === 0) {
  console.error(`--only is "${values.only}", expected one of ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}
const lines: Line[] = []
for (const [name, run] of wanted) {
  if (!values.json) console.error(`${name} …`)
  lines.push(...(await run()))
}
print(lines, values.json)
process.exitCode = values.strict && !lines.every(met) ? 1 : 0

import { balanced, type Balance } from './weigh/oracle.ts'
import { nothing, type Outcome } from './try-fault.ts'

/** What came of one fault on one subject, over all seeds. */
export interface Line {
  readonly fault: string
  readonly subject: string
  readonly trials: number
  readonly runs: number
  readonly balance: Balance
  readonly medianRecoverySeconds: number | null
  readonly longestRecoverySeconds: number | null
  readonly findings: readonly string[]
  readonly skipped: readonly string[]
}

export const isClean = (line: Pick<Line, 'balance' | 'findings'>): boolean =>
  balanced(line.balance) && line.findings.length === 0

/** One line a fault and subject, in the order of the faults. */
export function linesOf(outcomes: readonly Outcome[]): Line[] {
  const groups = Map.groupBy(outcomes, (one) => `${one.fault} ${one.subject}`)
  return [...groups.values()]
    .map((group): Line => {
      const [first] = group
      const tried = group.filter((one) => one.runs > 0 || one.findings.length > 0)
      const balance = { ...nothing }
      for (const one of group)
        for (const name of Object.keys(balance) as (keyof Balance)[]) balance[name] += one.balance[name]
      const times = group
        .flatMap((one) => (one.recoverySeconds === null ? [] : [one.recoverySeconds]))
        .toSorted((a, b) => a - b)
      return {
        fault: first!.fault,
        subject: first!.subject,
        trials: tried.length,
        runs: group.reduce((sum, one) => sum + one.runs, 0),
        balance,
        medianRecoverySeconds: times[Math.floor((times.length - 1) / 2)] ?? null,
        longestRecoverySeconds: times.at(-1) ?? null,
        findings: group.flatMap((one) => one.findings.map((text) => `seed ${one.seed}: ${text}`)),
        skipped: [...new Set(group.flatMap((one) => one.skipped))],
      }
    })
    .toSorted((a, b) => (`${a.fault} ${a.subject}` < `${b.fault} ${b.subject}` ? -1 : 1))
}

const heads = [
  'fault',
  'source',
  'trials',
  'runs',
  'lost',
  'doubled',
  'ghosts',
  'invented',
  'unfinished',
  'leaked',
  'median s',
  'longest s',
  'found',
]

export function tableOf(lines: readonly Line[]): string {
  const rows = lines
    .filter((line) => line.trials > 0)
    .map((line) => {
      const { lost, doubled, ghosts, invented, unfinished, leaked } = line.balance
      const seconds = [line.medianRecoverySeconds, line.longestRecoverySeconds].map((one) => one?.toFixed(1) ?? '-')
      const counts = [line.trials, line.runs, lost, doubled, ghosts, invented, unfinished, leaked].map(String)
      return [line.fault, line.subject, ...counts, ...seconds, String(line.findings.length)]
    })
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]!.length)))
  const written = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd()
  return [written(heads), ...rows.map(written)].join('\n')
}

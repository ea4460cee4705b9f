// hub runs: what has run, newest first.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import type { FailureRow } from './rows.ts'

interface RunRow {
  readonly id: string
  readonly source: string
  readonly stream: string
  readonly state: string
  readonly startedAt: string | null
  readonly read: number
  readonly written: number
  readonly removed: number
  readonly rejected: number
  readonly disorder: number
  readonly failure: FailureRow | null
}

const maxRead = 1000
const maxShown = 50

export function addRuns(program: Command, exit: Exit): void {
  program
    .command('runs [source]')
    .description('các lượt chạy · the runs, newest first')
    .option('--json')
    .action(async (source: string | undefined, options: JsonOption) => exit(await printRuns(source, options)))
}

async function printRuns(source: string | undefined, { json }: JsonOption): Promise<number> {
  const { printJson, printTable, shortTime } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  const { failureFields, rowsOfSource } = await import('./rows.ts')
  const fields = `id source stream state startedAt finishedAt pages read written unchanged removed rejected disorder ${failureFields}`
  const rows = await withHub('runs', false, (hub) => rowsOfSource<RunRow>(hub, 'runs', fields, source, maxRead))
  if (json === true) {
    printJson(rows)
    return 0
  }
  printTable(
    ['run', 'source', 'stream', 'state', 'started', 'read', 'written', 'removed', 'rejected', 'failure'],
    rows
      .slice(0, maxShown)
      .map((one) => [
        one.id,
        one.source,
        one.stream,
        one.state,
        shortTime(one.startedAt),
        one.read,
        one.written,
        one.removed,
        one.rejected,
        remarks(one).join('; '),
      ]),
  )
  return 0
}

const remarks = ({ disorder, failure }: RunRow): string[] => [
  ...(disorder === 0 ? [] : [`${disorder} sai thứ tự · out of order`]),
  ...(failure === null ? [] : [`${failure.code}: ${failure.message}`]),
]

// hub quarantine list: the records that wait in the quarantine.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import { recordFields } from './record.ts'

interface RecordRow {
  readonly id: string
  readonly source: string
  readonly stream: string
  readonly key: string | null
  readonly reason: string
  readonly path: string | null
  readonly seenAt: string | null
  readonly tries: number
}

export function addQuarantineList(quarantine: Command, exit: Exit): void {
  quarantine
    .command('list [source]')
    .option('--json')
    .action(async (source: string | undefined, options: JsonOption) => exit(await printRecords(source, options)))
}

async function printRecords(source: string | undefined, { json }: JsonOption): Promise<number> {
  const { printJson, printTable, shortTime } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  const { rowsOfSource } = await import('../sources/rows.ts')
  const rows = await withHub('quarantine', false, (hub) =>
    rowsOfSource<RecordRow>(hub, 'quarantine', recordFields, source),
  )
  if (json === true) {
    printJson(rows)
    return 0
  }
  printTable(
    ['record', 'source', 'stream', 'key', 'reason', 'path', 'seen', 'tries'],
    rows.map((one) => [
      one.id,
      one.source,
      one.stream,
      one.key,
      one.reason,
      one.path,
      shortTime(one.seenAt),
      one.tries,
    ]),
  )
  return 0
}

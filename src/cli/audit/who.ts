// hub audit who: the readers of one subject's data.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'

interface LogRow {
  readonly id: string
  readonly at: string
  readonly caller: string
  readonly subject: string
  readonly field: string
  readonly purpose: string | null
  readonly legalBasis: string | null
}

export function addAuditWho(audit: Command, exit: Exit): void {
  audit
    .command('who <subject>')
    .description('ai đã đọc dữ liệu của một chủ thể · who read the data of a subject, like Dossier:one-stop:KEY')
    .option('--json')
    .action(async (subject: string, options: JsonOption) => exit(await printReaders(subject, options)))
}

/** Who read the data of one subject, newest first. */
async function printReaders(subject: string, { json }: JsonOption): Promise<number> {
  const { printJson, printTable, shortTime } = await import('../print.ts')
  const rows = await readLog(subject)
  if (json === true) {
    printJson(rows)
    return 0
  }
  printTable(
    ['at', 'who', 'field', 'purpose', 'legal basis'],
    rows.map((one) => [shortTime(one.at), one.caller, one.field, one.purpose, one.legalBasis]),
  )
  return 0
}

async function readLog(subject: string): Promise<readonly LogRow[]> {
  const { ask } = await import('../../main/ask.ts')
  const { withHub } = await import('../with-hub.ts')
  return withHub('audit who', false, async (hub) => {
    const rows: LogRow[] = []
    let after: string | null = null
    do {
      const { accessLog } = (await ask(
        hub,
        `query($subject: ID!, $after: String) { accessLog(subject: $subject, first: 100, after: $after) {
           nodes { id at caller subject field purpose legalBasis } pageInfo { hasNextPage endCursor } } }`,
        { subject, after },
      )) as { accessLog: { nodes: LogRow[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } }
      rows.push(...accessLog.nodes)
      after = accessLog.pageInfo.hasNextPage ? accessLog.pageInfo.endCursor : null
    } while (after !== null)
    return rows
  })
}

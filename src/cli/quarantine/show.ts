// hub quarantine show: one rejected record, with --purpose its original bytes.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import { globalId, recordFields } from './record.ts'

interface ShowOptions extends JsonOption {
  readonly purpose?: string
}

export function addQuarantineShow(quarantine: Command, exit: Exit): void {
  quarantine
    .command('show <id>')
    .option('--purpose <code>', 'prints the original bytes too; the reading is logged')
    .option('--json')
    .action(async (id: string, options: ShowOptions) => exit(await printRecord(id, options)))
}

async function printRecord(id: string, { purpose, json }: ShowOptions): Promise<number> {
  const { ask } = await import('../../main/ask.ts')
  const { WrongUsage } = await import('../exit-code.ts')
  const { printJson } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  return withHub('quarantine show', false, async (hub) => {
    const codes = hub.config.purposes.map((one) => one.code)
    if (purpose !== undefined && codes.length > 0 && !codes.includes(purpose)) {
      throw new WrongUsage(`--purpose is "${purpose}", expected one of ${codes.join(', ')}`)
    }
    const raw = purpose === undefined ? '' : 'raw'
    const answer = await ask(
      hub,
      `query($id: ID!) { node(id: $id) { ... on QuarantinedRecord { ${recordFields} ${raw} } } }`,
      { id: globalId(id) },
      purpose ?? null,
    )
    const record = answer['node'] as Record<string, unknown> | null
    if (record === null) {
      console.error(`Không có bản ghi ${id} · there is no record ${id}`)
      return 1
    }
    if (json === true) printJson(record)
    else for (const [name, value] of Object.entries(record)) console.log(`${name.padEnd(8)} ${textOf(value)}`)
    return 0
  })
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)

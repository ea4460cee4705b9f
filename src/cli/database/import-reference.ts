// hub import reference: the official tables of units, procedures, agencies and holidays, from a folder.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'

export function addImportReference(parent: Command, exit: Exit): void {
  parent
    .command('reference <folder>')
    .description('the official tables of units, procedures, agencies, holidays')
    .option('--json')
    .action(async (folder: string, options: JsonOption) => exit(await importTables(folder, options)))
}

async function importTables(folder: string, { json = false }: JsonOption): Promise<number> {
  const { importReference } = await import('../../reference/index.ts')
  const { printJson } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  return withHub('import', false, async (hub) => {
    const report = await importReference(hub.store.database.db, resolve(folder), {
      onProgress: (line) => {
        if (!json) console.log(line)
      },
    })
    if (json) printJson(report)
    else for (const line of report.lines) console.log(line)
    return 0
  })
}

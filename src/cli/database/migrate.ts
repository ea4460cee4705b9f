// hub migrate: the database is brought to the version of this code.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'

export function addMigrate(program: Command, exit: Exit): void {
  program
    .command('migrate')
    .description('đưa cơ sở dữ liệu lên phiên bản của mã · brings the database to the version of the code')
    .option('--json')
    .action(async (options: JsonOption) => exit(await migrateDatabase(options)))
}

async function migrateDatabase({ json }: JsonOption): Promise<number> {
  const { printJson } = await import('../print.ts')
  const { withStore } = await import('../with-hub.ts')
  // Opening the store migrates.
  await withStore('migrate', () => Promise.resolve())
  if (json === true) printJson({ migrated: true })
  else console.log('The database is at the version of this code')
  return 0
}

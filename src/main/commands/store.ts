import type { Command } from 'commander'
import type { Does } from './does.ts'

/** The database: what is loaded into it, its version, its health. */
export function addStore(program: Command, does: Does): void {
  program
    .command('import')
    .description('nạp dữ liệu tham chiếu · loads reference data')
    .command('reference <folder>')
    .description('the official tables of units, procedures, agencies, holidays')
    .option('--json')
    .action(async (folder: string, options: { json?: boolean }) => {
      const { importCommand } = await import('../import-command.ts')
      does(await importCommand(folder, options))
    })

  program
    .command('migrate')
    .description('đưa cơ sở dữ liệu lên phiên bản của mã · brings the database to the version of the code')
    .option('--json')
    .action(async (options: { json?: boolean }) => {
      const { migrateCommand } = await import('../doctor-command.ts')
      does(await migrateCommand(options))
    })
  program
    .command('doctor')
    .description('kiểm tra máy, cấu hình, cơ sở dữ liệu, các nguồn · checks configuration, database and sources')
    .option('--json')
    .action(async (options: { json?: boolean }) => {
      const { doctorCommand } = await import('../doctor-command.ts')
      does(await doctorCommand(options))
    })
}

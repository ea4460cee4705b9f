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
    .command('backup <file>')
    .description('sao lưu cơ sở dữ liệu vào một tệp mã hoá · the whole database into one sealed file')
    .option('--json')
    .action(async (file: string, options: { json?: boolean }) => {
      const { backupCommand } = await import('../backup-command.ts')
      does(await backupCommand(file, options))
    })
  program
    .command('restore <file>')
    .description('khôi phục từ bản sao lưu · puts the database back to a backup')
    .option('--force', 'also where there are data: they are replaced')
    .option('--json')
    .action(async (file: string, options: { force?: boolean; json?: boolean }) => {
      const { restoreCommand } = await import('../restore-command.ts')
      does(await restoreCommand(file, options))
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

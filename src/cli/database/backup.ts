// hub backup: the whole database in one sealed file, beside a hub that is running.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'

export function addBackup(program: Command, exit: Exit): void {
  program
    .command('backup <file>')
    .description('sao lưu cơ sở dữ liệu vào một tệp mã hoá · the whole database into one sealed file')
    .option('--json')
    .action(async (file: string, options: JsonOption) => exit(await backUp(file, options)))
}

/** 0 when the file is complete; where it failed there is no file. */
async function backUp(file: string, { json = false }: JsonOption): Promise<number> {
  const { writeBackup } = await import('../../db/backup/backup.ts')
  const { untilSignal } = await import('../../main/process/signal.ts')
  const { printJson } = await import('../print.ts')
  const { withStore } = await import('../with-hub.ts')
  return withStore('backup', async ({ database, keyring }) => {
    const end = untilSignal()
    try {
      const report = await writeBackup({
        pool: database.pool,
        keyring,
        file: resolve(file),
        signal: end.signal,
        onTable: ({ table, rows }) => {
          if (!json && rows > 0) console.log(`${table.padEnd(24)} ${rows}`)
        },
      })
      if (json) printJson(report)
      else {
        console.log(
          `Đã sao lưu · backed up: ${report.rows} rows of ${report.tables} tables, ${report.bytes} bytes, in ${report.file}`,
        )
        console.log(
          'Tệp không chứa khoá mã hoá: giữ khoá ở nơi khác · the file does not contain the key: keep that elsewhere',
        )
      }
      return 0
    } finally {
      end.forget()
    }
  })
}

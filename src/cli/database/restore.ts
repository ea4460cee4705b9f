// hub restore: the database is put back to a backup.
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'

interface RestoreOptions extends JsonOption {
  readonly force?: boolean
}

export function addRestore(program: Command, exit: Exit): void {
  program
    .command('restore <file>')
    .description('khôi phục từ bản sao lưu · puts the database back to a backup')
    .option('--force', 'also where there are data: they are replaced')
    .option('--json')
    .action(async (file: string, options: RestoreOptions) => exit(await restore(file, options)))
}

/** 0 when the database is that of the backup; where it failed, nothing has changed. */
async function restore(file: string, { force = false, json = false }: RestoreOptions): Promise<number> {
  const { exportHead, readHead } = await import('../../access/audit/export.ts')
  const { restoreBackup } = await import('../../db/backup/restore.ts')
  const { untilSignal } = await import('../../main/process/signal.ts')
  const { printJson } = await import('../print.ts')
  const { withStore } = await import('../with-hub.ts')
  return withStore('restore', async ({ database, keyring }, config) => {
    const end = untilSignal()
    try {
      const report = await restoreBackup({
        pool: database.pool,
        keyring,
        file: resolve(file),
        force,
        ownSessions: 'hub restore',
        signal: end.signal,
        onTable: ({ table, rows }) => {
          if (!json && rows > 0) console.log(`${table.padEnd(24)} ${rows}`)
        },
      })
      // The log is an older one now, which is no fault: that is written beside the heads that were exported since.
      const now = new Date()
      const head = (await readHead(database.pool, now)) ?? { at: now.toISOString(), seq: 0, mac: '' }
      exportHead(config.home, { ...head, restored: true })
      if (json) printJson(report)
      else {
        console.log(
          `Đã khôi phục · restored: ${report.rows} rows of ${report.tables} tables, as of ${report.at}; the sources are read again from there`,
        )
      }
      return 0
    } finally {
      end.forget()
    }
  })
}

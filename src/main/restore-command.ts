import { resolve } from 'node:path'
import { exportHead, readHead } from '../access/audit/export.ts'
import { restoreBackup } from '../db/backup/restore.ts'
import { readConfig } from './hub.ts'
import { printJson } from './print.ts'
import { untilSignal } from './signal.ts'
import { withStore } from './store.ts'

/** Puts the database back to a backup; 1 and nothing changed where it could not. */
export async function restoreCommand(
  file: string,
  options: { readonly force?: boolean; readonly json?: boolean },
): Promise<number> {
  const config = await readConfig('later')
  return withStore(config, 'restore', async ({ database, keyring }) => {
    const end = untilSignal()
    try {
      const report = await restoreBackup({
        pool: database.pool,
        keyring,
        file: resolve(file),
        force: options.force === true,
        ownSessions: 'hub restore',
        signal: end.signal,
        onTable: ({ table, rows }) => {
          if (options.json !== true && rows > 0) console.log(`${table.padEnd(24)} ${rows}`)
        },
      })
      // That the log is an older one now is no fault: it is written beside the heads that were exported since.
      const now = new Date()
      const head = (await readHead(database.pool, now)) ?? { at: now.toISOString(), seq: 0, mac: '' }
      exportHead(config.home, { ...head, restored: true })
      if (options.json === true) printJson(report)
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

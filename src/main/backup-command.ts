import { resolve } from 'node:path'
import { writeBackup } from '../db/backup/backup.ts'
import { readConfig } from './hub.ts'
import { printJson } from './print.ts'
import { untilSignal } from './signal.ts'
import { withStore } from './store.ts'

/** Writes the whole database into one sealed file, beside a hub that goes on; 1 and no file where it could not. */
export async function backupCommand(file: string, options: { readonly json?: boolean }): Promise<number> {
  const config = await readConfig('later')
  return withStore(config, 'backup', async ({ database, keyring }) => {
    const end = untilSignal()
    try {
      const report = await writeBackup({
        pool: database.pool,
        keyring,
        file: resolve(file),
        signal: end.signal,
        onTable: ({ table, rows }) => {
          if (options.json !== true && rows > 0) console.log(`${table.padEnd(24)} ${rows}`)
        },
      })
      if (options.json === true) printJson(report)
      else {
        console.log(
          `Đã sao lưu · backed up: ${report.rows} rows of ${report.tables} tables, ${report.bytes} bytes, in ${report.file}`,
        )
        console.log(
          'Tệp không chứa khoá mã hoá: giữ khoá ở nơi khác · the file does not hold the key: keep that elsewhere',
        )
      }
      return 0
    } finally {
      end.forget()
    }
  })
}

import { resolve } from 'node:path'
import { importReference } from '../reference/index.ts'
import { withHub } from './list-commands.ts'
import { printJson } from './print.ts'

export const importCommand = (folder: string, options: { json?: boolean }): Promise<number> =>
  withHub('import', false, async (hub) => {
    const json = options.json === true
    const report = await importReference(hub.store.database.db, resolve(folder), {
      onProgress: (line) => {
        if (!json) console.log(line)
      },
    })
    if (json) printJson(report)
    else for (const line of report.lines) console.log(line)
    return 0
  })

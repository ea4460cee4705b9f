// hub audit head: where the access log ends now, to be kept elsewhere.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'

export function addAuditHead(audit: Command, exit: Exit): void {
  audit
    .command('head')
    .description('điểm cuối của chuỗi, để in hoặc gửi đi · the head of now, to be printed or mailed')
    .option('--json')
    .action(async (options: JsonOption) => exit(await printHead(options)))
}

/** Prints the head, to be mailed or printed, and keeps it with the others of this home. */
async function printHead({ json }: JsonOption): Promise<number> {
  const { exportHead, readHead } = await import('../../access/audit/export.ts')
  const { printJson } = await import('../print.ts')
  const { withStore } = await import('../with-hub.ts')
  return withStore('audit head', async ({ database }, config) => {
    const head = await readHead(database.pool, new Date())
    if (head !== null) exportHead(config.home, head)
    if (json === true) printJson(head)
    else if (head === null) console.log('Nhật ký chưa có gì · nothing was logged yet')
    else console.log(`${head.at}  ${head.seq}:${head.mac}`)
    return 0
  })
}

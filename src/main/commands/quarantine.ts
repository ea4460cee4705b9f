import type { Command } from 'commander'
import type { Does } from './does.ts'

/** The rejected records. */
export function addQuarantine(program: Command, does: Does): void {
  const quarantine = program.command('quarantine').description('khu cách ly · the rejected records')
  quarantine
    .command('list [source]')
    .option('--json')
    .action(async (source: string | undefined, options: { json?: boolean }) => {
      const { quarantineListCommand } = await import('../list-commands.ts')
      does(await quarantineListCommand(source, options))
    })
  quarantine
    .command('show <id>')
    .option('--purpose <code>', 'prints the original bytes too; the reading is logged')
    .option('--json')
    .action(async (id: string, options: { json?: boolean; purpose?: string }) => {
      const { quarantineShowCommand } = await import('../quarantine-commands.ts')
      does(await quarantineShowCommand(id, options))
    })
  quarantine
    .command('release <id...>')
    .option('--json')
    .action(async (ids: string[], options: { json?: boolean }) => {
      const { releaseCommand } = await import('../quarantine-commands.ts')
      does(await releaseCommand(ids, options))
    })
  quarantine
    .command('correct <id>')
    .requiredOption('--patch <json>', 'a JSON merge patch')
    .requiredOption('--reason <text>')
    .option('--json')
    .action(async (id: string, options: { patch: string; reason: string; json?: boolean }) => {
      const { correctCommand } = await import('../quarantine-commands.ts')
      does(await correctCommand(id, options))
    })
  quarantine
    .command('replay <source>')
    .description('chuẩn hoá lại từ dữ liệu thô · normalise anew from raw, without reading the source')
    .option('--stream <stream>')
    .option('--json')
    .action(async (source: string, options: Record<string, unknown>) => {
      const { syncCommand } = await import('../sync-command.ts')
      does(await syncCommand([source], { ...options, replay: true }))
    })
}

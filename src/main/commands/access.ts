import type { Command } from 'commander'
import type { Does } from './does.ts'

/** Tokens, keys and the access log. */
export function addAccess(program: Command, does: Does): void {
  program
    .command('token')
    .description('mã truy cập của bên cấp thử nghiệm · a token of the development issuer')
    .requiredOption('--scope <scopes>', 'scopes separated by spaces')
    .option('--agency <code>')
    .option('--purpose <code...>', 'one or several')
    .option('--ttl <duration>', 'like 30m, 1h', '1h')
    .option('--json')
    .action(async (options: { scope: string; agency?: string; purpose?: string[]; ttl: string; json?: boolean }) => {
      const { tokenCommand } = await import('../token-command.ts')
      does(await tokenCommand(options))
    })
}

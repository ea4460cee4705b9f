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

  program
    .command('revoke')
    .description('thu hồi mã truy cập, ứng dụng; danh sách · refuses a token or a client; without one: the list')
    .option('--jti <id>', 'a token, by its jti')
    .option('--client <id>', 'every token of a client, by its client_id')
    .option(
      '--until <time>',
      'like 2h, 30d, 2026-03-05, never; default: a token as long as one lives, a client for good',
    )
    .option('--lift', 'lets it in again')
    .option('--json')
    .action(async (options: { jti?: string; client?: string; until?: string; lift?: boolean; json?: boolean }) => {
      const { revokeCommand } = await import('../revoke-command.ts')
      does(await revokeCommand(options))
    })

  const key = program.command('key').description('khoá mã hoá dữ liệu · the key of encryption at rest')
  key
    .command('rotate')
    .description('đổi khoá và mã hoá lại · makes a new key and seals everything anew, beside a running hub')
    .option('--json')
    .action(async (options: { json?: boolean }) => {
      const { rotateCommand } = await import('../key-command.ts')
      does(await rotateCommand(options))
    })
  key
    .command('new')
    .description('in một khoá mới, cho HUB_KEY hoặc HUB_KEY_FILE · prints a new key')
    .action(async () => {
      const { newKeyCommand } = await import('../key-command.ts')
      does(newKeyCommand())
    })

  const audit = program.command('audit').description('nhật ký truy cập · the access log')
  audit
    .command('verify')
    .description('kiểm tra chuỗi nhật ký · finds any edit, deletion, swap or truncation and names the first bad entry')
    .option('--head <number:mac...>', 'heads from paper or mail, as hub audit head prints them')
    .option('--json')
    .action(async (options: { head?: string[]; json?: boolean }) => {
      const { auditVerifyCommand } = await import('../audit-command.ts')
      does(await auditVerifyCommand(options))
    })
  audit
    .command('head')
    .description('điểm cuối của chuỗi, để in hoặc gửi đi · the head of now, to be printed or mailed')
    .option('--json')
    .action(async (options: { json?: boolean }) => {
      const { auditHeadCommand } = await import('../audit-command.ts')
      does(await auditHeadCommand(options))
    })
  audit
    .command('who <subject>')
    .description('ai đã đọc dữ liệu của một chủ thể · who read the data of a subject, like Dossier:one-stop:KEY')
    .option('--json')
    .action(async (subject: string, options: { json?: boolean }) => {
      const { auditWhoCommand } = await import('../audit-command.ts')
      does(await auditWhoCommand(subject, options))
    })
}

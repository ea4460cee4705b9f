// hub audit verify: whether the access log is what was written.
import type { Command } from 'commander'
import type { ExportedHead } from '../../access/audit/export.ts'
import type { AuditFault } from '../../access/audit/walk.ts'
import type { Exit, JsonOption } from '../command.ts'
import { WrongUsage } from '../exit-code.ts'

interface VerifyOptions extends JsonOption {
  readonly head?: readonly string[]
}

export function addAuditVerify(audit: Command, exit: Exit): void {
  audit
    .command('verify')
    .description('kiểm tra chuỗi nhật ký · finds any edit, deletion, swap or truncation and names the first bad entry')
    .option('--head <number:mac...>', 'heads from paper or mail, as hub audit head prints them')
    .option('--json')
    .action(async (options: VerifyOptions) => exit(await verify(options)))
}

/** Walks the log and compares it with every exported head; 1 where an entry is not what was written, and names it. */
async function verify({ head = [], json }: VerifyOptions): Promise<number> {
  const given = head.map(headGiven)
  const { exportedHeads } = await import('../../access/audit/export.ts')
  const { verifyAudit } = await import('../../access/audit/verify.ts')
  const { printJson } = await import('../print.ts')
  const { withStore } = await import('../with-hub.ts')
  return withStore('audit verify', async ({ database, keyring }, config) => {
    const report = await verifyAudit(database.pool, keyring, [...given, ...exportedHeads(config.home)])
    if (json === true) printJson({ ...report, holds: report.fault === null })
    else if (report.fault === null) {
      console.log(
        `Nhật ký nguyên vẹn · the access log is intact: ${report.entries} entries (${report.from} to ${report.to}), compared with ${report.heads} exported heads`,
      )
    } else console.log(wordsOf(report.fault))
    return report.fault === null ? 0 : 1
  })
}

/** `1234:ab…`, as `hub audit head` prints it, from paper or a mail. */
function headGiven(text: string): ExportedHead {
  const found = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim())
  if (found === null) throw new WrongUsage(`--head is "${text}", expected NUMBER:MAC as hub audit head prints it`)
  return { at: 'given', seq: Number(found[1]), mac: found[2]!.toLowerCase() }
}

function wordsOf({ kind, seq, at }: AuditFault): string {
  const entry = `mục ${seq} · entry ${seq}${at === null ? '' : ` (${at})`}`
  switch (kind) {
    case 'MISSING':
      return `MISSING: ${entry}: đã bị xoá · it is gone`
    case 'ALTERED':
      return `ALTERED: ${entry}: không còn như khi ghi · it is not what was written`
    case 'UNEXPECTED':
      return `UNEXPECTED: ${entry}: chưa từng được ghi · no hub wrote it`
    case 'KEY_MISSING':
      return `KEY_MISSING: ${entry}: khoá xác thực đã mất hoặc bị thay · the key of its MAC is gone or was exchanged`
    case 'HEAD_MISSING':
      return `HEAD_MISSING: ${entry}: mất điểm cuối của chuỗi · the head of the chain is gone`
    case 'HEAD_ALTERED':
      return `HEAD_ALTERED: ${entry}: điểm cuối của chuỗi đã bị sửa · the head of the chain was altered`
    case 'ROLLED_BACK':
      return `ROLLED_BACK: ${entry}: cơ sở dữ liệu đã bị đưa về trạng thái cũ · from it on the log is not that of an exported head`
  }
}

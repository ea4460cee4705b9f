import { type ExportedHead, exportedHeads, exportHead, readHead } from '../access/audit/export.ts'
import type { AuditFault } from '../access/audit/walk.ts'
import { verifyAudit } from '../access/audit/verify.ts'
import { ask } from './ask.ts'
import { WrongUsage } from './exit-code.ts'
import { readConfig } from './hub.ts'
import { withHub } from './list-commands.ts'
import { printJson, printTable, shortTime } from './print.ts'
import { withStore } from './store.ts'

interface Json {
  readonly json?: boolean
}

/** Walks the log and compares it with every head that was exported; 1 where an entry is not what was written, named. */
export async function auditVerifyCommand(options: Json & { readonly head?: readonly string[] }): Promise<number> {
  const given = (options.head ?? []).map(headGiven)
  const config = await readConfig('later')
  return withStore(config, 'audit verify', async ({ database, keyring }) => {
    const report = await verifyAudit(database.pool, keyring, [...given, ...exportedHeads(config.home)])
    if (options.json === true) printJson({ ...report, holds: report.fault === null })
    else if (report.fault === null) {
      console.log(
        `Nhật ký nguyên vẹn · the access log holds: ${report.entries} entries (${report.from} to ${report.to}), compared with ${report.heads} exported heads`,
      )
    } else console.log(wordsOf(report.fault))
    return report.fault === null ? 0 : 1
  })
}

/** Prints the head of now, to be mailed or printed, and keeps it with the others of this home. */
export async function auditHeadCommand(options: Json): Promise<number> {
  const config = await readConfig('later')
  return withStore(config, 'audit head', async ({ database }) => {
    const head = await readHead(database.pool, new Date())
    if (head !== null) exportHead(config.home, head)
    if (options.json === true) printJson(head)
    else
      console.log(head === null ? 'Nhật ký chưa có gì · nothing was logged yet' : `${head.at}  ${head.seq}:${head.mac}`)
    return 0
  })
}

/** Who read the data of one subject, the youngest first. */
export const auditWhoCommand = (subject: string, options: Json): Promise<number> =>
  withHub('audit who', false, async (hub) => {
    const nodes: Record<string, string | null>[] = []
    let after: string | null = null
    do {
      const answer = await ask(
        hub,
        `query($subject: String!, $after: String) { accessLog(subject: $subject, first: 100, after: $after) {
           nodes { id at caller subject field purpose legalBasis } pageInfo { hasNextPage endCursor } } }`,
        { subject, after },
      )
      const page = answer['accessLog'] as {
        nodes: Record<string, string | null>[]
        pageInfo: { hasNextPage: boolean; endCursor: string | null }
      }
      nodes.push(...page.nodes)
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (after !== null)
    if (options.json === true) printJson(nodes)
    else {
      printTable(
        ['at', 'who', 'field', 'purpose', 'legal basis'],
        nodes.map((one) => [
          shortTime(one['at']!),
          one['caller']!,
          one['field']!,
          one['purpose'] ?? null,
          one['legalBasis'] ?? null,
        ]),
      )
    }
    return 0
  })

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

// What the access log and the revocations need from time to time.
import { exportHeadDaily } from '../../access/audit/export.ts'
import { pruneAudit } from '../../access/audit/keep.ts'
import { pruneRevocations } from '../../access/token/revocation.ts'
import type { Hub } from '../hub.ts'

/**
 * The head of the access log is exported once a day, entries past their retention and revocations without effect are gone. What
 * fails is logged and tried again the next time. Safe to repeat, also by several workers.
 */
export async function keepAccess({ config, store, log }: Hub, now: Date): Promise<void> {
  const { pool, db } = store.database
  try {
    // First the export: entries that go are covered by a head of before.
    await exportHeadDaily(config.home, pool, now)
    const { auditMs } = config.retention
    if (auditMs !== null) await pruneAudit(pool, store.keyring, new Date(now.getTime() - auditMs))
    await pruneRevocations(db)
  } catch (error) {
    log.error({ err: error }, 'the access log could not be kept')
  }
}

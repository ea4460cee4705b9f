// Removes entries of the access log after their retention.
import type pg from 'pg'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { lockHead, moveHead } from './head.ts'
import { AuditFailure } from './key.ts'
import { walkChain } from './walk.ts'

const batchSize = 20_000

/**
 * Removes the entries from before `before`, oldest first, and begins the chain after them; answers how many. Verifies them
 * first: AuditFailure, and nothing is removed, where one was altered. Safe to repeat and while hubs add entries.
 */
export async function pruneAudit(pool: pg.Pool, keyring: Keyring, before: Date, signal?: AbortSignal): Promise<number> {
  let gone = 0
  while (signal?.aborted !== true) {
    const some = await pruneSome(pool, keyring, before)
    gone += some
    if (some < batchSize) break
  }
  return gone
}

async function pruneSome(pool: pg.Pool, keyring: Keyring, before: Date): Promise<number> {
  const client = await pool.connect()
  let fault: unknown
  try {
    await client.query(`begin; set local lock_timeout = '10s'`)
    const head = await lockHead(client, keyring, new Map())
    const { rows } = await client.query<{ last: number }>(
      'select least(coalesce((select min(id) from access_entry where at >= $1) - 1, $2), $3) as last',
      [before.toISOString(), head.seq, head.baseSeq + batchSize],
    )
    const last = rows[0]!.last
    if (last <= head.baseSeq) {
      await client.query('rollback')
      return 0
    }
    let baseMac = head.baseMac
    const bad = await walkChain(client, head.keys, head, last, (_seq, mac) => {
      baseMac = mac
      return null
    })
    if (bad !== null) throw new AuditFailure(`entry ${bad.seq} of the access log is ${bad.kind}: nothing was removed`)
    await client.query(`select set_config('hub.audit', 'keeping', true)`)
    await client.query('delete from access_entry where id <= $1', [last])
    await moveHead(client, head.key, { ...head, baseSeq: last, baseMac })
    await client.query('commit')
    return last - head.baseSeq
  } catch (error) {
    fault = error
    throw error
  } finally {
    client.release(fault !== undefined)
  }
}

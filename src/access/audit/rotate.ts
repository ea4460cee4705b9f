// Rotates the key of the access log.
import type pg from 'pg'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { lockHead, moveHead } from './head.ts'
import { addAuditKey, auditKeyContext } from './key.ts'

/**
 * The chain continues under a new audit key, and the older audit keys, which prove earlier entries, are sealed under the
 * keyring's current key: knowing an older encryption key is not enough to rewrite earlier entries without breaking later
 * ones. Answers how many keys were sealed again; 0: all are current, or nothing was logged yet. Safe to repeat.
 */
export async function rotateAuditKeys(pool: pg.Pool, keyring: Keyring): Promise<number> {
  const client = await pool.connect()
  let fault: unknown
  try {
    await client.query(`begin; set local lock_timeout = '10s'`)
    const { rows } = await client.query<{ id: number; sealed: Buffer }>(
      'select id, sealed from audit_key order by id for update',
    )
    const old = rows.filter(({ sealed }) => !keyring.isCurrent(sealed))
    if (old.length > 0) {
      const head = await lockHead(client, keyring, new Map())
      for (const { id, sealed } of old) {
        const content = keyring.open(sealed, auditKeyContext)
        await client.query('update audit_key set sealed = $2 where id = $1', [
          id,
          keyring.seal(content, auditKeyContext),
        ])
      }
      const { id, key } = await addAuditKey(client, keyring)
      await moveHead(client, key, { ...head, keyId: id })
    }
    await client.query('commit')
    return old.length
  } catch (error) {
    fault = error
    throw error
  } finally {
    client.release(fault !== undefined)
  }
}

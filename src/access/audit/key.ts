// The keys of the access log, sealed under the hub's keyring.
import { createHmac, randomBytes } from 'node:crypto'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { type MacKey, macKey } from './entry.ts'

/** The secrets of one audit key: for the entries' MACs and for the head's seal. */
export interface AuditKey {
  readonly entry: MacKey
  readonly head: MacKey
}

/** Nothing can be added to the access log, or it is not what was written. One line. */
export class AuditFailure extends Error {
  override readonly name = 'AuditFailure'
}

/** A connection or a pool. */
export interface Queries {
  query<R extends object>(text: string, values?: unknown[]): Promise<{ readonly rows: R[] }>
}

export const auditKeyContext = 'audit key'

/** Every audit key by its number. Throws DecryptionError where one cannot be opened. */
export async function readAuditKeys(from: Queries, keyring: Keyring): Promise<Map<number, AuditKey>> {
  const { rows } = await from.query<{ id: number; sealed: Buffer }>('select id, sealed from audit_key order by id')
  return new Map(rows.map(({ id, sealed }) => [id, derive(keyring.open(sealed, auditKeyContext))]))
}

/** Makes the key of the next number, sealed under the keyring's current key; only under the lock of the chain's head. */
export async function addAuditKey(to: Queries, keyring: Keyring): Promise<{ id: number; key: AuditKey }> {
  const secret = randomBytes(32)
  const { rows } = await to.query<{ id: number }>(
    'insert into audit_key (id, sealed) select coalesce(max(id), 0) + 1, $1 from audit_key returning id',
    [keyring.seal(secret, auditKeyContext)],
  )
  return { id: rows[0]!.id, key: derive(secret) }
}

const derive = (secret: Buffer): AuditKey => ({
  entry: macKey(createHmac('sha256', secret).update('entry').digest()),
  head: macKey(createHmac('sha256', secret).update('head').digest()),
})

// Adds reads of personal data to the access log, in batches.
import type pg from 'pg'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { type AccessRead, macOf, storableRead } from './entry.ts'
import { lockHead, moveHead } from './head.ts'
import type { AuditKey } from './key.ts'

export interface AuditLog {
  /**
   * Settles when the reads are committed to the log, in their order; no byte of the data may be sent before. Reads of
   * simultaneous requests are written in one transaction. Rejects where they could not be written: then nothing may be sent.
   * Safe to repeat, at the price of further entries.
   */
  append(reads: readonly AccessRead[]): Promise<void>
}

export interface AuditLogOptions {
  /** A pool of the role that owns the tables: the role of reads may not write. */
  readonly pool: pg.Pool
  readonly keyring: Keyring
}

interface Waiting {
  readonly reads: readonly AccessRead[]
  resolve(): void
  reject(error: unknown): void
}

const batchSize = 5000
// A process that stops in the middle of an entry must not block the others: the database ends its transaction.
const begin = `begin; set local lock_timeout = '10s'; set local idle_in_transaction_session_timeout = '10s'`

/** The access log of one database, for adding. */
export function openAuditLog({ pool, keyring }: AuditLogOptions): AuditLog {
  let keys: ReadonlyMap<number, AuditKey> = new Map()
  const waiting: Waiting[] = []
  let writing = false

  async function write(reads: readonly AccessRead[]): Promise<void> {
    const client = await pool.connect()
    let fault: unknown
    try {
      await client.query(begin)
      const head = await lockHead(client, keyring, keys)
      keys = head.keys
      let { seq, mac } = head
      const rows = reads.map((read) => {
        const entry = { ...storableRead(read), seq: (seq += 1), keyId: head.keyId, at: head.now }
        mac = macOf(head.key.entry, mac, entry)
        return { ...entry, mac: mac.toString('hex') }
      })
      await client.query(
        `insert into access_entry (id, key_id, at, caller, issuer, token, subject, field, purpose, legal_basis, mac)
         select r.seq, r."keyId", r.at, r.caller, r.issuer, r.token, r.subject, r.field, r.purpose, r."legalBasis", decode(r.mac, 'hex')
         from json_to_recordset($1) as r(seq bigint, "keyId" integer, at timestamptz, caller text, issuer text, token text,
           subject text, field text, purpose text, "legalBasis" text, mac text)`,
        [JSON.stringify(rows)],
      )
      await moveHead(client, head.key, { ...head, seq, mac })
      await client.query('commit')
    } catch (error) {
      fault = error
      throw error
    } finally {
      client.release(fault !== undefined)
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const some: Waiting[] = []
      for (let count = 0; waiting[0] !== undefined && count < batchSize;) {
        const one = waiting.shift()!
        count += one.reads.length
        some.push(one)
      }
      const reads = some.flatMap((one) => one.reads)
      try {
        // Once more after a broken connection or a lock that came too late. Where the first try was committed after all, the
        // reads are in the log twice.
        await write(reads).catch(() => write(reads))
        for (const one of some) one.resolve()
      } catch (error) {
        for (const one of some) one.reject(error)
      }
    }
    writing = false
  }

  return {
    append: (reads) =>
      reads.length === 0
        ? Promise.resolve()
        : new Promise((resolve, reject) => {
            waiting.push({ reads, resolve, reject })
            if (writing) return
            writing = true
            // Reads of the same turn of the event loop join the first batch.
            setImmediate(() => void writeAll())
          }),
  }
}

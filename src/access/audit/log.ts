import type pg from 'pg'
import type { Keyring } from '../../db/encryption/keyring.ts'
import { type AccessRead, macOf, storableRead } from './entry.ts'
import { lockHead, moveHead } from './head.ts'
import type { AuditKey } from './key.ts'

export interface AuditLog {
  /**
   * Settles when the reads stand in the log, in their order and committed; no byte of what they tell may leave before. Reads
   * of requests that come at once are written in one transaction. Rejects where they could not be written: then nothing may
   * be told. Safe to repeat, at the price of further entries.
   */
  append(reads: readonly AccessRead[]): Promise<void>
}

export interface AuditLogOptions {
  /** Of the role that owns the tables: the one that questions are asked by may not write. */
  readonly pool: pg.Pool
  readonly keyring: Keyring
}

interface Waiting {
  readonly reads: readonly AccessRead[]
  resolve(): void
  reject(error: unknown): void
}

const atOnce = 5000
// A process that stops in the middle of an entry must not hold up the others: its transaction is ended by the database.
const begin = `begin; set local lock_timeout = '10s'; set local idle_in_transaction_session_timeout = '10s'`

/** The access log of one database, to be added to. */
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
      for (let count = 0; waiting[0] !== undefined && count < atOnce;) {
        const one = waiting.shift()!
        count += one.reads.length
        some.push(one)
      }
      const reads = some.flatMap((one) => one.reads)
      try {
        // A connection that broke, or a lock that was held too long: once more. If the first try was committed after all,
        // the reads stand there twice.
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
            // What is asked for in the same turn joins the first batch.
            setImmediate(() => void writeAll())
          }),
  }
}

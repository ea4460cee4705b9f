// Tests of the access log: chain, head, verification, pruning and rotation.
import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuditLog } from '../../../src/access/audit/log.ts'
import { type AccessRead, hmac, macKey } from '../../../src/access/audit/entry.ts'
import { exportedHeads, exportHead, exportHeadDaily, readHead } from '../../../src/access/audit/export.ts'
import { pruneAudit } from '../../../src/access/audit/keep.ts'
import { verifyAudit } from '../../../src/access/audit/verify.ts'
import { openKeyring } from '../../../src/db/encryption/keyring.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { type FreshDatabase, freshDatabase } from '../../kit/database.ts'

const keyring = openKeyring(createHash('sha256').update('audit').digest())
const read = (number: number): AccessRead => ({
  caller: `clerk ${number % 7}`,
  issuer: 'https://sso.example',
  token: number % 5 === 0 ? null : `token ${number}`,
  subject: `Dossier:one-stop:${number % 11}`,
  field: 'Dossier.applicant.name',
  purpose: 'dossier-handling',
  legalBasis: 'Luật 1',
})
const many = Number(process.env['AUDIT_ENTRIES'] ?? 20_000)

const opened: FreshDatabase[] = []
async function fresh(): Promise<FreshDatabase> {
  const database = await freshDatabase()
  opened.push(database)
  return database
}
/** What the owner of the database can do, whatever the triggers say. */
const asOwner = (database: FreshDatabase, ...statements: string[]) =>
  database.pool.query(
    `begin; alter table access_entry disable trigger all; ${statements.join(';')}; alter table access_entry enable trigger all; commit`,
  )
const verified = async (database: FreshDatabase, heads = exported) =>
  (await verifyAudit(database.pool, keyring, heads)).fault
const exported: ReturnType<typeof exportedHeads> = []

afterAll(async () => {
  for (const database of opened) await database.drop()
})

describe('the access log', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await fresh()
  })

  it('of a hub without a read is intact', async () => {
    expect(await verifyAudit(database.pool, keyring, [])).toEqual({ entries: 0, from: 0, to: 0, heads: 0, fault: null })
  })

  it('numbers what several processes write at once without a gap, each request whole before it goes on', async () => {
    const other = openDatabase(database.url, { max: 4 })
    const logs = [openAuditLog({ pool: database.pool, keyring }), openAuditLog({ pool: other.pool, keyring })]
    await Promise.all(
      Array.from({ length: 60 }, async (_, request) => {
        const reads = Array.from({ length: (request % 3) + 1 }, (_one, at) => ({
          ...read(at),
          caller: `request ${request}`,
        }))
        await logs[request % 2]!.append(reads)
        const { rows } = await database.pool.query('select 1 from access_entry where caller = $1', [
          `request ${request}`,
        ])
        expect(rows).toHaveLength(reads.length)
      }),
    )
    await other.close()
    const { rows } = await database.pool.query<{ first: number; last: number; count: number }>(
      'select min(id) as first, max(id) as last, count(*) as count from access_entry',
    )
    expect(rows).toEqual([{ first: 1, last: 120, count: 120 }])
    expect(await verifyAudit(database.pool, keyring, [])).toMatchObject({ entries: 120, from: 1, to: 120, fault: null })
  })

  it('keeps requests of one turn in one transaction', async () => {
    const log = openAuditLog({ pool: database.pool, keyring })
    await Promise.all(Array.from({ length: 20 }, (_, at) => log.append([{ ...read(at), caller: 'one turn' }])))
    const { rows } = await database.pool.query(`select distinct xmin::text from access_entry where caller = 'one turn'`)
    expect(rows).toHaveLength(1)
  })

  it('takes texts that the database cannot store, and none that fails takes another with it', async () => {
    const log = openAuditLog({ pool: database.pool, keyring })
    await Promise.all([log.append([{ ...read(1), field: 'a\u0000b\ud800' }]), log.append([read(2)])])
    const { rows } = await database.pool.query('select field from access_entry order by id desc limit 2')
    expect(rows).toContainEqual({ field: 'a\ufffdb\ufffd' })
    expect(await verified(database)).toBeNull()
  })

  it('is only added to, even by the role that owns it', async () => {
    for (const statement of [
      'update access_entry set field = field',
      'delete from access_entry',
      'truncate access_entry',
    ]) {
      await expect(database.pool.query(statement)).rejects.toThrow('the access log is only added to')
    }
  })

  it('rejects the read where it cannot be written', async () => {
    await database.pool.query('update access_head set seq = seq + 1')
    await expect(openAuditLog({ pool: database.pool, keyring }).append([read(1)])).rejects.toThrow(
      'the head of the access log',
    )
    expect(await verified(database)).toMatchObject({ kind: 'HEAD_ALTERED' })
    await database.pool.query('update access_head set seq = seq - 1')
    expect(await verified(database)).toBeNull()
  })

  it('of another key cannot be verified, and says so', async () => {
    await expect(verifyAudit(database.pool, openKeyring(new Uint8Array(32)), [])).rejects.toThrow(
      'a key that this keyring does not have',
    )
  })
})

describe('entries of before the chain', () => {
  it('are numbered without gaps and taken into it with the first new one', async () => {
    const database = await fresh()
    await asOwner(
      database,
      `insert into access_entry (id, at, caller, field, key_id, mac) select n, '2026-03-05T08:00:00+07', 'old', 'x', 0, '' from generate_series(1, 3) n`,
    )
    expect(await verified(database)).toBeNull()
    await openAuditLog({ pool: database.pool, keyring }).append([read(1)])
    expect(await verifyAudit(database.pool, keyring, [])).toMatchObject({ entries: 4, from: 1, to: 4, fault: null })
    await asOwner(database, `update access_entry set caller = 'other' where id = 2`)
    expect(await verified(database)).toEqual({ kind: 'ALTERED', seq: 2, at: '2026-03-05T01:00:00.000000Z' })
  })
})

describe('a chain that someone has changed', () => {
  const length = 40
  let database: FreshDatabase
  beforeAll(async () => {
    database = await fresh()
    const log = openAuditLog({ pool: database.pool, keyring })
    for (let at = 1; at <= length; at += 8) await log.append(Array.from({ length: 8 }, (_, of) => read(at + of)))
    exported.push((await readHead(database.pool, new Date(0)))!)
    await database.pool.query('create table kept as table access_entry')
    await database.pool.query('create table kept_head as table access_head')
  })
  const mend = () =>
    asOwner(
      database,
      'delete from access_entry',
      'insert into access_entry select * from kept',
      'delete from access_head',
      'insert into access_head select * from kept_head',
    )

  const index = fc.integer({ min: 1, max: length })
  const texts = ['caller', 'issuer', 'token', 'subject', 'field', 'purpose', 'legal_basis']
  const change = fc.oneof(
    fc.record({ do: fc.constant('edit' as const), at: index, column: fc.constantFrom(...texts), bit: fc.nat(40) }),
    fc.record({ do: fc.constant('date' as const), at: index, micros: fc.integer({ min: 1, max: 1_000_000_000 }) }),
    fc.record({ do: fc.constant('mac' as const), at: index, bit: fc.nat(255) }),
    fc.record({ do: fc.constant('delete' as const), at: index }),
    fc.record({ do: fc.constant('close up' as const), at: fc.integer({ min: 1, max: length - 1 }) }),
    fc.record({ do: fc.constant('insert' as const), at: index }),
    fc.record({
      do: fc.constant('swap' as const),
      at: fc.integer({ min: 1, max: length - 1 }),
      by: fc.integer({ min: 1, max: length }),
    }),
    fc.record({ do: fc.constant('truncate' as const), at: index }),
  )
  const statementsOf = (one: typeof change extends fc.Arbitrary<infer T> ? T : never): string[] => {
    switch (one.do) {
      case 'edit':
        // One bit of one character; where there is no text, a text.
        return [
          `update access_entry set ${one.column} = coalesce(overlay(${one.column} placing
             chr(ascii(substr(${one.column}, ${one.bit} % length(${one.column}) + 1, 1)) # ${1 << (one.bit % 3)})
             from ${one.bit} % length(${one.column}) + 1 for 1), '') where id = ${one.at}`,
        ]
      case 'date':
        return [`update access_entry set at = at - ${one.micros} * interval '1 microsecond' where id = ${one.at}`]
      case 'mac':
        return [
          `update access_entry set mac = set_bit(mac, ${one.bit}, 1 - get_bit(mac, ${one.bit})) where id = ${one.at}`,
        ]
      case 'delete':
        return [`delete from access_entry where id = ${one.at}`]
      case 'close up':
        return [
          `delete from access_entry where id = ${one.at}`,
          `update access_entry set id = -id where id > ${one.at}`,
          `update access_entry set id = -id - 1 where id < 0`,
        ]
      case 'insert':
        return [
          `update access_entry set id = -id where id >= ${one.at}`,
          `update access_entry set id = 1 - id where id < 0`,
          `insert into access_entry select ${one.at}, at, caller || '?', issuer, token, subject, field, purpose, legal_basis, key_id, mac
             from access_entry where id = ${one.at + 1}`,
        ]
      case 'swap': {
        const other = Math.min(length, one.at + one.by)
        return [
          `update access_entry set id = -1 where id = ${one.at}`,
          `update access_entry set id = ${one.at} where id = ${other}`,
          `update access_entry set id = ${other} where id = -1`,
        ]
      }
      case 'truncate':
        return [`delete from access_entry where id >= ${one.at}`]
    }
  }

  it('is found out at the first entry that is not what was written', async () => {
    expect(await verified(database)).toBeNull()
    await fc.assert(
      fc.asyncProperty(change, async (one) => {
        await asOwner(database, ...statementsOf(one))
        const fault = await verified(database, [])
        await mend()
        expect(fault).toMatchObject({
          kind: one.do === 'delete' || one.do === 'truncate' ? 'MISSING' : 'ALTERED',
          seq: one.at,
        })
      }),
      { numRuns: 120 },
    )
    expect(await verified(database)).toBeNull()
  })

  it('is found out where an entry was added behind the last', async () => {
    await asOwner(
      database,
      `insert into access_entry select 41, at, caller, issuer, token, subject, field, purpose, legal_basis, key_id, mac from kept where id = 40`,
    )
    expect(await verified(database)).toMatchObject({ kind: 'UNEXPECTED', seq: 41 })
    await mend()
  })

  it('is found out by the head: one that says less, one without its seal, none', async () => {
    await asOwner(
      database,
      'delete from access_entry where id > 30',
      'update access_head set seq = 30, mac = (select mac from kept where id = 30)',
    )
    expect(await verified(database)).toMatchObject({ kind: 'HEAD_ALTERED', seq: 30 })
    await mend()
    await asOwner(database, 'delete from access_entry where id <= 5', 'update access_head set base_seq = 5')
    expect(await verified(database)).toMatchObject({ kind: 'HEAD_ALTERED' })
    await mend()
    await asOwner(database, 'delete from access_head')
    expect(await verified(database)).toMatchObject({ kind: 'HEAD_MISSING', seq: 1 })
    await expect(openAuditLog({ pool: database.pool, keyring }).append([read(1)])).rejects.toThrow('is gone')
    await mend()
    await asOwner(database, 'delete from access_head', 'delete from access_entry', 'delete from audit_key')
    expect(await verified(database, [])).toBeNull()
    expect(await verified(database)).toMatchObject({ kind: 'HEAD_MISSING', seq: 1 })
  })
})

describe('an exported head', () => {
  it('shows a database that was put back as a whole, and one that was begun again', async () => {
    const database = await fresh()
    const home = mkdtempSync(join(tmpdir(), 'audit '))
    const log = openAuditLog({ pool: database.pool, keyring })
    await log.append([read(1), read(2)])
    await exportHeadDaily(home, database.pool, new Date('2026-03-05T16:59:00Z'))
    await database.pool.query('create table kept as table access_entry')
    await database.pool.query('create table kept_head as table access_head')
    await log.append([read(3), read(4)])
    await exportHeadDaily(home, database.pool, new Date('2026-03-05T16:59:30Z')) // the same day in Vietnam
    expect(exportedHeads(home)).toHaveLength(1)
    await exportHeadDaily(home, database.pool, new Date('2026-03-05T17:01:00Z'))
    expect(exportedHeads(home)).toMatchObject([{ seq: 2 }, { seq: 4, at: '2026-03-06T00:01:00.000+07:00' }])
    expect(await verified(database, exportedHeads(home))).toBeNull()

    await asOwner(database, 'delete from access_entry', 'insert into access_entry select * from kept')
    await asOwner(database, 'delete from access_head', 'insert into access_head select * from kept_head')
    expect(await verified(database, [])).toBeNull() // whole in itself
    expect(await verified(database, exportedHeads(home))).toEqual({ kind: 'ROLLED_BACK', seq: 3, at: null })
    // Other entries under the same numbers do not hide it, nor does a head that is exported from them.
    await log.append([read(5), read(6)])
    const hiding = (await readHead(database.pool, new Date()))!
    expect(await verified(database, [...exportedHeads(home), hiding])).toMatchObject({ kind: 'ROLLED_BACK', seq: 4 })
    await log.append([read(7)])
    expect(await verified(database, exportedHeads(home))).toMatchObject({ kind: 'ROLLED_BACK', seq: 4 })

    // A restore by the operator is written beside the heads, and is no fault.
    exportHead(home, { at: '2026-03-06T08:00:00.000+07:00', seq: 2, mac: exportedHeads(home)[0]!.mac, restored: true })
    expect(await verified(database, exportedHeads(home))).toBeNull()
    rmSync(home, { recursive: true })
  })
})

it('a MAC is the HMAC-SHA256 that everyone else computes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.array(fc.uint8Array()), (secret, parts) => {
      const expected = createHmac('sha256', secret).update(Buffer.concat(parts)).digest()
      expect(hmac(macKey(secret), ...parts).equals(expected)).toBe(true)
    }),
  )
})

describe('the retention of the log', () => {
  it('takes the oldest entries away, and the rest is still intact', async () => {
    const database = await fresh()
    const log = openAuditLog({ pool: database.pool, keyring })
    await log.append([read(1), read(2), read(3)])
    const head = (await readHead(database.pool, new Date()))!
    const { rows } = await database.pool.query<{ now: Date }>(
      `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now, pg_sleep(0.01)`,
    )
    await log.append([read(4), read(5)])
    const before = new Date(rows[0]!.now)
    before.setMilliseconds(before.getMilliseconds() + 1)
    expect(await pruneAudit(database.pool, keyring, before)).toBe(3)
    expect(await pruneAudit(database.pool, keyring, before)).toBe(0)
    expect(await verifyAudit(database.pool, keyring, [head])).toMatchObject({
      entries: 2,
      from: 4,
      to: 5,
      heads: 1,
      fault: null,
    })
    await log.append([read(6)])
    await asOwner(database, `update access_entry set caller = 'x' where id = 4`)
    expect(await verified(database, [])).toMatchObject({ kind: 'ALTERED', seq: 4 })
    await expect(pruneAudit(database.pool, keyring, new Date(Date.now() + 60_000))).rejects.toThrow('entry 4')
    expect((await database.pool.query('select 1 from access_entry')).rows).toHaveLength(3)
  })
})

describe(`${many} entries`, () => {
  it('are walked within seconds, and one that was changed among them is named', async () => {
    const database = await fresh()
    const log = openAuditLog({ pool: database.pool, keyring })
    for (let at = 0; at < many; at += 5000) {
      await log.append(Array.from({ length: Math.min(5000, many - at) }, (_, of) => read(at + of)))
    }
    const begun = process.cpuUsage()
    expect(await verifyAudit(database.pool, keyring, [])).toMatchObject({ entries: many, fault: null })
    // Of the processor, as others may use the machine: some 20 µs an entry, asserted at five times that.
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(many / 10)
    const bad = Math.floor(many * 0.83)
    await asOwner(database, `update access_entry set subject = subject || ' ' where id = ${bad}`)
    expect(await verified(database, [])).toMatchObject({ kind: 'ALTERED', seq: bad })
    await asOwner(database, `delete from access_entry where id = ${bad - 7}`)
    expect(await verified(database, [])).toMatchObject({ kind: 'MISSING', seq: bad - 7 })
  })
})

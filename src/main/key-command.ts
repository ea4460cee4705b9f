import { setTimeout as sleep } from 'node:timers/promises'
import { rotateAuditKeys } from '../access/audit/rotate.ts'
import { addKey, loadKey, newKey } from '../db/encryption/key.ts'
import { DecryptionError } from '../db/encryption/decryption-error.ts'
import { countDue, reseal, type Sealed } from '../db/encryption/rotate.ts'
import { sealedDossiers } from '../domains/dossier/index.ts'
import { sealedBySync } from '../sync/quarantine/reseal.ts'
import { readConfig } from './hub.ts'
import { printJson } from './print.ts'
import { untilSignal } from './signal.ts'
import { type Store, withStore } from './store.ts'

/** Everything that depends on the key of encryption at rest, apart from the audit keys. */
export const sealedKinds: readonly Sealed[] = [...sealedBySync, sealedDossiers]

// Every process that has the key file open looks at it once a second.
const untilKnownMs = 2500

export function newKeyCommand(): number {
  console.log(newKey())
  return 0
}

/**
 * A new key is the current one and everything is sealed and hashed under it; 1 where some is left, by a stop or by rows
 * that others held: run again, it goes on and makes no other key.
 */
export async function rotateCommand(options: { readonly json?: boolean }): Promise<number> {
  const config = await readConfig('later')
  const tell = (line: string): void => {
    if (options.json !== true) console.log(line)
  }
  return withStore(config, 'key rotate', async (store) => {
    const { keys, path } = loadKey({ ...config.key, home: config.home })
    const unfinished = keys.length > 1 && (await dueIn(store)) > 0
    if (!unfinished && path === null) {
      throw new DecryptionError(
        keys.length > 1
          ? 'HUB_KEY: everything is sealed under its first key already; to rotate, put a new one before it'
          : 'HUB_KEY holds one key, expected a new one (hub key new) before it, separated by a comma, in every process; then run this again',
      )
    }
    if (unfinished) tell('Tiếp tục lần đổi khoá trước · going on with the rotation that was begun')
    else {
      addKey(path!)
      tell(`Khoá mới trong ${path} · a new key stands first in ${path}; keep a copy elsewhere`)
      await sleep(untilKnownMs)
    }
    const auditKeys = await rotateAuditKeys(store.database.pool, store.keyring)
    const resealed: Record<string, number> = { 'audit keys': auditKeys }
    const end = untilSignal()
    try {
      for (const kind of sealedKinds) {
        const due = await countDue(store.database.db, kind, store.keyring)
        let told = performance.now()
        resealed[kind.name] = await reseal(store.database.db, kind, store.keyring, {
          signal: end.signal,
          onBatch(done) {
            if (performance.now() - told < 2000) return
            told = performance.now()
            tell(`${kind.name}  ${done} / ${due}`)
          },
        })
        tell(`${kind.name}  ${resealed[kind.name]}`)
      }
    } finally {
      end.forget()
    }
    const left = await dueIn(store)
    if (options.json === true) printJson({ resealed, left, keyFile: path })
    else if (left > 0) console.log(`Còn ${left} dòng: chạy lại lệnh này · ${left} rows are left: run this again`)
    else {
      console.log(
        'Xong. Giữ khoá cũ chừng nào còn bản sao lưu cũ · done. Keep the older key as long as there are backups from before',
      )
    }
    return left === 0 ? 0 : 1
  })
}

async function dueIn({ database, keyring }: Store): Promise<number> {
  let due = 0
  for (const kind of sealedKinds) due += await countDue(database.db, kind, keyring)
  return due
}

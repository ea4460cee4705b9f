// hub key rotate: a new key of encryption at rest, and everything sealed again under it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Config } from '../../config/index.ts'
import type { Store } from '../../main/store.ts'
import type { Exit, JsonOption } from '../command.ts'

// Every process that has the key file open looks at it once a second.
const untilKnownMs = 2500

export function addKeyRotate(key: Command, exit: Exit): void {
  key
    .command('rotate')
    .description('đổi khoá và mã hoá lại · makes a new key and seals everything again, beside a running hub')
    .option('--json')
    .action(async (options: JsonOption) => exit(await rotate(options)))
}

/**
 * The new key is the current one and everything is sealed and hashed under it; 1 where rows are left, after a stop or because
 * others had locked them. Safe to repeat: it goes on with the key that was made.
 */
async function rotate({ json = false }: JsonOption): Promise<number> {
  const { rotateAuditKeys } = await import('../../access/audit/rotate.ts')
  const { printJson } = await import('../print.ts')
  const { withStore } = await import('../with-hub.ts')
  const print = (line: string): void => {
    if (!json) console.log(line)
  }
  return withStore('key rotate', async (store, config) => {
    const keyFile = await currentKey(store, config, print)
    const auditKeys = await rotateAuditKeys(store.database.pool, store.keyring)
    const resealed = { 'audit keys': auditKeys, ...(await resealAll(store, print)) }
    const left = await dueIn(store)
    if (json) printJson({ resealed, left, keyFile })
    else if (left > 0) console.log(`Còn ${left} dòng: chạy lại lệnh này · ${left} rows are left: run this again`)
    else {
      console.log(
        'Xong. Giữ khoá cũ chừng nào còn bản sao lưu cũ · done. Keep the older key as long as there are backups from before',
      )
    }
    return left === 0 ? 0 : 1
  })
}

/**
 * After this the key under which all is to be sealed comes first, in every process: a new one in the key file, or the one of a
 * rotation that was interrupted. Gives the path of the key file, null for HUB_KEY; throws DecryptionError where HUB_KEY has to
 * be changed by a person first.
 */
async function currentKey(store: Store, config: Config, print: (line: string) => void): Promise<string | null> {
  const { DecryptionError } = await import('../../db/encryption/decryption-error.ts')
  const { addKey, loadKey } = await import('../../db/encryption/key.ts')
  const { keys, path } = loadKey({ ...config.key, home: config.home })
  const unfinished = keys.length > 1 && (await dueIn(store)) > 0
  if (unfinished) {
    print('Tiếp tục lần đổi khoá trước · resuming the rotation that was interrupted')
    return path
  }
  if (path === null) {
    throw new DecryptionError(
      keys.length > 1
        ? 'HUB_KEY: everything is sealed under its first key already; to rotate, put a new one before it'
        : 'HUB_KEY has one key, expected a new one (hub key new) before it, separated by a comma, in every process; then run this again',
    )
  }
  addKey(path)
  print(`Khoá mới trong ${path} · a new key comes first in ${path}; keep a copy elsewhere`)
  await sleep(untilKnownMs)
  return path
}

/** Rows sealed again, by kind. Ctrl-C ends it after the batch at hand. */
async function resealAll(store: Store, print: (line: string) => void): Promise<Record<string, number>> {
  const { countDue, reseal } = await import('../../db/encryption/rotate.ts')
  const { untilSignal } = await import('../../main/process/signal.ts')
  const { sealedKinds } = await import('../../main/sealed-kinds.ts')
  const resealed: Record<string, number> = {}
  const end = untilSignal()
  try {
    for (const kind of sealedKinds) {
      const due = await countDue(store.database.db, kind, store.keyring)
      let printedAt = performance.now()
      resealed[kind.name] = await reseal(store.database.db, kind, store.keyring, {
        signal: end.signal,
        onBatch(done) {
          if (performance.now() - printedAt < 2000) return
          printedAt = performance.now()
          print(`${kind.name}  ${done} / ${due}`)
        },
      })
      print(`${kind.name}  ${resealed[kind.name]}`)
    }
  } finally {
    end.forget()
  }
  return resealed
}

async function dueIn({ database, keyring }: Store): Promise<number> {
  const { countDue } = await import('../../db/encryption/rotate.ts')
  const { sealedKinds } = await import('../../main/sealed-kinds.ts')
  let due = 0
  for (const kind of sealedKinds) due += await countDue(database.db, kind, keyring)
  return due
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync, chownSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { World } from '../world.ts'

export interface FullDisk {
  makeRoom(): Promise<void>
  remove(): Promise<void>
}

const sizeMb = 8

/** The raw pages lie on a small file system of their own that is full; or the reason why that cannot be had here. */
export async function fillDisk(world: World): Promise<FullDisk | string> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-disk-'))
  const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { stdio: 'pipe' })
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder)
  } catch {
    rmSync(folder, { recursive: true, force: true })
    return 'a file system cannot be mounted here'
  }
  const unmount = (): void => {
    run('umount', '-l', folder)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const [data] = await world.rows<{ data_directory: string }>('show data_directory')
    const { uid, gid } = statSync(data!.data_directory)
    chownSync(folder, uid, gid)
    chmodSync(folder, 0o700)
    await world.rows(`create tablespace ${world.database.name} location '${folder}'`)
  } catch (error) {
    unmount()
    return `no place for tables can be made there (${error instanceof Error ? error.message : String(error)})`
  }
  await world.rows(`alter table raw_page set tablespace ${world.database.name}`)
  const filler = join(folder, 'filler')
  try {
    for (let mb = 0; mb < sizeMb * 1024; mb += 1) writeFileSync(filler, Buffer.alloc(1024, 1), { flag: 'a' })
  } catch {
    // Full.
  }
  return {
    makeRoom: () => {
      rmSync(filler, { force: true })
      return Promise.resolve()
    },
    remove: async () => {
      await world.rows('alter table raw_page set tablespace pg_default')
      await world.rows(`drop tablespace ${world.database.name}`)
      unmount()
    },
  }
}

// The files of the folder that are complete.
import type { Context, FolderFile } from '#connector'
import type { manifest } from './manifest.ts'
import { isPassing } from './template.ts'

const stillMs = 10_000

export interface Settled {
  readonly files: readonly FolderFile[]
  /** Those that were moving or going while they were looked at. */
  readonly moving: readonly FolderFile[]
}

/**
 * The files of the folder whose size and time have not changed for ten seconds, without lock files and unfinished copies. One
 * that changed within the last ten seconds and is `wanted` is looked at again once they have passed; if it has moved it is left
 * for the next run. CONFIG_INVALID when there is no such folder.
 */
export async function settledFiles(
  context: Context<typeof manifest>,
  wanted: (file: FolderFile) => boolean,
): Promise<Settled> {
  const { folder } = context.settings
  const list = async () => (await context.files.list(folder, context.signal)).filter(({ name }) => !isPassing(name))
  const found = await list()
  const now = context.now().getTime()
  const age = (file: FolderFile): number => now - file.changedAt
  // A time ahead of the clock says nothing: such a file too is looked at twice.
  const young = found.filter((file) => age(file) < stillMs && wanted(file))
  if (young.length === 0) return { files: found, moving: [] }
  await context.wait(Math.min(stillMs, Math.max(...young.map((file) => stillMs - age(file)))))
  if (context.signal.aborted) return { files: [], moving: found }
  const again = new Map((await list()).map((file) => [file.name, file]))
  const moving = young.filter((file) => {
    const later = again.get(file.name)
    return later?.bytes !== file.bytes || later.changedAt !== file.changedAt
  })
  return { files: found.filter((file) => !moving.includes(file)), moving }
}

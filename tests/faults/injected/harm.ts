import type { World } from '../world.ts'

export type Present = ReadonlyMap<string, ReadonlySet<string>>

const presentRows = (world: World) =>
  world.rows<{ stream: string; key: string; hash: string }>(
    `select stream_id as stream, key, encode(hash, 'hex') as hash from record where removed_at is null`,
  )

/** The keys that are stored of each stream. */
export async function presentKeys(world: World): Promise<Present> {
  const present = new Map(world.running.streams.map((stream) => [stream, new Set<string>()]))
  for (const { stream, key } of await presentRows(world)) present.get(stream)?.add(key)
  return present
}

/**
 * What a fault has done to the store while it lasted: records that went although the source has them, and contents that
 * the source never had. What it could not yet bring is no harm.
 */
export async function harmsOf(world: World, before: Present): Promise<string[]> {
  const { reachability, streams } = world.running
  const rows = (await presentRows(world)).filter(({ stream }) => !reachability.includes(stream))
  const now = new Set(rows.map(({ stream, key }) => `${stream}/${key}`))
  const gone = streams
    .filter((stream) => !reachability.includes(stream))
    .flatMap((stream) => {
      const truth = world.running.truth(stream)
      return [...(before.get(stream) ?? [])]
        .filter((key) => truth.has(key) && !now.has(`${stream}/${key}`))
        .map((key) => `${stream} ${key} was removed although it is there`)
    })
  const foreign = rows
    .filter(({ stream, key, hash }) => !world.known(stream, key).has(hash))
    .map(({ stream, key }) => `${stream} ${key} has a content that the source never had`)
  return [...gone, ...foreign]
}

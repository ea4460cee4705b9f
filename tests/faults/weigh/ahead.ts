// Finds a position that is ahead of the rows: what it says was read is not in the store.
import { canonical } from '../../../src/sync/run/outcome.ts'
import type { ChangesPlace } from '../subject/connector.ts'
import { recordOf } from '../subject/fault-subject.ts'
import type { Row } from '../subject/journal.ts'
import { ownOf } from '../injected/paging.ts'
import type { World } from '../world.ts'

/**
 * Rows which a place or a checkpoint says have been taken in although they are not in the store. Call it before the source
 * lives on: what has changed since the page was read is not behind its position.
 */
export async function aheadOfRows(world: World): Promise<string[]> {
  const { journals } = ownOf(world)
  const streams = await world.rows<{ id: string; checkpoint: string | null; position: string | null }>(`
    select s.id, s.checkpoint, r.position from stream s
    left join run r on r.id = s.run_id and r.state = 'RUNNING' and r.kind = 'CHANGES'`)
  const stored = await world.rows<{ stream: string; key: string; hash: string; gone: boolean }>(`
    select stream_id as stream, key, encode(hash, 'hex') as hash, removed_at is not null as gone from record`)
  const byKey = new Map(stored.map((row) => [`${row.stream}/${row.key}`, row]))
  const lacking = (stream: string, rows: readonly Row[], why: string): string[] =>
    rows
      .filter((row) => {
        const found = byKey.get(`${stream}/${row.id}`)
        if (row.gone) return found !== undefined && !found.gone
        return found?.hash !== world.engine.keyring.hash(canonical(recordOf(row)), 'record').toString('hex')
      })
      .map((row) => `${stream} ${row.id} is behind the ${why} and not in the store`)
  return streams.flatMap(({ id, checkpoint, position }) => {
    const names = { checkpoint, position }
    return Object.entries(names).flatMap(([why, cursor]) => {
      if (cursor === null) return []
      if (id === 'changes') return lacking(id, changesBehind(journals.changes.present(), cursor), why)
      if (id === 'feed') {
        const rows = journals.feed.entries.filter(
          (row) => row.seq <= Number(cursor) && journals.feed.row(row.id)?.seq === row.seq,
        )
        return lacking(id, rows, why)
      }
      return lacking(id, listBehind(journals.list.present(), cursor), why)
    })
  })
}

function changesBehind(rows: readonly Row[], cursor: string): Row[] {
  const found = JSON.parse(cursor) as { mark?: number | null } & ChangesPlace
  if (found.mark !== undefined) return rows.filter((row) => row.at !== null && row.at <= (found.mark ?? 0))
  const [turn, at, id = ''] = (found.token ?? '').split('~')
  if (turn !== 'on') return []
  return rows.filter(
    (row) =>
      row.at !== null &&
      row.at >= (found.since ?? 0) &&
      (row.at < Number(at) || (row.at === Number(at) && row.id <= id)),
  )
}

/** A list that has changed since the place was written says nothing. */
function listBehind(rows: readonly Row[], cursor: string): Row[] {
  if (cursor === 'whole') return []
  const { offset, last, total } = JSON.parse(cursor) as { offset: number; last: string; total: number }
  const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return sorted.length === total && sorted[offset - 1]?.id === last ? sorted.slice(0, offset) : []
}

// Asking for runs of streams and working them off in this process, for the commands that wait for their runs.
import { sql } from 'kysely'
import type { Range } from '../../contract/connector.ts'
import type { RunKind, Wanted } from '../../sync/queue/claim.ts'
import { requestRuns, type Requested } from '../../sync/queue/request.ts'
import { startWorker } from '../../sync/queue/worker.ts'
import { WrongUsage } from '../exit-code.ts'
import type { Hub } from '../../main/hub.ts'

/** Runs that were asked for. */
export interface AskedRuns {
  /** The runs to wait for; more are added as the runs before them end. */
  readonly ids: number[]
  /** Streams that a brake or a drift policy has stopped: nothing runs for them. */
  readonly halted: readonly Requested[]
  /** Asks again where a run of another kind has ended meanwhile; false while one is still running. */
  settle(): Promise<boolean>
}

/** Asks for one run of each stream. Where a run of another kind is running, the run that is asked for comes after it. */
export async function askForRuns(
  hub: Hub,
  wanted: readonly Wanted[],
  kind: RunKind,
  range: Range | null,
): Promise<AskedRuns> {
  const ids: number[] = []
  const halted: Requested[] = []
  let behind: readonly Requested[] = []
  const announced = new Set<number>()
  const request = async (streams: readonly Wanted[]): Promise<void> => {
    const requested = await requestRuns(hub.engine, streams, kind, range)
    for (const one of requested) {
      const name = `${one.source}/${one.stream}`
      if (one.halted !== null) {
        halted.push(one)
        console.error(`${name} is halted (${one.halted}): hub resume ${one.source} first`)
      } else if (one.answers) {
        ids.push(one.run)
        if (one.joined) console.error(`${name}: joined the run in progress`)
      } else if (!announced.has(one.run)) {
        announced.add(one.run)
        console.error(`${name}: waits for run ${one.run}, which is in progress`)
      }
    }
    behind = [...behind, ...requested.filter((one) => one.halted === null && !one.answers)]
  }
  await request(wanted)
  return {
    ids,
    halted,
    async settle() {
      if (behind.length === 0) return true
      const { rows } = await sql<{ id: number }>`
        select id from run where id = any(${behind.map((one) => one.run)}::bigint[]) and state in ('WAITING', 'RUNNING')
      `.execute(hub.store.database.db)
      const open = new Set(rows.map((row) => row.id))
      const free = behind.filter((one) => !open.has(one.run))
      behind = behind.filter((one) => open.has(one.run))
      if (free.length > 0) await request(free.map(({ source, stream }) => ({ source, stream })))
      return behind.length === 0
    },
  }
}

/** What `follow` gives, with a worker of this process running the streams meanwhile; it has stopped when this settles. */
export async function whileWorking<T>(
  hub: Hub,
  name: string,
  only: readonly Wanted[],
  follow: () => Promise<T>,
): Promise<T> {
  const options = { databaseUrl: hub.store.url, name: `${name} ${process.pid}`, only, pollMs: 300 }
  const worker = await startWorker(hub.engine, options)
  try {
    return await follow()
  } finally {
    await worker.stop()
  }
}

/** The streams of these sources, or of all, or the one stream of that name. Throws WrongUsage where there is none. */
export function wantedStreams(hub: Hub, sources: readonly string[], stream?: string): Wanted[] {
  const known = [...hub.engine.sources.keys()]
  const unknown = sources.find((source) => !known.includes(source))
  if (unknown !== undefined) {
    throw new WrongUsage(`There is no source ${unknown}, expected one of ${known.join(', ')}`)
  }
  const wanted = (sources.length === 0 ? known : sources).flatMap((source) =>
    Object.keys(hub.engine.sources.get(source)!.connector.manifest.streams)
      .filter((id) => stream === undefined || id === stream)
      .map((id) => ({ source, stream: id })),
  )
  if (wanted.length > 0) return wanted
  const streams = sources.flatMap((source) => Object.keys(hub.engine.sources.get(source)!.connector.manifest.streams))
  throw new WrongUsage(`There is no stream ${stream}, expected one of ${streams.join(', ')}`)
}

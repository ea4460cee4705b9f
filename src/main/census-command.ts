import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { whoActs } from '../operations/wording.ts'
import { isCountable } from '../sync/run/census.ts'
import type { RunFailureCode } from '../sync/failure.ts'
import { type Hub, openHub, readConfig } from './hub.ts'
import { type Asked, askForRuns, wantedStreams, whileWorking } from './run-now.ts'
import { untilSignal } from './signal.ts'

interface CensusRun {
  readonly id: number
  readonly source: string
  readonly stream: string
  readonly state: string
  readonly read: number
  readonly expected: number | null
  readonly found: number | null
  readonly missing: number
  readonly written: number
  readonly left_over: number | null
  readonly removed: number
  readonly failure_code: RunFailureCode | null
  readonly failure_message: string | null
}

/** What is told of a stream: as counted, or why it was not. */
interface Told {
  readonly source: string
  readonly stream: string
  /** The run's; HELD while a brake holds the stream, NOT_COUNTABLE where the source lists no whole. */
  readonly state: string
  readonly expected: number | null
  readonly found: number | null
  readonly missing: number | null
  readonly changed: number | null
  readonly leftOver: number | null
  readonly removed: number | null
  readonly failure: { readonly code: string; readonly message: string; readonly whoActs: string } | null
}

const uncounted = {
  expected: null,
  found: null,
  missing: null,
  changed: null,
  leftOver: null,
  removed: null,
  failure: null,
}

const ended = (run: CensusRun): boolean => run.state !== 'WAITING' && run.state !== 'RUNNING'

/** Counts sources whole, here or in a worker that takes them first; 0 when every stream that can be counted was. */
export async function censusCommand(sources: readonly string[], options: { json?: boolean }): Promise<number> {
  const end = untilSignal()
  const hub = await openHub(await readConfig(), { name: 'census' })
  const tell = (told: Told): void => console.log(options.json === true ? JSON.stringify(told) : textOf(told))
  try {
    const streams = wantedStreams(hub, sources)
    const wanted = streams.filter(({ source, stream }) =>
      isCountable(hub.engine.sources.get(source)!.connector.manifest.streams[stream]!.kind),
    )
    for (const one of streams.filter((stream) => !wanted.includes(stream))) {
      tell({ ...one, state: 'NOT_COUNTABLE', ...uncounted })
    }
    const asked = await askForRuns(hub, wanted, 'CENSUS', { all: true })
    const runs = await whileWorking(hub, 'census', wanted, () =>
      watch(hub, asked, options.json === true, tell, end.signal),
    )
    for (const { source, stream } of asked.held) tell({ source, stream, state: 'HELD', ...uncounted })
    const good = runs.every((run) => run.state.startsWith('SUCCEEDED')) && asked.held.length === 0
    return good && !end.signal.aborted ? 0 : 1
  } finally {
    await hub.close()
    end.forget()
  }
}

/** Follows the runs to their ends: a line for each end, and without --json one every two seconds for those that go. */
async function watch(
  hub: Hub,
  asked: Asked,
  json: boolean,
  tell: (told: Told) => void,
  signal: AbortSignal,
): Promise<readonly CensusRun[]> {
  const told = new Set<number>()
  let shown = performance.now()
  for (;;) {
    const settled = await asked.settle()
    const { rows: runs } = await sql<CensusRun>`
      select id, source_id as source, stream_id as stream, state, read, expected, found, missing, written, left_over,
        removed, failure_code, failure_message
      from run where id = any(${asked.ids}::bigint[]) order by source_id, stream_id
    `.execute(hub.store.database.db)
    for (const run of runs.filter((one) => ended(one) && !told.has(one.id))) {
      told.add(run.id)
      tell(toldOf(run))
    }
    if ((settled && runs.every(ended)) || signal.aborted) return runs
    if (!json && performance.now() - shown > 2000) {
      shown = performance.now()
      for (const run of runs.filter((one) => one.state === 'RUNNING')) {
        console.log(`… ${run.source}/${run.stream}  ${run.read} of some ${run.expected ?? '?'} records`)
      }
    }
    await sleep(150, undefined, { signal }).catch(() => undefined)
  }
}

const toldOf = (run: CensusRun): Told => ({
  source: run.source,
  stream: run.stream,
  state: run.state,
  expected: run.expected,
  found: run.found,
  missing: run.missing,
  changed: run.written - run.missing,
  leftOver: run.left_over,
  removed: run.removed,
  failure:
    run.failure_code === null
      ? null
      : { code: run.failure_code, message: run.failure_message ?? '', whoActs: whoActs(run.failure_code) },
})

function textOf(told: Told): string {
  const name = `${told.source}/${told.stream}`
  if (told.state === 'NOT_COUNTABLE') {
    return `– ${name}  nguồn không liệt kê toàn bộ: không kiểm đếm được · the source lists no whole: it cannot be counted`
  }
  if (told.state === 'HELD') return `✗ ${name}  HELD`
  const gone = told.leftOver === null ? '' : `, ${told.leftOver} left over, ${told.removed} removed`
  const counts = `${told.expected} expected, ${told.found ?? 0} found, ${told.missing} missing, ${told.changed} changed${gone}`
  const failure =
    told.failure === null ? '' : `\n  ${told.failure.code}: ${told.failure.message}\n  ${told.failure.whoActs}`
  return `${told.state.startsWith('SUCCEEDED') ? '✓' : '✗'} ${name}  ${told.state}  ${counts}${failure}`
}

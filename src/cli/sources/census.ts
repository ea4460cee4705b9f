// hub census: sources are counted whole, what is missing is fetched, what has vanished is removed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Hub } from '../../main/hub.ts'
import type { RunFailureCode } from '../../sync/failure.ts'
import type { Exit, JsonOption } from '../command.ts'
import type { AskedRuns } from '../run/asked-runs.ts'

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

/** What is printed for a stream: its counts, or why it was not counted. */
interface Counted {
  readonly source: string
  readonly stream: string
  /** The run's; HELD while a brake stops the stream, NOT_COUNTABLE where the source never lists all its records. */
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

export function addCensus(program: Command, exit: Exit): void {
  program
    .command('census [source...]')
    .description('kiểm đếm toàn bộ nguồn · counts a source whole, fetches what is missing, removes what has vanished')
    .option('--json', 'one JSON object a stream')
    .action(async (sources: string[], options: JsonOption) => exit(await countSources(sources, options)))
}

/** Counts sources whole, here or in a worker that takes them first; 0 when every stream that can be counted was. */
async function countSources(sources: readonly string[], { json = false }: JsonOption): Promise<number> {
  const { untilSignal } = await import('../../main/process/signal.ts')
  const { isCountable } = await import('../../sync/run/census.ts')
  const { askForRuns, wantedStreams, whileWorking } = await import('../run/asked-runs.ts')
  const { withHub } = await import('../with-hub.ts')
  const end = untilSignal()
  const print = (counted: Counted): void => console.log(json ? JSON.stringify(counted) : textOf(counted))
  try {
    return await withHub('census', true, async (hub) => {
      const streams = wantedStreams(hub, sources)
      const wanted = streams.filter(({ source, stream }) =>
        isCountable(hub.engine.sources.get(source)!.connector.manifest.streams[stream]!.kind),
      )
      for (const one of streams.filter((stream) => !wanted.includes(stream))) {
        print({ ...one, state: 'NOT_COUNTABLE', ...uncounted })
      }
      const asked = await askForRuns(hub, wanted, 'CENSUS', { all: true })
      const runs = await whileWorking(hub, 'census', wanted, () => followRuns(hub, asked, json, print, end.signal))
      for (const { source, stream } of asked.halted) print({ source, stream, state: 'HELD', ...uncounted })
      const succeeded = runs.every((run) => run.state.startsWith('SUCCEEDED')) && asked.halted.length === 0
      return succeeded && !end.signal.aborted ? 0 : 1
    })
  } finally {
    end.forget()
  }
}

const ended = (run: CensusRun): boolean => run.state !== 'WAITING' && run.state !== 'RUNNING'

/** Follows the runs to their ends: a line for each end, and without --json one every two seconds for those that are running. */
async function followRuns(
  hub: Hub,
  asked: AskedRuns,
  json: boolean,
  print: (counted: Counted) => void,
  signal: AbortSignal,
): Promise<readonly CensusRun[]> {
  const { whoActs } = await import('../../operations/wording.ts')
  const shownEnds = new Set<number>()
  let shown = performance.now()
  for (;;) {
    const settled = await asked.settle()
    const runs = await readRuns(hub, asked.ids)
    for (const run of runs.filter((one) => ended(one) && !shownEnds.has(one.id))) {
      shownEnds.add(run.id)
      print(countedOf(run, whoActs))
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

async function readRuns(hub: Hub, ids: readonly number[]): Promise<readonly CensusRun[]> {
  const { rows } = await hub.store.database.pool.query<CensusRun>(
    `select id, source_id as source, stream_id as stream, state, read, expected, found, missing, written, left_over,
       removed, failure_code, failure_message
     from run where id = any($1::bigint[]) order by source_id, stream_id`,
    [ids],
  )
  return rows
}

const countedOf = (run: CensusRun, whoActs: (code: RunFailureCode) => string): Counted => ({
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

function textOf(counted: Counted): string {
  const name = `${counted.source}/${counted.stream}`
  if (counted.state === 'NOT_COUNTABLE') {
    return `– ${name}  nguồn không liệt kê toàn bộ: không kiểm đếm được · the source never lists all its records: it cannot be counted`
  }
  if (counted.state === 'HELD') return `✗ ${name}  HELD`
  const gone = counted.leftOver === null ? '' : `, ${counted.leftOver} left over, ${counted.removed} removed`
  const counts = `${counted.expected} expected, ${counted.found ?? 0} found, ${counted.missing} missing, ${counted.changed} changed${gone}`
  const failure =
    counted.failure === null
      ? ''
      : `\n  ${counted.failure.code}: ${counted.failure.message}\n  ${counted.failure.whoActs}`
  return `${counted.state.startsWith('SUCCEEDED') ? '✓' : '✗'} ${name}  ${counted.state}  ${counts}${failure}`
}

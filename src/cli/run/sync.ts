// hub sync: runs of streams now, followed to their ends.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { Range } from '../../contract/connector.ts'
import type { Hub } from '../../main/hub.ts'
import type { RunKind } from '../../sync/queue/claim.ts'
import type { Exit, JsonOption } from '../command.ts'
import type { AskedRuns } from './asked-runs.ts'

export interface SyncOptions extends JsonOption {
  readonly stream?: string
  readonly full?: boolean
  readonly from?: string
  readonly to?: string
}

interface SyncRun {
  readonly id: string
  readonly source: string
  readonly stream: string
  readonly state: string
  readonly pages: number
  readonly read: number
  readonly written: number
  readonly unchanged: number
  readonly removed: number
  readonly rejected: number
  readonly failure: { readonly code: string; readonly message: string; readonly whoActs: string } | null
}

export function addSync(program: Command, exit: Exit): void {
  program
    .command('sync [source...]')
    .description('chạy ngay · run now, with progress; without a source: all of them')
    .option('--stream <stream>', 'one stream only')
    .option('--full', 'read everything again')
    .option('--from <date>', 'a window: from this date', dateOf)
    .option('--to <date>', 'to before this date', dateOf)
    .option('--json', 'one JSON object a run')
    .action(async (sources: string[], options: SyncOptions) => {
      if ((options.from === undefined) !== (options.to === undefined))
        program.error('--from and --to go together', { exitCode: 2 })
      if (options.full === true && options.from !== undefined)
        program.error('--full and --from exclude each other', { exitCode: 2 })
      exit(await runStreams(sources, wantedRuns(options), options))
    })
}

function dateOf(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('a date like 2026-03-05 is expected')
  }
  return text
}

interface WantedRuns {
  readonly kind: RunKind
  readonly range: Range | null
}

function wantedRuns({ full, from, to }: SyncOptions): WantedRuns {
  if (from !== undefined) return { kind: 'BACKFILL', range: { from, to: to! } }
  return full === true ? { kind: 'FULL', range: { all: true } } : { kind: 'CHANGES', range: null }
}

/** Runs streams now, here or in a worker that takes them first; 0 when all succeeded. Ctrl-C gives back what runs. */
export async function runStreams(
  sources: readonly string[],
  { kind, range }: WantedRuns,
  { stream, json = false }: Pick<SyncOptions, 'stream' | 'json'>,
): Promise<number> {
  const { untilSignal } = await import('../../main/process/signal.ts')
  const { withHub } = await import('../with-hub.ts')
  const { askForRuns, wantedStreams, whileWorking } = await import('./asked-runs.ts')
  const end = untilSignal()
  try {
    return await withHub('sync', true, async (hub) => {
      const wanted = wantedStreams(hub, sources, stream)
      const asked = await askForRuns(hub, wanted, kind, range)
      const runs = await whileWorking(hub, 'sync', wanted, () => followRuns(hub, asked, json, end.signal))
      const succeeded = runs.every((run) => run.state.startsWith('SUCCEEDED')) && asked.halted.length === 0
      return succeeded && !end.signal.aborted ? 0 : 1
    })
  } finally {
    end.forget()
  }
}

const ended = (run: SyncRun): boolean => run.state !== 'WAITING' && run.state !== 'RUNNING'

/** Follows the runs to their ends: a line each second while they go (none with --json), one for each end. */
async function followRuns(hub: Hub, asked: AskedRuns, json: boolean, signal: AbortSignal): Promise<SyncRun[]> {
  const shownEnds = new Set<string>()
  const started = performance.now()
  let shown = started
  for (;;) {
    const settled = await asked.settle()
    const runs = await readRuns(hub, asked.ids)
    for (const run of runs) {
      if (!ended(run) || shownEnds.has(run.id)) continue
      shownEnds.add(run.id)
      console.log(json ? lineOf(run) : textOf(run))
    }
    if ((settled && runs.every(ended)) || signal.aborted) return runs
    if (!json && performance.now() - shown > 1000) {
      shown = performance.now()
      for (const run of runs.filter((one) => one.state === 'RUNNING')) {
        const rate = Math.round(run.read / ((shown - started) / 1000))
        console.log(`… ${run.source}/${run.stream}  ${run.read} rows, ${run.pages} pages, ${rate} rows/s`)
      }
    }
    await sleep(150, undefined, { signal }).catch(() => undefined)
  }
}

async function readRuns(hub: Hub, ids: readonly number[]): Promise<SyncRun[]> {
  const { ask } = await import('../../main/ask.ts')
  const found: SyncRun[] = []
  for (const id of ids) {
    const answer = await ask(
      hub,
      `query($id: ID!) { node(id: $id) { ... on Run { id source stream state pages read written unchanged removed rejected
         failure { code message whoActs } } } }`,
      { id: `Run:${id}` },
    )
    found.push(answer['node'] as SyncRun)
  }
  return found
}

function lineOf({ source, stream, state, read, written, unchanged, removed, rejected, failure }: SyncRun): string {
  return JSON.stringify({ source, stream, state, read, written, unchanged, removed, rejected, failure })
}

function textOf(run: SyncRun): string {
  const counts = `${run.read} read, ${run.written} written, ${run.unchanged} unchanged, ${run.removed} removed, ${run.rejected} rejected`
  const failure =
    run.failure === null ? '' : `\n  ${run.failure.code}: ${run.failure.message}\n  ${run.failure.whoActs}`
  return `${run.state.startsWith('SUCCEEDED') ? '✓' : '✗'} ${run.source}/${run.stream}  ${run.state}  ${counts}${failure}`
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Range } from '../contract/connector.ts'
import type { RunKind } from '../sync/queue/claim.ts'
import { ask } from './ask.ts'
import { type Hub, openHub, readConfig } from './hub.ts'
import { type Asked, askForRuns, wantedStreams, whileWorking } from './run-now.ts'
import { untilSignal } from './signal.ts'

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

const ended = (run: SyncRun): boolean => run.state !== 'WAITING' && run.state !== 'RUNNING'

/** Runs streams now, here or in a worker that takes them first; 0 when all succeeded. Ctrl-C gives back what runs. */
export async function syncCommand(
  sources: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<number> {
  const end = untilSignal()
  const hub = await openHub(await readConfig(), { name: 'sync' })
  try {
    const wanted = wantedStreams(hub, sources, options['stream'] as string | undefined)
    const from = options['from'] as string | undefined
    const range: Range | null =
      from !== undefined ? { from, to: options['to'] as string } : options['full'] === true ? { all: true } : null
    const kind: RunKind =
      options['replay'] === true
        ? 'REPLAY'
        : from !== undefined
          ? 'BACKFILL'
          : options['full'] === true
            ? 'FULL'
            : 'CHANGES'
    const asked = await askForRuns(hub, wanted, kind, range)
    const runs = await whileWorking(hub, 'sync', wanted, () => watch(hub, asked, options['json'] === true, end.signal))
    const good = runs.every((run) => run.state.startsWith('SUCCEEDED')) && asked.held.length === 0
    return good && !end.signal.aborted ? 0 : 1
  } finally {
    await hub.close()
    end.forget()
  }
}

/** Follows the runs to their ends: a line each second while they go (none with --json), one for each end. */
async function watch(hub: Hub, asked: Asked, json: boolean, signal: AbortSignal): Promise<SyncRun[]> {
  const told = new Set<string>()
  const started = performance.now()
  let shown = started
  for (;;) {
    const settled = await asked.settle()
    const runs = await look(hub, asked.ids)
    for (const run of runs) {
      if (!ended(run) || told.has(run.id)) continue
      told.add(run.id)
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

async function look(hub: Hub, ids: readonly number[]): Promise<SyncRun[]> {
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

import { setTimeout as sleep } from 'node:timers/promises'
import type { Range } from '../contract/connector.ts'
import type { RunKind, Wanted } from '../sync/claim.ts'
import { requestRuns } from '../sync/request.ts'
import { startWorker } from '../sync/worker.ts'
import { ask } from './ask.ts'
import { WrongUsage } from './exit-code.ts'
import { type Hub, openHub, readConfig } from './hub.ts'
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
    const requested = await requestRuns(hub.engine, wanted, kind, range)
    for (const one of requested) {
      if (one.held !== null)
        console.error(`${one.source}/${one.stream} is held (${one.held}): hub resume ${one.source} first`)
      else if (one.joined) console.error(`${one.source}/${one.stream}: joined the run that is going`)
    }
    const ids = requested.flatMap((one) => (one.held === null ? [one.run] : []))
    const worker = await startWorker(hub.engine, {
      databaseUrl: hub.store.url,
      name: `sync ${process.pid}`,
      only: wanted,
      pollMs: 300,
    })
    const runs = await watch(hub, ids, options['json'] === true, end.signal)
    await worker.stop()
    const good = runs.every((run) => run.state.startsWith('SUCCEEDED')) && requested.every((one) => one.held === null)
    return good && !end.signal.aborted ? 0 : 1
  } finally {
    await hub.close()
    end.forget()
  }
}

function wantedStreams(hub: Hub, sources: readonly string[], stream: string | undefined): Wanted[] {
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

/** Follows the runs to their ends: a line each second while they go (none with --json), one for each end. */
async function watch(hub: Hub, ids: readonly number[], json: boolean, signal: AbortSignal): Promise<SyncRun[]> {
  const told = new Set<string>()
  const started = performance.now()
  let shown = started
  for (;;) {
    const runs = await look(hub, ids)
    for (const run of runs) {
      if (!ended(run) || told.has(run.id)) continue
      told.add(run.id)
      console.log(json ? lineOf(run) : textOf(run))
    }
    if (runs.every(ended) || signal.aborted) return runs
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

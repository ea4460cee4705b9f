// hub sources: each source's state, lag, counts, what is wrong and who acts.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import type { FailureRow } from './rows.ts'

interface Drift {
  readonly kind: string
  readonly path: string
  readonly found: string
}

interface SourceRow {
  readonly id: string
  readonly state: string
  readonly lastSuccessAt: string | null
  readonly nextRunAt: string | null
  readonly lagSeconds: number | null
  readonly recordCount: number
  readonly quarantineCount: number
  readonly failure: FailureRow | null
  readonly streams: readonly { readonly id: string; readonly drift: readonly Drift[] }[]
}

export function addSources(program: Command, exit: Exit): void {
  program
    .command('sources')
    .description('các nguồn: trạng thái, độ trễ, lỗi và ai xử lý · state, lag, counts, what is wrong and who acts')
    .option('--json')
    .action(async (options: JsonOption) => exit(await printSources(options)))
}

async function printSources({ json }: JsonOption): Promise<number> {
  const { ask } = await import('../../main/ask.ts')
  const { printJson, printTable, shortTime } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  const { failureFields } = await import('./rows.ts')
  const { sources } = (await withHub('sources', false, (hub) =>
    ask(
      hub,
      `{ sources { id connector title state lastSuccessAt nextRunAt lagSeconds recordCount quarantineCount ${failureFields}
         streams { id entity recordCount lastSuccessAt cursor censusAt nextCensusAt censusMissing censusLeftOver heldReason
           drift { kind path found expected firstSeenAt records } } } }`,
    ),
  )) as { readonly sources: readonly SourceRow[] }
  if (json === true) {
    printJson(sources)
    return 0
  }
  printTable(
    ['source', 'state', 'last success', 'lag s', 'records', 'quarantine', 'next run', 'what is wrong, who acts'],
    sources.map((one) => [
      one.id,
      one.state,
      shortTime(one.lastSuccessAt),
      one.lagSeconds,
      one.recordCount,
      one.quarantineCount,
      shortTime(one.nextRunAt),
      [...failureLines(one), ...driftLines(one)].join('\n'),
    ]),
  )
  return 0
}

const failureLines = ({ failure }: SourceRow): string[] =>
  failure === null ? [] : [`${failure.code}: ${failure.message}`, failure.whoActs]

/** One line for each stream whose records have changed structure, until the source is resumed. */
const driftLines = ({ streams }: SourceRow): string[] =>
  streams.flatMap(({ id, drift }) => {
    if (drift.length === 0) return []
    const shown = drift.slice(0, 3).map(({ kind, path, found }) => `${kind} ${path} → ${found}`)
    const more = drift.length > shown.length ? ` +${drift.length - shown.length}` : ''
    return [`${id}: cấu trúc thay đổi · drift: ${shown.join(', ')}${more}`]
  })

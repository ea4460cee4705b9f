// hub subgraphs: the subgraphs of other agencies, each asked now.
import type { Command } from 'commander'
import type { LastGeneration } from '../../main/federation/remote-store.ts'
import type { Registry } from '../../federation/remotes/registry.ts'
import type { Exit, JsonOption } from '../command.ts'

const maxNames = 40

export function addSubgraphs(program: Command, exit: Exit): void {
  program
    .command('subgraphs')
    .description('đồ thị con của cơ quan khác · state of the remote subgraphs')
    .option('--json')
    .action(async (options: JsonOption) => exit(await printSubgraphs(options)))
}

/**
 * Prints of each configured subgraph what is in use and what keeps its newest schema out, and what the last generation
 * changed; 1 when one of them is not serving.
 */
async function printSubgraphs({ json }: JsonOption): Promise<number> {
  const { lastGeneration } = await import('../../main/federation/remote-store.ts')
  const { openRemotes } = await import('../../main/federation/remotes.ts')
  const { printJson } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  return withHub('subgraphs', true, async (hub) => {
    const remotes = await openRemotes(hub, { use: () => undefined })
    try {
      await remotes.refresh()
      const status = remotes.status()
      const last = await lastGeneration(hub.store.database.db)
      if (json === true) printJson(status.map((one) => ({ ...one, lastGeneration: flat(last) })))
      else if (status.length === 0) {
        console.log('Không có đồ thị con nào được cấu hình. · No subgraph is configured (subgraphs in hub.config.ts).')
      } else await printStatus(status, last)
      return status.every((one) => one.state === 'SERVING') ? 0 : 1
    } finally {
      await remotes.close()
    }
  })
}

const noChanges: LastGeneration['changes'] = { added: [], removed: [], changed: [] }

const flat = (last: LastGeneration | null) =>
  last === null ? null : { madeAt: last.madeAt, ...(last.changes ?? noChanges) }

async function printStatus(status: ReturnType<Registry['status']>, last: LastGeneration | null): Promise<void> {
  const { printTable, shortTime } = await import('../print.ts')
  printTable(
    ['subgraph', 'state', 'accepted', 'checked', 'what is wrong', 'warnings'],
    status.map((one) => [
      `${one.name}\n${one.url}`,
      one.state,
      shortTime(vietnamTime(one.acceptedAt)),
      shortTime(vietnamTime(one.checkedAt)),
      one.problem ?? '',
      one.warnings.join('\n'),
    ]),
  )
  if (last !== null) console.log(`\nThế hệ gần nhất · the last generation: ${shortTime(last.madeAt)}`)
  const { added, removed, changed } = last?.changes ?? noChanges
  for (const [sign, names] of [
    ['+', added],
    ['-', removed],
    ['~', changed],
  ] as const) {
    for (const name of names.slice(0, maxNames)) console.log(`${sign} ${name}`)
    if (names.length > maxNames) console.log(`${sign} … ${names.length - maxNames} more`)
  }
}

/** Vietnam's clock, as people there read it. */
const vietnamTime = (time: string | null): string | null =>
  time === null ? null : new Date(Date.parse(time) + 7 * 3_600_000).toISOString()

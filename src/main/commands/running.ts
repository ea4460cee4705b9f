import { type Command, InvalidArgumentError } from 'commander'
import type { Does } from './does.ts'

const aDate = (text: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('a date like 2026-03-05 is expected')
  }
  return text
}

/** Serving and working: start, serve, work, sync. */
export function addRunning(program: Command, does: Does): void {
  for (const [name, roles, text] of [
    ['start', { serves: true, works: true }, 'phục vụ và đồng bộ · serve and work in one process'],
    ['serve', { serves: true, works: false }, 'chỉ cổng GraphQL · only the gateway'],
    ['work', { serves: false, works: true }, 'chỉ đồng bộ · only the sync worker'],
  ] as const) {
    program
      .command(name)
      .description(text)
      .action(async () => {
        const { start } = await import('../start.ts')
        const { readConfig } = await import('../hub.ts')
        does(await start(await readConfig(), roles))
      })
  }

  program
    .command('sync [source...]')
    .description('chạy ngay · run now, with progress; without a source: all of them')
    .option('--stream <stream>', 'one stream only')
    .option('--full', 'read everything anew')
    .option('--from <date>', 'a window: from this date', aDate)
    .option('--to <date>', 'to before this date', aDate)
    .option('--json', 'one JSON object a run')
    .action(async (sources: string[], options: Record<string, unknown>) => {
      if ((options['from'] === undefined) !== (options['to'] === undefined))
        program.error('--from and --to go together', { exitCode: 2 })
      if (options['full'] === true && options['from'] !== undefined)
        program.error('--full and --from exclude each other', { exitCode: 2 })
      const { syncCommand } = await import('../sync-command.ts')
      does(await syncCommand(sources, options))
    })
}

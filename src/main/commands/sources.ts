import type { Command } from 'commander'
import type { Does } from './does.ts'

/** The sources: their state, their runs, their schedule. */
export function addSources(program: Command, does: Does): void {
  program
    .command('sources')
    .description('các nguồn: trạng thái, độ trễ, lỗi và ai xử lý · state, lag, counts, what is wrong and who acts')
    .option('--json')
    .action(async (options: { json?: boolean }) => {
      const { sourcesCommand } = await import('../list-commands.ts')
      does(await sourcesCommand(options))
    })

  program
    .command('runs [source]')
    .description('các lượt chạy · the runs, newest first')
    .option('--json')
    .action(async (source: string | undefined, options: { json?: boolean }) => {
      const { runsCommand } = await import('../list-commands.ts')
      does(await runsCommand(source, options))
    })

  program
    .command('census [source...]')
    .description('kiểm đếm toàn bộ nguồn · counts a source whole, fetches what is missing, removes what has vanished')
    .option('--json', 'one JSON object a stream')
    .action(async (sources: string[], options: { json?: boolean }) => {
      const { censusCommand } = await import('../census-command.ts')
      does(await censusCommand(sources, options))
    })

  for (const name of ['pause', 'resume'] as const) {
    program
      .command(`${name} <source>`)
      .description(
        name === 'pause' ? 'dừng lịch · stops its schedule' : 'cho chạy tiếp · starts it again, also after a brake',
      )
      .option('--json')
      .action(async (source: string, options: { json?: boolean }) => {
        const { pauseCommand } = await import('../quarantine-commands.ts')
        does(await pauseCommand(name, source, options))
      })
  }
}

// hub pause: a source's schedule stops.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import { changeSchedule } from './source-schedule.ts'

export function addPause(program: Command, exit: Exit): void {
  program
    .command('pause <source>')
    .description('dừng lịch · stops its schedule')
    .option('--json')
    .action(async (source: string, options: JsonOption) => exit(await changeSchedule('pause', source, options)))
}

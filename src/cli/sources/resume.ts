// hub resume: a source's schedule goes on, also after a brake.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import { changeSchedule } from './source-schedule.ts'

export function addResume(program: Command, exit: Exit): void {
  program
    .command('resume <source>')
    .description('cho chạy tiếp · starts it again, also after a brake')
    .option('--json')
    .action(async (source: string, options: JsonOption) => exit(await changeSchedule('resume', source, options)))
}

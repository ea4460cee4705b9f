// hub work: the sync worker alone, until a signal.
import type { Command } from 'commander'
import type { Exit } from '../command.ts'
import { runRoles } from './roles.ts'

export function addWork(program: Command, exit: Exit): void {
  program
    .command('work')
    .description('chỉ đồng bộ · only the sync worker')
    .action(async () => exit(await runRoles({ serves: false, works: true })))
}

// hub start: the gateway and the sync worker in one process, until a signal.
import type { Command } from 'commander'
import type { Exit } from '../command.ts'
import { runRoles } from './roles.ts'

export function addStart(program: Command, exit: Exit): void {
  program
    .command('start')
    .description('phục vụ và đồng bộ · serve and work in one process')
    .action(async () => exit(await runRoles({ serves: true, works: true })))
}

// hub serve: the gateway alone, until a signal.
import type { Command } from 'commander'
import type { Exit } from '../command.ts'
import { runRoles } from './roles.ts'

export function addServe(program: Command, exit: Exit): void {
  program
    .command('serve')
    .description('chỉ cổng GraphQL · only the gateway')
    .action(async () => exit(await runRoles({ serves: true, works: false })))
}

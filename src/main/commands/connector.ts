import type { Command } from 'commander'
import type { Does } from './does.ts'

/** Making a connector. */
export function addConnector(program: Command, does: Does): void {
  const connector = program.command('connector').description('bộ kết nối · connectors')
  connector
    .command('new <id>')
    .description('a connector from the template')
    .action(async (id: string) => {
      const { newConnectorCommand } = await import('../connector-commands.ts')
      does(await newConnectorCommand(id))
    })
  connector
    .command('test <folder>')
    .description('the conformance kit on a connector')
    .option('--json')
    .action(async (folder: string, options: { json?: boolean }) => {
      const { testConnectorCommand } = await import('../connector-commands.ts')
      does(await testConnectorCommand(folder, options))
    })
}

import type { Command } from 'commander'
import type { GatewayCommandOptions } from '../gateway-command.ts'
import type { Does } from './does.ts'

/** The schema and what it is composed of. */
export function addFederation(program: Command, does: Does): void {
  program
    .command('schema')
    .description('in lược đồ · prints the SDL')
    .option('--subgraph', 'as a subgraph of another supergraph, with its keys')
    .option('--supergraph', 'composed with the subgraphs of other agencies')
    .action(async (options: { subgraph?: boolean; supergraph?: boolean }) => {
      if (options.supergraph === true) {
        const { supergraphCommand } = await import('../subgraphs-command.ts')
        does(await supergraphCommand())
        return
      }
      if (options.subgraph === true) {
        const { composedSdl } = await import('../graph.ts')
        console.log(composedSdl())
        return
      }
      const { loadSchema } = await import('../../graph/schema/load.ts')
      console.log(loadSchema().sdl)
    })
  program
    .command('subgraphs')
    .description('đồ thị con của cơ quan khác · state of the remote subgraphs')
    .option('--json')
    .action(async (options: { json?: boolean }) => {
      const { subgraphsCommand } = await import('../subgraphs-command.ts')
      does(await subgraphsCommand(options))
    })
  program
    .command('gateway')
    .description(
      'chỉ cổng liên hợp, trên một siêu lược đồ cho sẵn · only the federation gateway, on a given supergraph',
    )
    .requiredOption('--supergraph <file>', 'the SDL of the supergraph')
    .option('--subgraph <name=url...>', 'where a subgraph is; default: as join__Graph says')
    .option('--port <port>', 'default: PORT, else 4000; 0 picks a free one')
    .option('--issuer <url>', 'whose tokens are taken; without it every caller is anonymous')
    .option('--audience <name>', 'the audience of those tokens', 'hub')
    .action(async (options: GatewayCommandOptions) => {
      const { gatewayCommand } = await import('../gateway-command.ts')
      does(await gatewayCommand(options))
    })
}

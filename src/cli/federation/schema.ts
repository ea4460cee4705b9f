// hub schema: the published schema, as a subgraph or composed with those of other agencies.
import type { Command } from 'commander'
import type { Exit } from '../command.ts'

interface SchemaOptions {
  readonly subgraph?: boolean
  readonly supergraph?: boolean
}

export function addSchema(program: Command, exit: Exit): void {
  program
    .command('schema')
    .description('in lược đồ · prints the SDL')
    .option('--subgraph', 'as a subgraph of another supergraph, with its keys')
    .option('--supergraph', 'composed with the subgraphs of other agencies')
    .action(async (options: SchemaOptions) => {
      console.log(await sdlOf(options))
      exit(0)
    })
}

async function sdlOf({ subgraph, supergraph }: SchemaOptions): Promise<string> {
  if (supergraph === true) return composedNow()
  if (subgraph === true) {
    const { composedSdl } = await import('../../main/graph.ts')
    return composedSdl()
  }
  const { loadSchema } = await import('../../graph/schema/load.ts')
  return loadSchema().sdl
}

/** The hub and its subgraphs as they compose now; what keeps one out goes to the error output. */
async function composedNow(): Promise<string> {
  const { openRemotes, ownSupergraph } = await import('../../main/federation/remotes.ts')
  const { withHub } = await import('../with-hub.ts')
  return withHub('schema', true, async (hub) => {
    const remotes = await openRemotes(hub, { use: () => undefined })
    try {
      await remotes.refresh()
      for (const one of remotes.status()) if (one.problem !== null) console.error(`${one.name}: ${one.problem}`)
      return remotes.supergraph?.supergraph ?? (await ownSupergraph())
    } finally {
      await remotes.close()
    }
  })
}

import type { Command } from 'commander'
import type { Does } from './does.ts'

/** The schema and what it is composed of. */
export function addFederation(program: Command, _does: Does): void {
  program
    .command('schema')
    .description('in lược đồ · prints the SDL')
    .action(async () => {
      const { loadSchema } = await import('../../graph/schema.ts')
      console.log(loadSchema().sdl)
    })
}

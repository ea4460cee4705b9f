// hub key new: a new key of encryption at rest, for HUB_KEY or HUB_KEY_FILE.
import type { Command } from 'commander'
import type { Exit } from '../command.ts'

export function addKeyNew(key: Command, exit: Exit): void {
  key
    .command('new')
    .description('in một khoá mới, cho HUB_KEY hoặc HUB_KEY_FILE · prints a new key')
    .action(async () => {
      const { newKey } = await import('../../db/encryption/key.ts')
      console.log(newKey())
      exit(0)
    })
}

// hub quarantine release: rejected records are tried again.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import { globalId } from './record.ts'

export function addQuarantineRelease(quarantine: Command, exit: Exit): void {
  quarantine
    .command('release <id...>')
    .option('--json')
    .action(async (ids: string[], options: JsonOption) => exit(await releaseRecords(ids, options)))
}

/** 0 when every record has left the quarantine. */
async function releaseRecords(ids: readonly string[], { json }: JsonOption): Promise<number> {
  const { ask } = await import('../../main/ask.ts')
  const { printJson } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  return withHub('quarantine release', true, async (hub) => {
    const answer = await ask(hub, `mutation($ids: [ID!]!) { releaseQuarantined(ids: $ids) }`, {
      ids: ids.map(globalId),
    })
    const released = answer['releaseQuarantined'] as number
    if (json === true) printJson({ released })
    else console.log(`${released} of ${ids.length} left the quarantine`)
    return released === ids.length ? 0 : 1
  })
}

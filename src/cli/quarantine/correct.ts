// hub quarantine correct: a rejected record is changed by a JSON merge patch and tried again.
import { isObject } from '../../transport/json-object.ts'
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import { globalId } from './record.ts'

interface CorrectOptions extends JsonOption {
  readonly patch: string
  readonly reason: string
}

export function addQuarantineCorrect(quarantine: Command, exit: Exit): void {
  quarantine
    .command('correct <id>')
    .requiredOption('--patch <json>', 'a JSON merge patch')
    .requiredOption('--reason <text>')
    .option('--json')
    .action(async (id: string, options: CorrectOptions) => exit(await correctRecord(id, options)))
}

/** 0 when the corrected record was accepted. */
async function correctRecord(id: string, { patch, reason, json }: CorrectOptions): Promise<number> {
  const { WrongUsage } = await import('../exit-code.ts')
  if (!isTextOfObject(patch)) {
    throw new WrongUsage('--patch is not a JSON object, expected the members to change, like {"status":"…"}')
  }
  const { ask } = await import('../../main/ask.ts')
  const { printJson } = await import('../print.ts')
  const { withHub } = await import('../with-hub.ts')
  return withHub('quarantine correct', true, async (hub) => {
    const answer = await ask(
      hub,
      `mutation($id: ID!, $patch: String!, $reason: String!) { correctQuarantined(id: $id, patch: $patch, reason: $reason) }`,
      { id: globalId(id), patch, reason },
    )
    const taken = answer['correctQuarantined'] as boolean
    if (json === true) printJson({ id: globalId(id), taken })
    else if (taken) console.log('Corrected and accepted')
    else console.log('Corrected; the record is still rejected (npx --no hub quarantine show)')
    return taken ? 0 : 1
  })
}

function isTextOfObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}

// hub connector test: the conformance kit on the connector of a folder.
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Result } from '../../../tests/kit/conformance/conformance.ts'
import type { Exit, JsonOption } from '../command.ts'
import { wrongUsage } from '../exit-code.ts'

const contract = new URL('../../contract/index.ts', import.meta.url).href

export function addConnectorTest(connector: Command, exit: Exit): void {
  connector
    .command('test <folder>')
    .description('the conformance kit on a connector')
    .option('--json')
    .action(async (folder: string, options: JsonOption) => exit(await testConnector(folder, options)))
}

/**
 * Tries the connector of a folder (relative to the working folder, inside the checkout or outside it) against the conformance kit. 0
 * when no MUST is broken, 1 otherwise, 2 for a folder without a connector.
 */
export async function testConnector(folder: string, { json }: JsonOption): Promise<number> {
  const path = resolve(folder)
  const missing = ['index.ts', 'emulator/index.ts'].filter((name) => !existsSync(join(path, name)))
  if (missing.length > 0) return wrongUsage(`${folder} is no connector: ${missing.join(' and ')} missing`)
  // Outside the checkout no package.json says what #connector is.
  const hooks = registerHooks({
    resolve: (name, context, next) =>
      name === '#connector' ? { url: contract, format: 'module-typescript', shortCircuit: true } : next(name, context),
  })
  const { printJson } = await import('../print.ts')
  let results: readonly Result[]
  try {
    const { loadSubject } = await import('../../../tests/kit/conformance/subject.ts')
    const { connector, emulator } = await loadSubject(path)
    if (typeof connector?.read !== 'function' || typeof emulator !== 'function') {
      throw new Error('the default exports of index.ts and emulator.ts are a connector and an emulator')
    }
    const { conformance } = await import('../../../tests/kit/conformance/conformance.ts')
    results = await conformance(path)
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return wrongUsage(`${folder} cannot be loaded as a connector: ${reason}`)
  } finally {
    hooks.deregister()
  }
  if (json === true) printJson(results.map(flat))
  else for (const line of results.flatMap(lines)) console.log(line)
  return results.some(({ severity, verdict }) => severity === 'MUST' && verdict.is === 'broken') ? 1 : 0
}

/** One object a rule: its verdict by name, and what belongs to that verdict (`looked`, `faults` or `why`). */
function flat({ id, severity, title, verdict: { is, ...more } }: Result): Record<string, unknown> {
  return { id, severity, title, verdict: is, ...more }
}

function lines({ id, severity, title, verdict }: Result): string[] {
  const mark = { kept: '✓', broken: '✗', skipped: '–' }[verdict.is]
  const more = verdict.is === 'skipped' ? ` (${verdict.why})` : ''
  const faults = verdict.is === 'broken' ? verdict.faults.map((fault) => `      ${fault}`) : []
  return [`${mark} ${id} ${severity.padEnd(6)} ${verdict.is.padEnd(7)} ${title}${more}`, ...faults]
}

// hub doctor: what a hub needs, each thing tried.
import type { Command } from 'commander'
import type { Exit, JsonOption } from './command.ts'
import type { Hub } from '../main/hub.ts'

interface Finding {
  readonly what: string
  readonly state: 'ok' | 'wrong'
  readonly detail: string
}

export function addDoctor(program: Command, exit: Exit): void {
  program
    .command('doctor')
    .description('kiểm tra máy, cấu hình, cơ sở dữ liệu, các nguồn · checks configuration, database and sources')
    .option('--json')
    .action(async (options: JsonOption) => exit(await examine(options)))
}

/** Prints what was found of each thing and who acts; 1 when something is wrong. */
async function examine({ json }: JsonOption): Promise<number> {
  const { readConfig } = await import('../main/config.ts')
  const { printJson, printTable } = await import('./print.ts')
  const { withHub } = await import('./with-hub.ts')
  const { configFile } = await readConfig('later')
  const findings: readonly Finding[] = [
    { what: 'runtime', state: 'ok', detail: `Node ${process.versions.node}` },
    { what: 'configuration', state: 'ok', detail: configFile ?? 'none: the demonstration province' },
    ...(await withHub('doctor', true, async (hub) => [await databaseFinding(hub), ...(await sourceFindings(hub))])),
  ]
  if (json === true) printJson(findings)
  else {
    printTable(
      ['what', 'state', 'detail'],
      findings.map((one) => [one.what, one.state, one.detail]),
    )
  }
  return findings.some((one) => one.state === 'wrong') ? 1 : 0
}

async function databaseFinding({ store }: Hub): Promise<Finding> {
  const { rows } = await store.database.pool.query<{ version: string }>('select version()')
  return { what: 'database', state: 'ok', detail: rows[0]!.version.split(',')[0]! }
}

async function sourceFindings({ engine }: Hub): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const source of engine.sources.values()) {
    const what = `source ${source.id}`
    try {
      await source.connector.check(source.open(AbortSignal.timeout(30_000)))
      findings.push({ what, state: 'ok', detail: 'reached, and we are let in' })
    } catch (error) {
      findings.push({ what, state: 'wrong', detail: error instanceof Error ? error.message : '' })
    }
  }
  return findings
}

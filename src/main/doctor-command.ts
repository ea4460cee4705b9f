import { openHub, readConfig } from './hub.ts'
import { printJson, printTable } from './print.ts'
import { openStore } from './store.ts'

interface Finding {
  readonly what: string
  readonly state: 'ok' | 'wrong'
  readonly detail: string
}

export async function migrateCommand(options: { json?: boolean }): Promise<number> {
  const store = await openStore(await readConfig('later'), 'migrate')
  await store.close()
  if (options.json === true) printJson({ migrated: true })
  else console.log('The database is at the version of this code')
  return 0
}

/** Looks at each thing that a hub needs and says what is wrong with it and who acts; 1 when something is. */
export async function doctorCommand(options: { json?: boolean }): Promise<number> {
  const findings: Finding[] = [{ what: 'runtime', state: 'ok', detail: `Node ${process.versions.node}` }]
  const config = await readConfig('later')
  findings.push({ what: 'configuration', state: 'ok', detail: config.configFile ?? 'none: the demonstration province' })
  const hub = await openHub(await readConfig(), { name: 'doctor' })
  try {
    const { rows } = await hub.store.database.pool.query<{ version: string }>('select version()')
    findings.push({ what: 'database', state: 'ok', detail: rows[0]!.version.split(',')[0]! })
    for (const source of hub.engine.sources.values()) {
      try {
        const signal = AbortSignal.timeout(30_000)
        await source.connector.check(source.open(signal))
        findings.push({ what: `source ${source.id}`, state: 'ok', detail: 'reached, and we are let in' })
      } catch (error) {
        findings.push({
          what: `source ${source.id}`,
          state: 'wrong',
          detail: error instanceof Error ? error.message : '',
        })
      }
    }
  } finally {
    await hub.close()
  }
  if (options.json === true) printJson(findings)
  else
    printTable(
      ['what', 'state', 'detail'],
      findings.map((one) => [one.what, one.state, one.detail]),
    )
  return findings.some((one) => one.state === 'wrong') ? 1 : 0
}

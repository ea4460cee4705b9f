import { lastGeneration } from './remote-store.ts'
import { withHub } from './list-commands.ts'
import { printJson, printTable, shortTime } from './print.ts'
import { openRemotes, ownSupergraph } from './remotes.ts'

/**
 * `hub subgraphs`: every configured subgraph is asked now, and shown as it stands: what is in use, what keeps its newest
 * schema out, and what the last generation changed. Exit code 1 when one of them is not serving.
 */
export const subgraphsCommand = (options: { json?: boolean }): Promise<number> =>
  withHub('subgraphs', true, async (hub) => {
    const remotes = await openRemotes(hub, { use: () => undefined })
    try {
      await remotes.refresh()
      const status = remotes.status()
      const last = await lastGeneration(hub.store.database.db)
      const differences = last?.changes ?? { added: [], removed: [], changed: [] }
      if (options.json === true) {
        printJson(
          status.map((one) => ({
            ...one,
            lastGeneration: last === null ? null : { madeAt: last.madeAt, ...differences },
          })),
        )
      } else if (status.length === 0) {
        console.log('Không có đồ thị con nào được cấu hình. · No subgraph is configured (subgraphs in hub.config.ts).')
      } else {
        printTable(
          ['subgraph', 'state', 'accepted', 'checked', 'what is wrong', 'warnings'],
          status.map((one) => [
            `${one.name}\n${one.url}`,
            one.state,
            shortTime(local(one.acceptedAt)),
            shortTime(local(one.checkedAt)),
            one.problem ?? '',
            one.warnings.join('\n'),
          ]),
        )
        if (last !== null) console.log(`\nThế hệ gần nhất · the last generation: ${shortTime(last.madeAt)}`)
        for (const [sign, names] of [
          ['+', differences.added],
          ['-', differences.removed],
          ['~', differences.changed],
        ] as const) {
          for (const name of names.slice(0, 40)) console.log(`${sign} ${name}`)
          if (names.length > 40) console.log(`${sign} … ${names.length - 40} more`)
        }
      }
      return status.every((one) => one.state === 'SERVING') ? 0 : 1
    } finally {
      await remotes.close()
    }
  })

/** `hub schema --supergraph`: the hub and its subgraphs as they compose now; what keeps one out goes to the error output. */
export const supergraphCommand = (): Promise<number> =>
  withHub('schema', true, async (hub) => {
    const remotes = await openRemotes(hub, { use: () => undefined })
    try {
      await remotes.refresh()
      console.log(remotes.supergraph?.supergraph ?? (await ownSupergraph()))
      for (const one of remotes.status()) if (one.problem !== null) console.error(`${one.name}: ${one.problem}`)
      return 0
    } finally {
      await remotes.close()
    }
  })

/** Vietnam's clock, as people there read it. */
const local = (time: string | null): string | null =>
  time === null ? null : new Date(Date.parse(time) + 7 * 3_600_000).toISOString()

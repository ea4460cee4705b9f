import { ask } from './ask.ts'
import { WrongUsage } from './exit-code.ts'
import { type Hub, openHub, readConfig } from './hub.ts'
import { printJson, printTable, shortTime } from './print.ts'

const failure = 'failure { code message whoActs since }'
const runFields = `id source stream state startedAt finishedAt pages read written unchanged removed rejected disorder ${failure}`
export const recordFields = 'id source stream key reason path seenAt tries'

interface Failure {
  readonly code: string
  readonly message: string
  readonly whoActs: string
}
type Row = Readonly<Record<string, string | number | null>> & { readonly failure: Failure | null }

/** Runs a command on the hub of this home, and closes it again. */
export async function withHub<T>(name: string, reads: boolean, act: (hub: Hub) => Promise<T>): Promise<T> {
  const hub = await openHub(await readConfig(reads ? 'now' : 'later'), { name, reads })
  try {
    return await act(hub)
  } finally {
    await hub.close()
  }
}

export const sourcesCommand = (options: { json?: boolean }): Promise<number> =>
  withHub('sources', false, async (hub) => {
    const answer = await ask(
      hub,
      `{ sources { id connector title state lastSuccessAt nextRunAt lagSeconds recordCount quarantineCount ${failure}
         streams { id entity recordCount lastSuccessAt cursor censusAt nextCensusAt censusMissing censusLeftOver heldReason
           drift { kind path found expected firstSeenAt records } } } }`,
    )
    const sources = answer['sources'] as Row[]
    if (options.json === true) printJson(sources)
    else {
      printTable(
        ['source', 'state', 'last success', 'lag s', 'records', 'quarantine', 'next run', 'what is wrong, who acts'],
        sources.map((one) => [
          one['id']!,
          one['state']!,
          shortTime(one['lastSuccessAt'] as string | null),
          one['lagSeconds'] ?? null,
          one['recordCount']!,
          one['quarantineCount']!,
          shortTime(one['nextRunAt'] as string | null),
          [
            one.failure === null ? '' : `${one.failure.code}: ${one.failure.message}\n${one.failure.whoActs}`,
            ...driftLines(one as unknown as { streams: readonly StreamDrift[] }),
          ]
            .filter((line) => line !== '')
            .join('\n'),
        ]),
      )
    }
    return 0
  })

interface StreamDrift {
  readonly id: string
  readonly drift: readonly { readonly kind: string; readonly path: string; readonly found: string }[]
}

/** One line a stream whose records have come to look different, until somebody resumes the source. */
const driftLines = ({ streams }: { readonly streams: readonly StreamDrift[] }): string[] =>
  streams.flatMap(({ id, drift }) => {
    if (drift.length === 0) return []
    const told = drift.slice(0, 3).map(({ kind, path, found }) => `${kind} ${path} → ${found}`)
    const more = drift.length > told.length ? ` +${drift.length - told.length}` : ''
    return [`${id}: cấu trúc thay đổi · drift: ${told.join(', ')}${more}`]
  })

/** Throws WrongUsage where neither the configuration nor the database knows the source. */
export async function requireSource(hub: Hub, source: string | undefined): Promise<void> {
  if (source === undefined) return
  const { sources } = (await ask(hub, '{ sources { id } }')) as { sources: { id: string }[] }
  const known = sources.map((one) => one.id)
  if (known.includes(source)) return
  throw new WrongUsage(`There is no source ${source}, expected one of ${known.join(', ')}`)
}

/** All pages of a connection, at most `most` rows. */
async function all(
  hub: Hub,
  root: string,
  args: string,
  fields: string,
  variables: object,
  most: number,
): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | null = null
  while (rows.length < most) {
    const answer = await ask(
      hub,
      `query($source: String, $after: String) { ${root}(first: 100, after: $after, ${args}) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
      { ...variables, after },
    )
    const page = answer[root] as { nodes: Row[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }
    rows.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) break
    after = page.pageInfo.endCursor
  }
  return rows
}

export const runsCommand = (source: string | undefined, options: { json?: boolean }): Promise<number> =>
  withHub('runs', false, async (hub) => {
    await requireSource(hub, source)
    const rows = await all(hub, 'runs', 'source: $source', runFields, { source: source ?? null }, 1000)
    if (options.json === true) printJson(rows)
    else {
      printTable(
        ['run', 'source', 'stream', 'state', 'started', 'read', 'written', 'removed', 'rejected', 'failure'],
        rows
          .slice(0, 50)
          .map((one) => [
            one['id']!,
            one['source']!,
            one['stream']!,
            one['state']!,
            shortTime(one['startedAt'] as string | null),
            one['read']!,
            one['written']!,
            one['removed']!,
            one['rejected']!,
            [
              one['disorder'] === 0 ? '' : `${one['disorder']} sai thứ tự · out of order`,
              one.failure === null ? '' : `${one.failure.code}: ${one.failure.message}`,
            ]
              .filter((text) => text !== '')
              .join('; '),
          ]),
      )
    }
    return 0
  })

export const quarantineListCommand = (source: string | undefined, options: { json?: boolean }): Promise<number> =>
  withHub('quarantine', false, async (hub) => {
    await requireSource(hub, source)
    const rows = await all(
      hub,
      'quarantine',
      'source: $source',
      recordFields,
      { source: source ?? null },
      Number.MAX_SAFE_INTEGER,
    )
    if (options.json === true) printJson(rows)
    else {
      printTable(
        ['record', 'source', 'stream', 'key', 'reason', 'path', 'seen', 'tries'],
        rows.map((one) => [
          one['id']!,
          one['source']!,
          one['stream']!,
          one['key'] ?? null,
          one['reason']!,
          one['path'] ?? null,
          shortTime(one['seenAt'] as string | null),
          one['tries']!,
        ]),
      )
    }
    return 0
  })

// Reading lists of the hub's own schema for a table of the command line.
import { ask } from '../../main/ask.ts'
import type { Hub } from '../../main/hub.ts'
import { WrongUsage } from '../exit-code.ts'

export const failureFields = 'failure { code message whoActs since }'

export interface FailureRow {
  readonly code: string
  readonly message: string
  readonly whoActs: string
}

/** Throws WrongUsage where neither the configuration nor the database knows the source. */
export async function requireSource(hub: Hub, source: string | undefined): Promise<void> {
  if (source === undefined) return
  const { sources } = (await ask(hub, '{ sources { id } }')) as { sources: { id: string }[] }
  const known = sources.map((one) => one.id)
  if (known.includes(source)) return
  throw new WrongUsage(`There is no source ${source}, expected one of ${known.join(', ')}`)
}

/** The nodes of a connection that takes a source, page by page, until there are `maxRows` of them. */
export async function rowsOfSource<Row>(
  hub: Hub,
  connection: string,
  fields: string,
  source: string | undefined,
  maxRows = Number.MAX_SAFE_INTEGER,
): Promise<Row[]> {
  await requireSource(hub, source)
  const rows: Row[] = []
  let after: string | null = null
  while (rows.length < maxRows) {
    const answer = await ask(
      hub,
      `query($source: String, $after: String) { ${connection}(first: 100, after: $after, source: $source) {
         nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
      { source: source ?? null, after },
    )
    const page = answer[connection] as {
      readonly nodes: readonly Row[]
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    }
    rows.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) break
    after = page.pageInfo.endCursor
  }
  return rows
}

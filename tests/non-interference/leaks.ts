import type { Answer, Leak } from './answers.ts'
import type { Operation } from './operation.ts'

const tables = { dossiers: 'dossier', documents: 'document', reports: 'report', cameras: 'camera' } as const

const everyRow = async (answer: Answer, operation: Operation, query: (text: string) => Promise<number>) => {
  const name = operation.follow
  if (name === undefined || !Object.hasOwn(tables, name)) return null
  const connection = answer.data?.[name]
  if (connection === undefined || connection === null) return null
  return { connection, count: await query(`select count(*)::integer as n from ${tables[name as keyof typeof tables]}`) }
}

/** Faults that a hub could have, each of which tells of rows that the caller does not see. */
export const leaks: Readonly<Record<string, Leak>> = {
  'a total that counts rows of other agencies': async (answer, operation, { pool }) => {
    const found = await everyRow(answer, operation, async (text) => (await pool.query<{ n: number }>(text)).rows[0]!.n)
    if (found?.connection.totalCount !== undefined) found!.connection.totalCount = found!.count
    return answer
  },
  'a next page that rows of other agencies would fill': async (answer, operation, { pool }) => {
    const found = await everyRow(answer, operation, async (text) => (await pool.query<{ n: number }>(text)).rows[0]!.n)
    if (found !== null) found.connection.pageInfo.hasNextPage = found.count > found.connection.nodes.length + 33
    return answer
  },
  'another answer for what is denied than for what is not there': async (answer, { variables }, { pool }) => {
    const [type, source, key] = String(variables['id']).split(':')
    if (type !== 'Dossier' || answer.data === undefined || answer.data?.node !== null) return answer
    const { rows } = await pool.query('select 1 from dossier where source_id = $1 and key = $2', [source, key])
    return rows.length === 0
      ? answer
      : { ...answer, errors: [{ message: 'denied', extensions: { code: 'FORBIDDEN' } }] }
  },
}

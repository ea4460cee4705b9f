// The nightly copy that open statistics rest on, and which of its cells are released.
import { CompiledQuery, type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { newStatement, type Sql } from '../graph/sql/statement.ts'
import type { Combination, Dimensions } from './cells.ts'
import { additiveMeasures, type AnyDeclaration, groupSql, localZone, openGroup, openGroups } from './declaration.ts'
import { releasedCells } from './disclosure/lattice.ts'
import { baseSql } from './measure.ts'

/**
 * The published copies of all these statistics are what their rows are now, and the day of publication is today. Readers see
 * the old copies or the new ones, never half. Safe to repeat.
 *
 * @example
 * await publishStatistics(db, statisticsIn(mappings), new Date())
 */
export async function publishStatistics(
  db: Kysely<Tables>,
  statistics: readonly AnyDeclaration[],
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('hub statistics'))`.execute(trx)
    for (const one of statistics) {
      await copyRows(trx, one, now)
      await releaseCells(trx, one)
    }
    await sql`
      insert into publication (day) values ((${now.toISOString()}::timestamptz at time zone ${sql.lit(localZone)})::date)
      on conflict (single) do update set day = excluded.day
    `.execute(trx)
  })
}

async function copyRows(trx: Transaction<Tables>, declaration: AnyDeclaration, now: Date): Promise<void> {
  const { table, where, published, columns } = declaration
  const statement = newStatement()
  const at = { statement, now: now.toISOString() }
  const copied = Object.entries(columns).filter(([, column]) => column.published)
  const values = copied.map(([name, column]) => column.sql?.('r', at) ?? `r.${name}`)
  const condition = where?.('r', at) ?? 'true'
  await run(trx, `delete from ${published.table}`)
  await run(
    trx,
    `insert into ${published.table} (${[published.key, ...copied.map(([name]) => name)].join(', ')})
    select ${['r.id', ...values].join(', ')} from ${table} r where ${condition}`,
    statement.params,
  )
}

const atOnce = 5_000

/** Which cells of the copy are released, decided over all of them together. */
async function releaseCells(trx: Transaction<Tables>, declaration: AnyDeclaration): Promise<void> {
  const { published, measures } = declaration
  const names = additiveMeasures(measures).map(([, { name }]) => name)
  const agencies = await trx.selectFrom('agency').select(['id', 'path']).execute()
  const cells = releasedCells(
    await combinations(trx, declaration),
    dimensionsOf(declaration),
    new Map(agencies.map(({ id, path }) => [path, id])),
  )
  await run(trx, `delete from ${published.releasedCells}`)
  const columns = names.map((_, at) => `m${at}`)
  for (let from = 0; from < cells.length; from += atOnce) {
    const some = cells.slice(from, from + atOnce).map(({ measures: released, ...cell }) => ({
      ...cell,
      ...Object.fromEntries(released.map((one, at) => [`m${at}`, one])),
    }))
    await run(
      trx,
      `insert into ${published.releasedCells}
        (${['agency_id', 'grouped', 'value', 'month', 'count', ...names.map((name) => `${name}_released`)].join(', ')})
      select ${['agency', '"group"', 'value', 'month', 'count', ...columns].join(', ')}
      from json_to_recordset($1) as t(${[
        'agency bigint, "group" text, value text, month text, count integer',
        ...columns.map((name) => `${name} boolean`),
      ].join(', ')})`,
      [JSON.stringify(some)],
    )
  }
}

/** How the open breakdowns of a declaration distinguish rows. */
export function dimensionsOf(declaration: AnyDeclaration): Dimensions {
  return {
    agency: openGroup(declaration, 'agency')?.name ?? null,
    month: openGroup(declaration, 'month')?.name ?? null,
    groups: [...openGroups(declaration)].flatMap(([name, group]) =>
      group.kind === 'value' || group.kind === 'reference' ? [{ name, many: group.many === true }] : [],
    ),
  }
}

/** The rows of the copy, counted by all open groups at once; the same copy gives the same order. */
async function combinations(trx: Transaction<Tables>, declaration: AnyDeclaration): Promise<Combination[]> {
  const agency = openGroup(declaration, 'agency')?.group
  const month = openGroup(declaration, 'month')?.group
  const others = dimensionsOf(declaration).groups.map(({ name }) => groupSql(declaration.groups[name]!, 'p'))
  const keys = [
    agency === undefined ? 'null::bigint' : groupSql(agency, 'p'),
    agency === undefined ? `''::text` : `p.${agency.path}`,
    month === undefined ? 'null::text' : groupSql(month, 'p'),
    ...others,
  ]
  const counts = ['count(*)::integer', ...additiveMeasures(declaration.measures).map(([, one]) => baseSql(one, 'p'))]
  const selected = [...keys.map((key, at) => `${key} as k${at}`), ...counts.map((count, at) => `${count} as c${at}`)]
  const numbers = keys.map((_, at) => at + 1).join(', ')
  // As text only after they are ordered by what they are.
  const texts = others.map((_, at) => `, coalesce(k${at + 3}::text, '') as v${at}`).join('')
  const rows = await run(
    trx,
    `select c.*${texts} from (
      select ${selected.join(', ')} from ${declaration.published.table} p group by ${numbers}
    ) c order by ${keys.map((_, at) => `k${at}`).join(', ')}`,
  )
  return rows.map((row) => ({
    agency: row['k0'] as number | null,
    path: row['k1'] as string,
    month: row['k2'] as string | null,
    values: others.map((_, at) => row[`v${at}`] as string),
    count: row['c0'] as number,
    measures: counts.slice(1).map((_, at) => row[`c${at + 1}`] as number),
  }))
}

async function run(
  trx: Transaction<Tables>,
  text: Sql,
  params: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const { rows } = await trx.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, [...params]))
  return rows
}

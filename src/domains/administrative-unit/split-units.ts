// Finds mentioned units that were split into several.
import { sql, type Transaction } from 'kysely'
import type { Tables } from '../../db/tables.ts'

/** A unit as a record names it: by its code, and the day on which the code is meant. */
export interface UnitMention {
  readonly code: string
  /** `2026-03-05`. */
  readonly on: string
}

export const mentionKey = ({ code, on }: UnitMention): string => `${code} ${on}`

/**
 * Of the mentioned units those that no longer existed on their day and had more than one successor there, such as an old commune
 * that was split: the codes of these, sorted, by `mentionKey`. A code that some unit bears on the day, one with a single
 * successor and one that no table knows are not among them.
 */
export async function splitUnits(
  trx: Transaction<Tables>,
  mentions: readonly UnitMention[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const asked = new Map(mentions.map((one) => [mentionKey(one), one]))
  if (asked.size === 0) return new Map()
  const { rows } = await sql<{ code: string; on: string; successors: string[] }>`
    with recursive asked as (
      select code, "on"::date as day from json_to_recordset(${JSON.stringify([...asked.values()])}) as a(code text, "on" text)
    ), followed as (
      select a.code, a.day, u.id, 0 as steps
      from asked a join administrative_unit u on u.code = a.code and u.valid_to <= a.day
      where not exists (select 1 from administrative_unit s where s.code = a.code
          and coalesce(s.valid_from, '-infinity') <= a.day and a.day < coalesce(s.valid_to, 'infinity'))
        and not exists (select 1 from administrative_unit l where l.code = a.code and l.valid_to <= a.day
          and l.valid_to > u.valid_to)
      union
      select f.code, f.day, c.to_id, f.steps + 1
      from followed f join administrative_unit u on u.id = f.id and u.valid_to <= f.day
        join unit_change c on c.from_id = f.id
      where f.steps < 8
    )
    select f.code, to_char(f.day, 'YYYY-MM-DD') as on, array_agg(distinct u.code order by u.code) as successors
    from followed f join administrative_unit u on u.id = f.id
    where coalesce(u.valid_from, '-infinity') <= f.day and f.day < coalesce(u.valid_to, 'infinity')
    group by f.code, f.day having count(distinct u.id) > 1
  `.execute(trx)
  return new Map(rows.map((row) => [mentionKey(row), row.successors]))
}

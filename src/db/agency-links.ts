// Which columns name an agency and bear its path: what a migration says of each, so that rows follow moves and merges.
import { type QueryExecutorProvider, sql } from 'kysely'

/** Says what happens to a row when its agency is forgotten: it keeps the agency, goes with it, or has no part in it. */
type OnForget = 'keep' | 'delete' | 'ignore'

export interface AgencyLink {
  readonly table: string
  /** The column that has the agency's number; default `agency_id`. */
  readonly id?: string
  /** The column that bears the agency's path: it is the agency's at every commit. */
  readonly path?: string
  /**
   * Whose path a row without an agency bears: that of the source in this column; or as a function of the database sets it,
   * `f(source text, source_path text)`, which is called when agencies or the source have moved. Default: the row keeps its path.
   */
  readonly withoutAgency?: { readonly source: string } | { readonly setBy: string }
  /**
   * The columns that are unique together with the number, `[]` where it is by itself: of two rows that a merge makes equal in
   * them the one of the agency that goes is deleted.
   */
  readonly unique?: readonly string[]
  /** Default `keep`: an agency is not forgotten while a row names it. */
  readonly onForget?: OnForget
}

/**
 * Rows of the table follow the agency that a column refers to, through moves, merges and forgetting. Example:
 * `followAgency(db, { table: 'permit', path: 'agency_path' })`. Throws where the table or a column is not there.
 */
export async function followAgency(db: QueryExecutorProvider, link: AgencyLink): Promise<void> {
  const { table, id = 'agency_id', path = null, withoutAgency, unique, onForget = 'keep' } = link
  const source = withoutAgency !== undefined && 'source' in withoutAgency ? withoutAgency.source : null
  const setBy = withoutAgency !== undefined && 'setBy' in withoutAgency ? withoutAgency.setBy : null
  await columnsExist(db, table, [id, path, source, ...(unique ?? [])])
  await functionsExist(db, [setBy === null ? null : `${setBy}(text, text)`])
  await sql`
    insert into agency_link (table_name, column_name, names_by, path_column, source_column, path_function, unique_columns, on_forget)
    values (${table}, ${id}, 'ID', ${path}, ${source}, ${setBy}, ${unique === undefined ? null : [...unique]}::text[], ${onForget.toUpperCase()})
  `.execute(db)
}

/** The same for rows that name an agency by a code, whichever of its codes it is; they keep the agency. */
export async function followAgencyCode(
  db: QueryExecutorProvider,
  { table, code, path }: { readonly table: string; readonly code: string; readonly path: string },
): Promise<void> {
  await columnsExist(db, table, [code, path])
  await sql`
    insert into agency_link (table_name, column_name, names_by, path_column, on_forget)
    values (${table}, ${code}, 'CODE', ${path}, 'KEEP')
  `.execute(db)
}

/**
 * The same for a column that has agencies' numbers within a text, which only its domain can read. Functions of the database:
 * `merge(keep bigint, gone bigint)` after all other columns have been merged, `names(agency bigint) returns boolean`.
 */
export async function followAgencyWithin(
  db: QueryExecutorProvider,
  link: { readonly table: string; readonly column: string; readonly merge: string; readonly names: string },
): Promise<void> {
  await columnsExist(db, link.table, [link.column])
  await functionsExist(db, [`${link.merge}(bigint, bigint)`, `${link.names}(bigint)`])
  await sql`
    insert into agency_link (table_name, column_name, names_by, merge_function, names_function, on_forget)
    values (${link.table}, ${link.column}, 'TEXT', ${link.merge}, ${link.names}, 'KEEP')
  `.execute(db)
}

/** The table is computed as a whole, so that nothing in it follows an agency until then. */
export async function recomputedForAgencies(
  db: QueryExecutorProvider,
  { table, column = 'agency_id' }: { readonly table: string; readonly column?: string },
): Promise<void> {
  await columnsExist(db, table, [column])
  await sql`
    insert into agency_link (table_name, column_name, names_by, on_forget)
    values (${table}, ${column}, 'RECOMPUTED', 'IGNORE')
  `.execute(db)
}

async function columnsExist(
  db: QueryExecutorProvider,
  table: string,
  columns: readonly (string | null)[],
): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select c.name from unnest(${columns.filter((name) => name !== null)}::text[]) c(name)
    where not exists (select 1 from pg_attribute a where a.attrelid = to_regclass(quote_ident(${table}))
      and a.attname = c.name and a.attnum > 0 and not a.attisdropped)
  `.execute(db)
  if (rows[0] !== undefined)
    throw new Error(`${table} has no column ${rows[0].name} by which it could follow an agency`)
}

async function functionsExist(db: QueryExecutorProvider, names: readonly (string | null)[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select f.name from unnest(${names.filter((name) => name !== null)}::text[]) f(name)
    where to_regprocedure(f.name) is null
  `.execute(db)
  if (rows[0] !== undefined) throw new Error(`there is no function ${rows[0].name} that could follow an agency`)
}

/**
 * What would break or be forgotten when agencies move or merge: columns that refer to an agency or bear a path without being
 * linked, and unique columns that a merge would violate. Empty before there are agencies.
 */
export async function columnsNoAgencyFollows(db: QueryExecutorProvider): Promise<string[]> {
  const { rows: linked } = await sql<{
    there: boolean
  }>`select to_regclass('agency_link') is not null as there`.execute(db)
  if (linked[0]?.there !== true) return []
  const { rows } = await sql<{ fault: string }>`
    with columns as (
      select a.attrelid, a.attnum, t.relname as table_name, a.attname as column_name
      from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      where t.relnamespace = current_schema()::regnamespace and t.relkind in ('r', 'p') and t.relname not in ('agency', 'agency_link')
    )
    select format('%s.%s names an agency: followAgency or recomputedForAgencies says what it does when agencies merge',
      c.table_name, c.column_name) as fault
    from columns c
    where (c.column_name = 'agency_id' or exists (select 1 from pg_constraint k
        where k.contype = 'f' and k.conrelid = c.attrelid and k.confrelid = 'agency'::regclass and c.attnum = any(k.conkey)))
      and not exists (select 1 from agency_link l where l.table_name = c.table_name and l.column_name = c.column_name)
    union all
    select format('%s.%s bears an agency''s path: followAgency says by which column it follows a move', c.table_name, c.column_name)
    from columns c
    where (c.column_name = 'agency_path' or exists (select 1 from pg_policy p join pg_depend d on d.classid = 'pg_policy'::regclass
        and d.objid = p.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = c.attrelid and d.refobjsubid = c.attnum
        where p.polrelid = c.attrelid and p.polname = 'seen_by_path'))
      and not exists (select 1 from agency_link l where l.table_name = c.table_name and l.path_column = c.column_name)
    union all
    select format('%s.%s is unique together with %s: followAgency names them, or a merge of agencies breaks',
      c.table_name, c.column_name, together.columns)
    from columns c
    join agency_link l on l.table_name = c.table_name and l.column_name = c.column_name and l.names_by = 'ID'
    join pg_index i on i.indrelid = c.attrelid and i.indisunique and c.attnum = any(i.indkey::smallint[])
    cross join lateral (
      select array_agg(o.attname::text order by o.attname) as columns from pg_attribute o
      where o.attrelid = i.indrelid and o.attnum = any(i.indkey::smallint[]) and o.attnum <> c.attnum
    ) together
    where (coalesce(together.columns, '{}') <@ l.unique_columns and l.unique_columns <@ coalesce(together.columns, '{}')) is not true
      and i.indpred is null and i.indexprs is null
    union all
    select format('%s: the index %s is unique by an expression, a part of the rows or an exclusion, which a merge of agencies cannot follow; name plain columns instead',
      l.table_name, i.indexrelid::regclass)
    from agency_link l join pg_class t on t.relname = l.table_name and t.relnamespace = current_schema()::regnamespace
    join pg_index i on i.indrelid = t.oid and (i.indisunique or i.indisexclusion)
      and (i.indpred is not null or i.indexprs is not null or i.indisexclusion or i.indnkeyatts < i.indnatts)
    join pg_attribute a on a.attrelid = t.oid and a.attname = l.column_name
    where l.names_by = 'ID' and exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass
        and d.objid = i.indexrelid and d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid and d.refobjsubid = a.attnum)
    order by 1
  `.execute(db)
  return rows.map(({ fault }) => fault)
}

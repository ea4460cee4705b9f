// The tables of a backup: their order, columns and contents.
import type pg from 'pg'

/** The first message of a backup. */
export interface Manifest {
  readonly kind: 'manifest'
  /** When its snapshot was taken, ISO 8601. */
  readonly at: string
  readonly server: string
  /** The migrations that the database had run: its schema's version. */
  readonly migrations: readonly string[]
  /** Ordered so that every table comes after those that it references. */
  readonly tables: readonly BackupTable[]
  readonly sequences: readonly { readonly name: string; readonly last: string }[]
}

export interface BackupTable {
  readonly name: string
  /** The stored columns, not the computed ones. */
  readonly columns: readonly string[]
}

/** The message after the rows of a table. */
export interface TableEnd {
  readonly kind: 'table'
  readonly table: string
  readonly rows: number
  /** Of the rows as COPY writes them. */
  readonly bytes: number
  readonly sha256: string
  /** The sum of a hash of each row, computed by the database: the same for the same rows in any order. */
  readonly content: string
}

/** The last message of a file. */
export interface BackupEnd {
  readonly kind: 'end'
  readonly tables: number
  readonly rows: number
}

/** Tables that are restored empty: they belong to transactions of one server, or to migrations. */
export const notCopied: ReadonlySet<string> = new Set(['change', 'feed', 'kysely_migration', 'kysely_migration_lock'])

/** Settings under which every server and role writes values alike, and a policy that would hide rows is an error. */
export const sameText = `
  set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local intervalstyle = 'iso_8601';
  set local bytea_output = 'hex'; set local extra_float_digits = 1; set local statement_timeout = 0;
  set local row_security = off; set local synchronize_seqscans = off`

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
export const columnsOf = (table: BackupTable): string => table.columns.map(quoted).join(', ')

/** The names of the hub's tables in this schema: those that no extension brought. */
export async function tableNames(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select c.relname as name from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by c.relname`)
  return rows.map(({ name }) => name)
}

/** The tables to copy, with their columns, each after those that it references. */
export async function backupTables(client: pg.ClientBase): Promise<BackupTable[]> {
  const names = (await tableNames(client)).filter((name) => !notCopied.has(name))
  const { rows: columns } = await client.query<{ table: string; columns: string[] }>(
    `select c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace and c.relname = any($1)
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname`,
    [names],
  )
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `select distinct f.relname as from, t.relname as to
     from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
     where k.contype = 'f' and f.relnamespace = current_schema()::regnamespace and f.oid <> t.oid`,
  )
  const columnsByTable = new Map(columns.map((one) => [one.table, one.columns]))
  const ordered: string[] = []
  let left = names
  while (left.length > 0) {
    const free = left.filter((name) => !references.some((one) => one.from === name && left.includes(one.to)))
    const next = free.length > 0 ? free : left.slice(0, 1) // circular references, which a restore would refuse
    ordered.push(...next)
    left = left.filter((name) => !next.includes(name))
  }
  return ordered.map((name) => ({ name, columns: columnsByTable.get(name) ?? [] }))
}

/** The number of rows of a table, and the sum of their hashes. */
export async function contentOf(client: pg.ClientBase, table: BackupTable): Promise<{ rows: number; content: string }> {
  const { rows } = await client.query<{ rows: string; content: string }>(
    `select count(*)::text as rows, coalesce(sum(hashtextextended(row(${columnsOf(table)})::text, 0)), 0)::text as content
     from ${quoted(table.name)}`,
  )
  return { rows: Number(rows[0]!.rows), content: rows[0]!.content }
}

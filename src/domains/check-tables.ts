// Whether the migrated database keeps what the domains declare: who reads each table, and what follows the tree of agencies.
import type pg from 'pg'
import { hubTables } from './check.ts'
import { type Domain, recomputed, type TableRule } from './define.ts'
import { type House, rangeOf } from './gather.ts'

/** Views of the hub's own tables that answers are read from. */
const hubViews: readonly string[] = ['stream_name']

/** A table or view as the database has it. */
interface Found {
  readonly name: string
  readonly view: boolean
  /** Whether the role that answers are read under may read it. */
  readonly readable: boolean
  readonly guarded: boolean
  /** Conditions of its policies for that role. */
  readonly policies: readonly string[]
  /** Columns of bytes: in a domain's tables these are sealed values. */
  readonly bytes: readonly string[]
}

/** A column that refers to an agency, by its foreign key or by its name; `path`: it bears an agency's path. */
interface AgencyColumn {
  readonly table: string
  readonly name: string
  readonly path: boolean
}

/** What a row of `agency_link` says: this column follows when agencies merge, and this path when they move. */
interface Link {
  readonly table: string
  readonly id: string
  readonly path: string | null
}

type Queries = Pick<pg.Pool, 'query'>

/** Throws one error that lists every fault: its table and column, what was found and what is expected. */
export async function assertTables(db: Queries, house: House): Promise<void> {
  const faults = await tablesFaults(db, house)
  if (faults.length > 0) {
    throw new Error(
      `the hub does not start, its database does not keep what the domains declare:\n${faults.join('\n')}`,
    )
  }
}

async function tablesFaults(db: Queries, { domains }: House): Promise<string[]> {
  const found = new Map((await readTables(db)).map((one) => [one.name, one]))
  const columns = await readAgencyColumns(db)
  const links = await readLinks(db)
  const declared = new Set(domains.flatMap(({ tables, views }) => [...Object.keys(tables), ...views]))
  const strange = [...found.values()].filter(
    ({ name, readable }) => readable && !declared.has(name) && !hubTables.includes(name) && !hubViews.includes(name),
  )
  return [
    ...strange.map(({ name }) => `${name}: answers may read it, expected a rule of a domain that says who sees it`),
    ...domains.flatMap((domain) =>
      Object.entries(domain.tables).flatMap(([name, rule]) => [
        ...seenFaults(domain, name, rule, found.get(name)),
        ...sealedFaults(domain, name, found.get(name)),
        ...('agency' in domain.tables
          ? []
          : agencyFaults(
              name,
              rule,
              columns.filter(({ table }) => table === name),
              links.filter(({ table }) => table === name),
            )),
      ]),
    ),
  ]
}

function seenFaults(domain: Domain, name: string, { seen }: TableRule, found: Found | undefined): string[] {
  if (found === undefined) return [`${name}: expected a table of this name, made by the migration of ${domain.name}`]
  if (seen === 'never') {
    return found.readable ? [`${name}: answers may read it, expected no grant to the reader's role`] : []
  }
  if (!found.readable) return [`${name}: expected a grant to the reader's role, as it is seen by ${seen}`]
  if (seen === 'open') {
    return found.guarded ? [`${name}: is under row security, expected none as it is said to be open`] : []
  }
  if (!found.guarded || found.policies.length === 0) {
    return [`${name}: expected row security with a policy, as it is seen by ${seen}`]
  }
  const setting = `hub.${rangeOf(domain)}_from`
  // A row is seen when one of the policies holds, so that each has to narrow.
  return seen === 'path' && !found.policies.every((text) => text.includes(setting))
    ? [`${name}: expected a policy by the setting ${setting}, as it is seen by path`]
    : []
}

/** What key rotation does not know is lost with the older key. */
function sealedFaults({ name: domain, sealed }: Domain, table: string, found: Found | undefined): string[] {
  const known = new Set(sealed.flatMap((kind) => (kind.table === table ? kind.sealed : [])))
  return (found?.bytes ?? [])
    .filter((column) => !known.has(column))
    .map(
      (column) =>
        `${table}.${column}: has bytes, expected it among what ${domain} seals, so that key rotation renews it`,
    )
}

function agencyFaults(
  table: string,
  { agencies }: TableRule,
  columns: readonly AgencyColumn[],
  links: readonly Link[],
): string[] {
  const paths = new Set(Object.values(agencies))
  const unsaid = columns.filter(({ name, path }) => (path ? !paths.has(name) : !Object.hasOwn(agencies, name)))
  const gone = Object.keys(agencies).filter((name) => !columns.some((one) => one.name === name && !one.path))
  const linked = Object.entries(agencies)
  return [
    ...unsaid.map(({ name }) => `${table}.${name}: is an agency's, expected it among the columns that follow agencies`),
    ...gone.map((name) => `${table}.${name}: expected a column that refers to an agency`),
    ...linked
      .filter(([id, path]) => !links.some((one) => one.id === id && one.path === path))
      .map(
        ([id, path]) =>
          `${table}.${id}: expected a link to agencies${path === null ? '' : ` with ${path}`} (followAgency in its migration)`,
      ),
    ...links
      .filter(({ id, path }) => !linked.some((one) => one[0] === id && one[1] === path))
      .map(({ id }) => `${table}.${id}: follows agencies in the database, expected the domain to say so`),
  ]
}

async function readTables(db: Queries): Promise<readonly Found[]> {
  const { rows } = await db.query<Found>(`
    select c.relname as name, c.relkind in ('v', 'm') as view, c.relrowsecurity as guarded,
      has_table_privilege('hub_reader', c.oid, 'select') as readable,
      array(select coalesce(pg_get_expr(p.polqual, p.polrelid), '') from pg_policy p where p.polrelid = c.oid
        and p.polpermissive and p.polcmd in ('r', '*')
        and p.polroles && array[0::oid, (select r.oid from pg_roles r where r.rolname = 'hub_reader')]) as policies,
      array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        and a.atttypid in ('bytea'::regtype, 'bytea[]'::regtype) order by 1) as bytes
    from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
      and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`)
  return rows
}

async function readAgencyColumns(db: Queries): Promise<readonly AgencyColumn[]> {
  const { rows } = await db.query<AgencyColumn>(`
    select c.relname as table, a.attname as name, a.attname ~ '(^|_)agency_path$' as path
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
      and (a.attname ~ '(^|_)agency_(id|path)$' or exists (
        select 1 from pg_constraint k where k.contype = 'f' and k.conrelid = c.oid and a.attnum = any(k.conkey)
          and k.confrelid = to_regclass('agency')))`)
  return rows
}

/** The links that the trigger on `agency` follows. */
async function readLinks(db: Queries): Promise<readonly Link[]> {
  const { rows } = await db.query<Link>(`
    select table_name as table, column_name as id,
      case when names_by = 'RECOMPUTED' then '${recomputed}' else path_column end as path
    from agency_link where names_by in ('ID', 'RECOMPUTED')`)
  return rows
}

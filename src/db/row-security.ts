// Who sees the rows of a table when answers are read: what a migration says of each table and view that it makes.
import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * The role that answers are read under: it owns nothing, changes nothing, and sees only the rows of the scope that its
 * connection states. The compiled conditions come first; a statement that forgot its own still meets the policies.
 */
export const readerRole = 'hub_reader'

/** A range that reaches up to here is that of all agencies: no path begins with this character. */
const lastCharacter = `U&'\\+10FFFF'`

/** A condition: the path lies in the domain's range of the connection. `path` is SQL of a column, `x.agency_path`. */
export const within = (path: string, domain: string): string =>
  `(${path} >= ${rangeEnd(domain, 'from')} and ${path} < ${rangeEnd(domain, 'to')})`

/** A condition: the connection sees the domain's rows of all agencies. */
export const everywhere = (domain: string): string => `${rangeEnd(domain, 'to')} = ${lastCharacter}`

function rangeEnd(domain: string, end: 'from' | 'to'): string {
  if (!/^[a-z][a-z0-9_-]*$/.test(domain))
    throw new Error(`${domain} is no domain's name: lower-case letters, digits, - and _`)
  return `current_setting('hub.${domain.replaceAll('-', '_')}_${end}', true)`
}

/**
 * Rows are seen whose path lies in the domain's range. Example: `seenByPath(db, { table: 'permit', domain: 'permit' })`.
 * That the path follows its agency is said by `followAgency`; a migration that leaves it out is refused.
 */
export async function seenByPath(
  db: QueryExecutorProvider,
  { table, domain, path = 'agency_path' }: { readonly table: string; readonly domain: string; readonly path?: string },
): Promise<void> {
  await protect(db, table)
  await sql`create policy seen_by_path on ${sql.id(table)} for select to ${sql.id(readerRole)}
    using (${sql.raw(within(`"${path}"`, domain))})`.execute(db)
}

/**
 * Rows are seen that meet the condition, SQL in which other tables show only what their own policies let the caller see.
 * Said more than once for a table, each under its own `reason`, a row is seen when one of them is true. Example:
 * `seenWith(db, { table: 'permit_step', condition: 'exists (select 1 from permit p where p.id = permit_id)' })`.
 */
export async function seenWith(
  db: QueryExecutorProvider,
  { table, condition, reason }: { readonly table: string; readonly condition: string; readonly reason?: string },
): Promise<void> {
  await protect(db, table)
  const name = reason === undefined ? 'seen' : `seen_${reason}`
  await sql`create policy ${sql.id(name)} on ${sql.id(table)} for select to ${sql.id(readerRole)}
    using (${sql.raw(condition)})`.execute(db)
}

/** Every row of these tables and views is open to everybody. A view shows what its owner sees, past all policies. */
export async function seenByAll(db: QueryExecutorProvider, ...names: readonly string[]): Promise<void> {
  await sql`grant select on ${idsOf(names)} to ${sql.id(readerRole)}`.execute(db)
}

/** No answer reads these tables: the role has no right to, and would meet no policy if it had. */
export async function seenByNobody(db: QueryExecutorProvider, ...tables: readonly string[]): Promise<void> {
  for (const table of tables) await sql`alter table ${sql.id(table)} enable row level security`.execute(db)
  await sql`revoke all on ${idsOf(tables)} from ${sql.id(readerRole)}`.execute(db)
}

async function protect(db: QueryExecutorProvider, table: string): Promise<void> {
  await sql`alter table ${sql.id(table)} enable row level security`.execute(db)
  await seenByAll(db, table)
}

const idsOf = (names: readonly string[]) => sql.join(names.map((name) => sql.id(name)))

/**
 * The tables of this schema for which no migration has said who sees them, each with what is missing. The role cannot read
 * them; but nobody has decided so. Tables of extensions, of other owners and of the migrator itself are not looked at.
 */
export async function tablesNobodySpokeFor(db: QueryExecutorProvider): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select t.relname as name
    from pg_class t
    cross join lateral (
      select has_table_privilege(${readerRole}, t.oid, 'select') as granted,
        exists (select 1 from pg_policy p where p.polrelid = t.oid and p.polcmd = 'r'
          and p.polroles = array[(select oid from pg_roles where rolname = ${readerRole})]) as has_policy
    ) says
    where t.relnamespace = current_schema()::regnamespace and t.relkind in ('r', 'p', 'm', 'f')
      and pg_has_role(t.relowner, 'usage') and t.relname not in ('kysely_migration', 'kysely_migration_lock')
      and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = t.oid and d.deptype = 'e')
      and case when t.relrowsecurity then says.granted <> says.has_policy else not says.granted end
    order by 1
  `.execute(db)
  return rows.map(({ name }) => `${name}: seenByPath, seenWith, seenByAll or seenByNobody says who sees its rows`)
}

/**
 * The role is there and this account may take it, and it may look into this schema. Roles belong to the server, not to the
 * database: another hub's migration may make it at the same moment. Safe to repeat. An account that may not create roles
 * gets an error with the statements that an administrator runs.
 */
export async function makeReader(db: QueryExecutorProvider): Promise<void> {
  await sql`
    do $$
    begin
      if not exists (select 1 from pg_roles where rolname = 'hub_reader') then
        begin
          create role hub_reader nologin;
        exception
          when duplicate_object or unique_violation then null;
          when insufficient_privilege then
            raise exception 'the account % may not create the role that answers are read under; run as an administrator: create role hub_reader nologin; grant hub_reader to %;',
              current_user, quote_ident(current_user);
        end;
      end if;
      if not (select rolsuper from pg_roles where rolname = current_user) then
        begin
          execute format('grant hub_reader to %I', current_user);
        exception when others then
          if not pg_has_role(current_user, 'hub_reader', 'member') then
            raise exception 'the account % may not take the role hub_reader; run as an administrator: grant hub_reader to %;',
              current_user, quote_ident(current_user);
          end if;
        end;
      end if;
      execute format('grant usage on schema %I to hub_reader', current_schema());
    end $$`.execute(db)
}

// Agencies in their tree, and how the rows of all other tables follow when an agency moves, merges or is forgotten.
import { type Kysely, sql } from 'kysely'
import { followAgency, followAgencyCode } from '../src/db/agency-links.ts'
import { seenByAll, seenByNobody } from '../src/db/row-security.ts'

export async function up(db: Kysely<unknown>): Promise<void> {
  await agencies(db)
  await links(db)
  await moves(db)
  await merges(db)
  await forgetting(db)
  await sourcePaths(db)

  await followAgency(db, { table: 'agency_code', onForget: 'delete' })
  await followAgency(db, { table: 'agency_external', onForget: 'delete' })
  await followAgency(db, { table: 'agency_part', onForget: 'delete' })
  await followAgencyCode(db, { table: 'source', code: 'agency_code', path: 'agency_path' })
}

async function agencies(db: Kysely<unknown>): Promise<void> {
  // path: the codes from the root down, each followed by '/'. A subtree is the range from path to path_end.
  await sql`
    create table agency (
      id bigint generated always as identity primary key,
      code text collate "C" not null unique,
      other_codes text[] not null default '{}',
      name text not null,
      parent_id bigint references agency,
      path text collate "C" not null,
      path_end text collate "C" generated always as (left(path, -1) || '0') stored,
      unit_id bigint references administrative_unit,
      search text generated always as (fold(code || ' ' || name)) stored
    )`.execute(db)
  await sql`create index agency_parent on agency (parent_id, code)`.execute(db)
  await sql`create index agency_path on agency (path)`.execute(db)
  await sql`create index agency_unit on agency (unit_id)`.execute(db)
  await sql`create table agency_code (code text collate "C" primary key, agency_id bigint not null references agency)`.execute(
    db,
  )
  await sql`create index agency_code_agency on agency_code (agency_id)`.execute(db)
  await sql`
    create table agency_external (
      source_id text not null,
      external_id text not null,
      agency_id bigint not null references agency,
      primary key (source_id, external_id)
    )`.execute(db)
  await sql`create index agency_external_agency on agency_external (agency_id)`.execute(db)
  // What each list says of an agency; with stream_id '', under which name a source's records mention it.
  await sql`
    create table agency_part (
      source_id text not null,
      stream_id text not null,
      key text not null,
      agency_id bigint not null references agency,
      code text not null,
      name text not null,
      parent_code text,
      primary key (source_id, stream_id, key)
    )`.execute(db)
  await sql`create index agency_part_agency on agency_part (agency_id)`.execute(db)
  await seenByAll(db, 'agency', 'agency_code')
  await seenByNobody(db, 'agency_external', 'agency_part')
}

/** Which columns of which tables name an agency; filled by `src/db/agency-links.ts`, which says what each column means. */
async function links(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agency_link (
      table_name text not null,
      column_name text not null,
      names_by text not null check (names_by in ('ID', 'CODE', 'TEXT', 'RECOMPUTED')),
      path_column text,
      source_column text,
      path_function text,
      unique_columns text[],
      on_forget text not null check (on_forget in ('KEEP', 'DELETE', 'IGNORE')),
      merge_function text,
      names_function text,
      primary key (table_name, column_name)
    )`.execute(db)
  await seenByNobody(db, 'agency_link')
}

/** One statement for each link, however many agencies have moved. */
async function moves(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function agency_rows_follow(moved bigint[]) returns void language plpgsql as $$
    declare
      link agency_link;
    begin
      for link in select * from agency_link where names_by = 'ID' and path_column is not null order by table_name loop
        execute format('update %1$I t set %2$I = a.path from agency a
          where a.id = t.%3$I and a.id = any($1) and t.%2$I is distinct from a.path',
          link.table_name, link.path_column, link.column_name) using moved;
      end loop;
    end $$`.execute(db)
  await sql`
    create function agency_codes_follow(recoded bigint[]) returns void language plpgsql as $$
    declare
      link agency_link;
    begin
      for link in select * from agency_link where names_by = 'CODE' order by table_name loop
        execute format('update %1$I t set %2$I = a.path from agency_code c join agency a on a.id = c.agency_id
          where c.code = t.%3$I and a.id = any($1) and t.%2$I is distinct from a.path',
          link.table_name, link.path_column, link.column_name) using recoded;
      end loop;
    end $$`.execute(db)
  // Rows without an agency whose paths rest on more than their source's.
  await sql`
    create function rows_without_agency_follow(source text, source_path text) returns void language plpgsql as $$
    declare
      link agency_link;
    begin
      for link in select * from agency_link where path_function is not null order by table_name loop
        execute format('select %I($1, $2)', link.path_function) using source, source_path;
      end loop;
    end $$`.execute(db)
  await sql`
    create function agency_moved() returns trigger language plpgsql as $$
    declare
      moved bigint[];
      recoded bigint[];
      relocated boolean;
    begin
      select array_agg(n.id) filter (where n.path <> o.path),
        array_agg(n.id) filter (where n.path <> o.path or n.other_codes <> o.other_codes),
        bool_or(n.path <> o.path or n.unit_id is distinct from o.unit_id)
      into moved, recoded, relocated
      from before o join after n on n.id = o.id;
      if moved is not null then
        perform agency_rows_follow(moved);
      end if;
      if recoded is not null then
        perform agency_codes_follow(recoded);
      end if;
      if relocated then
        perform rows_without_agency_follow(s.id, s.agency_path) from source s;
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger agency_moved after update on agency referencing old table as before new table as after
    for each statement execute function agency_moved()`.execute(db)
}

/** Two agencies prove to be one: every row that names `gone` names `keep` from now on and bears its path. */
async function merges(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function agency_merge(keep bigint, gone bigint) returns void language plpgsql as $$
    declare
      link agency_link;
      kept_path text := (select path from agency where id = keep);
      same_row text;
    begin
      update agency set parent_id = keep where parent_id = gone and id <> keep;
      update agency set parent_id = null where id = keep and parent_id = gone;
      for link in select * from agency_link where names_by = 'ID' order by table_name loop
        if link.unique_columns is not null then
          same_row := (select coalesce(string_agg(format(' and k.%1$I = g.%1$I', one), ''), '') from unnest(link.unique_columns) one);
          execute format('delete from %1$I g where g.%2$I = $1 and exists (select 1 from %1$I k where k.%2$I = $2%3$s)',
            link.table_name, link.column_name, same_row) using gone, keep;
        end if;
        if link.path_column is null then
          execute format('update %1$I set %2$I = $1 where %2$I = $2', link.table_name, link.column_name) using keep, gone;
        else
          execute format('update %1$I set %2$I = $1, %3$I = $3 where %2$I = $2', link.table_name, link.column_name, link.path_column)
            using keep, gone, kept_path;
        end if;
      end loop;
      for link in select * from agency_link where names_by = 'TEXT' order by table_name loop
        execute format('select %I($1, $2)', link.merge_function) using keep, gone;
      end loop;
      delete from agency where id = gone;
      perform agency_codes_follow(array[keep]);
      perform rows_without_agency_follow(s.id, s.agency_path) from source s;
    end $$`.execute(db)
}

/** An agency that no list and no row names any more goes; its codes and the sources' numbers of it go with it. */
async function forgetting(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function agency_is_named(one bigint) returns boolean language plpgsql as $$
    declare
      link agency_link;
      named boolean;
    begin
      for link in select * from agency_link where on_forget = 'KEEP' order by table_name loop
        case link.names_by
          when 'ID' then
            execute format('select exists (select 1 from %I where %I = $1)', link.table_name, link.column_name)
              into named using one;
          when 'CODE' then
            execute format('select exists (select 1 from agency_code c join %I t on t.%I = c.code where c.agency_id = $1)',
              link.table_name, link.column_name) into named using one;
          when 'TEXT' then
            execute format('select %I($1)', link.names_function) into named using one;
        end case;
        if named then
          return true;
        end if;
      end loop;
      return false;
    end $$`.execute(db)
  await sql`
    create function agency_forget(forgotten bigint[]) returns void language plpgsql as $$
    declare
      one bigint;
      link agency_link;
      gone boolean := false;
    begin
      foreach one in array forgotten loop
        if not exists (select 1 from agency_part where agency_id = one and stream_id <> '')
          and not exists (select 1 from agency where parent_id = one)
          and not agency_is_named(one)
        then
          for link in select * from agency_link where on_forget = 'DELETE' order by table_name loop
            execute format('delete from %I where %I = $1', link.table_name, link.column_name) using one;
          end loop;
          delete from agency where id = one;
          gone := true;
        end if;
      end loop;
      if gone then
        perform rows_without_agency_follow(s.id, s.agency_path) from source s;
      end if;
    end $$`.execute(db)
}

/** A source bears its agency's path from its first row on, '' while no agency has the code; its rows without an agency bear it too. */
async function sourcePaths(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function source_path() returns trigger language plpgsql as $$
    declare
      link agency_link;
    begin
      new.agency_path := coalesce((select a.path from agency_code c join agency a on a.id = c.agency_id
        where c.code = new.agency_code), '');
      if tg_op = 'UPDATE' and new.agency_path is distinct from old.agency_path then
        for link in select * from agency_link where source_column is not null order by table_name loop
          execute format('update %1$I set %2$I = $1 where %3$I = $2 and %4$I is null and %2$I is distinct from $1',
            link.table_name, link.path_column, link.source_column, link.column_name) using new.agency_path, new.id;
        end loop;
        perform rows_without_agency_follow(new.id, new.agency_path);
      end if;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger source_path before insert or update of agency_code, agency_path on source
    for each row execute function source_path()`.execute(db)
}

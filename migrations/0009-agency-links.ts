import { type Kysely, sql } from 'kysely'

/** Rows without an agency of their own follow the agency that they were given by; documents follow a merged sender. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index dossier_without_agency on dossier (source_id) where agency_id is null`.execute(db)
  await sql`create index report_join on report (source_id, (code || '|' || agency_code || '|' || period_code))`.execute(
    db,
  )

  // A source stands where its agency does, from its first row on; '' while no agency has the code.
  await sql`
    create function source_place() returns trigger language plpgsql as $$
    begin
      new.agency_path := coalesce((select a.path from agency_code c join agency a on a.id = c.agency_id
        where c.code = new.agency_code), '');
      if tg_op = 'UPDATE' and new.agency_path is distinct from old.agency_path then
        update dossier set agency_path = new.agency_path where source_id = new.id and agency_id is null;
        perform camera_places(new.id, new.agency_path);
      end if;
      return new;
    end $$`.execute(db)
  await sql`
    create function camera_places(source text, source_path text) returns void language sql as $$
      update camera c set agency_path = n.path
      from (select k.id, coalesce((select min(a.path) from agency a where a.unit_id = k.unit_id), source_path) as path
            from camera k where k.source_id = source and k.agency_id is null) n
      where c.id = n.id and c.agency_path is distinct from n.path
    $$`.execute(db)
  await sql`
    create trigger source_place before insert or update of agency_code, agency_path on source
    for each row execute function source_place()`.execute(db)
  await sql`update source set agency_path = agency_path`.execute(db)

  await sql`
    create or replace function agency_rows_follow(moved bigint[]) returns void language plpgsql as $$
    begin
      update dossier d set agency_path = a.path from agency a
        where a.id = d.agency_id and a.id = any(moved) and d.agency_path is distinct from a.path;
      update dossier_published d set agency_path = a.path from agency a
        where a.id = d.agency_id and a.id = any(moved) and d.agency_path is distinct from a.path;
      update document_agency d set agency_path = a.path from agency a
        where a.id = d.agency_id and a.id = any(moved) and d.agency_path is distinct from a.path;
      update report r set agency_path = a.path from agency a
        where a.id = r.agency_id and a.id = any(moved) and r.agency_path is distinct from a.path;
      update camera c set agency_path = a.path from agency a
        where a.id = c.agency_id and a.id = any(moved) and c.agency_path is distinct from a.path;
      update source s set agency_path = a.path from agency_code k join agency a on a.id = k.agency_id
        where k.code = s.agency_code and a.id = any(moved) and s.agency_path is distinct from a.path;
      perform camera_places(s.id, s.agency_path) from source s;
    end $$`.execute(db)

  // Documents are told apart by their sender's number: one agency's documents of two numbers may now be one document. Those
  // are marked '!', and the next message of their source folds them anew.
  await sql`
    create function document_sender_merge(keep bigint, gone bigint) returns void language plpgsql as $$
    declare
      mark text := '^(\\??)' || gone || '(\\||$)';
      kept text := '\\1' || keep || '\\2';
    begin
      update document_part set identity = regexp_replace(identity, mark, kept), fallback = regexp_replace(fallback, mark, kept)
        where identity ~ mark or fallback ~ mark;
      update document_response set identity = regexp_replace(identity, mark, kept), fallback = regexp_replace(fallback, mark, kept)
        where identity ~ mark or fallback ~ mark;
      update document set identity = regexp_replace(identity, mark, kept), fallback = regexp_replace(fallback, mark, kept)
        where identity ~ mark or fallback ~ mark;
      update document d set identity = '!' where d.sender_id = keep and exists (select 1 from document o
        where o.source_id = d.source_id and o.id <> d.id and (o.identity = d.identity or o.fallback = d.fallback));
    end $$`.execute(db)
  await sql`
    create or replace function agency_merge(keep bigint, gone bigint) returns void language plpgsql as $$
    begin
      update dossier set agency_id = keep where agency_id = gone;
      update dossier_event set agency_id = keep where agency_id = gone;
      update dossier_published set agency_id = keep where agency_id = gone;
      update document set sender_id = keep where sender_id = gone;
      perform document_sender_merge(keep, gone);
      delete from document_agency d where d.agency_id = gone
        and exists (select 1 from document_agency k where k.document_id = d.document_id and k.role = d.role and k.agency_id = keep);
      update document_agency set agency_id = keep where agency_id = gone;
      update document_exchange set agency_id = keep where agency_id = gone;
      update report set agency_id = keep where agency_id = gone;
      update camera set agency_id = keep where agency_id = gone;
      update procedure set agency_id = keep where agency_id = gone;
      update agency set parent_id = keep where parent_id = gone and id <> keep;
      update agency set parent_id = null where id = keep and parent_id = gone;
      update agency_code set agency_id = keep where agency_id = gone;
      update agency_external set agency_id = keep where agency_id = gone;
      update agency_part set agency_id = keep where agency_id = gone;
      delete from agency where id = gone;
      perform agency_rows_follow(array[keep]);
    end $$`.execute(db)

  // An agency that no list and no row names any more goes; its codes and the source's numbers of it go with it.
  await sql`
    create function agency_forget(forgotten bigint[]) returns void language plpgsql as $$
    declare
      one bigint;
    begin
      foreach one in array forgotten loop
        if not exists (select 1 from agency_part where agency_id = one and stream_id <> '')
          and not exists (select 1 from agency where parent_id = one)
          and not exists (select 1 from agency_code c join source s on s.agency_code = c.code where c.agency_id = one)
          and not exists (select 1 from dossier where agency_id = one)
          and not exists (select 1 from dossier_event where agency_id = one)
          and not exists (select 1 from document where sender_id = one)
          and not exists (select 1 from document_agency where agency_id = one)
          and not exists (select 1 from document_exchange where agency_id = one)
          and not exists (select 1 from document_part where identity ~ ('^\\??' || one || '(\\||$)'))
          and not exists (select 1 from report where agency_id = one)
          and not exists (select 1 from camera where agency_id = one)
          and not exists (select 1 from procedure where agency_id = one)
        then
          delete from agency_part where agency_id = one;
          delete from agency_code where agency_id = one;
          delete from agency_external where agency_id = one;
          delete from agency where id = one;
        end if;
      end loop;
    end $$`.execute(db)
}

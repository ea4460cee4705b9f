import { type Kysely, sql } from 'kysely'

/** What every table that names an agency does when two agencies prove to be one, or one moves in the tree. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function agency_merge(keep bigint, gone bigint) returns void language plpgsql as $$
    begin
      update dossier set agency_id = keep where agency_id = gone;
      update dossier_event set agency_id = keep where agency_id = gone;
      update document set sender_id = keep where sender_id = gone;
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
  await sql`
    create function agency_rows_follow(moved bigint[]) returns void language plpgsql as $$
    begin
      update dossier d set agency_path = a.path from agency a
        where a.id = d.agency_id and a.id = any(moved) and d.agency_path is distinct from a.path;
      update document_agency d set agency_path = a.path from agency a
        where a.id = d.agency_id and a.id = any(moved) and d.agency_path is distinct from a.path;
      update report r set agency_path = a.path from agency a
        where a.id = r.agency_id and a.id = any(moved) and r.agency_path is distinct from a.path;
      update camera c set agency_path = a.path from agency a
        where a.id = c.agency_id and a.id = any(moved) and c.agency_path is distinct from a.path;
      update source s set agency_path = a.path from agency_code k join agency a on a.id = k.agency_id
        where k.code = s.agency_code and a.id = any(moved) and s.agency_path is distinct from a.path;
    end $$`.execute(db)
}

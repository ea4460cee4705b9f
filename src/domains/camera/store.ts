// Stores cameras and their events.
import { sql } from 'kysely'
import type { CameraEventRecord, CameraRecord } from '../../contract/entity.ts'
import { removeRows } from '../../db/remove-rows.ts'
import type { Refusal, Sink } from '../../db/sink.ts'
import { foldText } from '../../graph/sql/words.ts'
import { mentionKey, splitUnits } from '../administrative-unit/index.ts'
import { pathOfSource, resolveAgencies } from '../agency/index.ts'

export const cameraSink: Sink<CameraRecord> = {
  async upsert(trx, changes) {
    const first = changes[0]
    if (first === undefined) return
    const agencies = await resolveAgencies(
      trx,
      first.source,
      changes.map(({ record }) => record.agency),
    )
    const sourcePath = await pathOfSource(trx, first.source)
    const rows = changes.map(({ key, record, run, firstSeenAt, changedAt }) => {
      const agency = record.agency === null ? null : agencies.get(record.agency.code)!
      return {
        key,
        code: record.code,
        name: record.name,
        manufacturer: record.manufacturer,
        model: record.model,
        firmware: record.firmware,
        serial_number: record.serialNumber,
        agency_id: agency?.id ?? null,
        agency_path: agency?.path ?? null,
        unit_code: record.unitCode,
        latitude: record.location?.latitude ?? null,
        longitude: record.location?.longitude ?? null,
        online: record.online,
        observed_at: record.observedAt,
        profiles: record.profiles,
        search: foldText(`${record.code} ${record.name ?? ''}`),
        first_seen_at: firstSeenAt,
        changed_at: changedAt,
        run_id: run,
      }
    })
    // A unit's former code means its one successor. A camera without an agency is seen by the agency of its unit; one without either by the agency of its source.
    await sql`
      insert into camera (source_id, stream_id, key, code, name, manufacturer, model, firmware, serial_number, agency_id,
        agency_path, unit_id, latitude, longitude, online, observed_at, profiles, search, first_seen_at, changed_at, run_id)
      select ${first.source}, ${first.stream}, r.key, r.code, r.name, r.manufacturer, r.model, r.firmware, r.serial_number,
        r.agency_id,
        coalesce(r.agency_path, (select min(a.path) from agency a where a.unit_id = u.id), ${sourcePath}),
        u.id, r.latitude, r.longitude, r.online, r.observed_at, r.profiles, r.search, r.first_seen_at, r.changed_at, r.run_id
      from json_to_recordset(${JSON.stringify(rows)}) as r(key text, code text, name text, manufacturer text, model text,
        firmware text, serial_number text, agency_id bigint, agency_path text, unit_code text, latitude float8,
        longitude float8, online boolean, observed_at timestamptz, profiles jsonb, search text,
        first_seen_at timestamptz, changed_at timestamptz, run_id bigint)
      left join lateral (
        select min(v.id) as id from administrative_unit v
        where v.valid_to is null and (v.code = r.unit_code or (
          not exists (select 1 from administrative_unit p where p.code = r.unit_code and p.valid_to is null)
          and exists (select 1 from unit_change c join administrative_unit f on f.id = c.from_id
            where f.code = r.unit_code and c.to_id = v.id)))
        having count(*) = 1
      ) u on true
      on conflict (source_id, stream_id, key) do update set code = excluded.code, name = excluded.name,
        manufacturer = excluded.manufacturer, model = excluded.model, firmware = excluded.firmware,
        serial_number = excluded.serial_number, agency_id = excluded.agency_id, agency_path = excluded.agency_path,
        unit_id = excluded.unit_id, latitude = excluded.latitude, longitude = excluded.longitude,
        online = excluded.online, observed_at = excluded.observed_at, profiles = excluded.profiles,
        search = excluded.search, changed_at = excluded.changed_at, run_id = excluded.run_id
    `.execute(trx)
  },
  remove: (trx, removals) => removeRows(trx, 'camera', removals),
  async refuse(trx, records) {
    const { rows } = await sql<{ today: string }>`
      select to_char(now() at time zone 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD') as today
    `.execute(trx)
    const on = rows[0]!.today
    const located = records.flatMap(({ key, record }) =>
      record.unitCode === null ? [] : [{ key, unit: { code: record.unitCode, on } }],
    )
    const split = await splitUnits(
      trx,
      located.map(({ unit }) => unit),
    )
    return new Map(
      located.flatMap(({ key, unit }): [string, Refusal][] => {
        const successors = split.get(mentionKey(unit))
        if (successors === undefined) return []
        return [
          [key, { reject: 'AMBIGUOUS', at: 'unitCode', found: unit.code, expected: `one of ${successors.join(', ')}` }],
        ]
      }),
    )
  },
}

export const cameraEventSink: Sink<CameraEventRecord> = {
  async upsert(trx, changes) {
    const first = changes[0]
    if (first === undefined) return
    const rows = changes.map(({ key, record, run, firstSeenAt, changedAt }) => ({
      key,
      camera_code: record.cameraCode,
      kind: record.kind,
      label: record.label,
      from_at: record.from,
      to_at: record.to,
      first_seen_at: firstSeenAt,
      changed_at: changedAt,
      run_id: run,
    }))
    await sql`
      insert into camera_event (source_id, stream_id, key, camera_code, kind, label, from_at, to_at, first_seen_at, changed_at, run_id)
      select ${first.source}, ${first.stream}, r.* from json_to_recordset(${JSON.stringify(rows)}) as r(key text,
        camera_code text, kind text, label text, from_at timestamptz, to_at timestamptz, first_seen_at timestamptz,
        changed_at timestamptz, run_id bigint)
      on conflict (source_id, stream_id, key) do update set camera_code = excluded.camera_code, kind = excluded.kind,
        label = excluded.label, from_at = excluded.from_at, to_at = excluded.to_at, changed_at = excluded.changed_at,
        run_id = excluded.run_id
    `.execute(trx)
  },
  remove: (trx, removals) => removeRows(trx, 'camera_event', removals),
}

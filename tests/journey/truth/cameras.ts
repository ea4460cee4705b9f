// The cameras and events that the hub must show.
import type { CameraEventRecord, CameraRecord } from '#connector'
import type { Agencies } from './agencies.ts'
import type { Client, Row } from '../client.ts'
import type { Province } from '../province.ts'

export function expectedCameras(province: Province, agencies: Agencies): Record<string, Row> {
  const events = Map.groupBy(province.facts('CameraEvent'), ({ record }) => record.cameraCode)
  return Object.fromEntries(
    province.facts('Camera').map(({ key, record }) => [
      key,
      {
        ...members(record),
        agency: record.agency === null ? null : { code: agencies.canonical(record.agency.code) },
        unit: record.unitCode === null ? null : { code: record.unitCode },
        events: (events.get(record.code) ?? []).map((one) => eventOf(one.record)).toSorted(byText),
      },
    ]),
  )
}

function members({ agency: _agency, unitCode: _unit, ...rest }: CameraRecord): Row {
  return rest
}
const eventOf = ({ cameraCode: _camera, ...rest }: CameraEventRecord): Row => ({
  kind: rest.kind,
  label: rest.label,
  from: new Date(rest.from).toISOString(),
  to: rest.to === null ? null : new Date(rest.to).toISOString(),
})
const byText = (a: Row, b: Row): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** Every camera with all of its events. */
export async function readCameras(client: Client, args?: string): Promise<Record<string, Row>> {
  const rows = await client.all<CameraRow>(
    'cameras',
    `code name manufacturer model firmware serialNumber agency { code } unit { code } location { latitude longitude }
     online observedAt profiles { name encoding width height frameRate streamUri snapshotUri }
     events(first: 100) { totalCount nodes { kind label from to } } provenance { externalId }`,
    args === undefined ? {} : { args },
  )
  return Object.fromEntries(
    rows.map(({ provenance, events, ...rest }) => {
      if (events.totalCount !== events.nodes.length)
        throw new Error(`${String(rest['code'])} has more events than a page`)
      const found = events.nodes.map((one) => eventOf({ ...one, cameraCode: '' } as unknown as CameraEventRecord))
      return [provenance.externalId, { ...rest, events: found.toSorted(byText) }]
    }),
  )
}

interface CameraRow extends Row {
  readonly provenance: { readonly externalId: string }
  readonly events: { readonly totalCount: number; readonly nodes: readonly Row[] }
}

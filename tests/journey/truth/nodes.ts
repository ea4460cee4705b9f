// The types with a global id.
import type { Client } from '../client.ts'

interface Found {
  readonly id: string
  readonly __typename: string
}

/** Every type with a global id, in the order of `firstIds`. */
export const nodeTypes = [
  'Dossier',
  'Document',
  'Report',
  'Indicator',
  'Observation',
  'Camera',
  'CameraEvent',
  'Agency',
  'AdministrativeUnit',
  'Procedure',
  'Run',
  'QuarantinedRecord',
  'AccessEntry',
]

/** The first row of each type with an id. */
export async function firstIds(client: Client): Promise<{ nodes: readonly Found[] }> {
  const one = '(first: 1) { nodes { id __typename } }'
  const data = await client.ask<Record<string, { nodes: readonly (Found & { events: { nodes: Found[] } })[] }>>(`{
    dossiers${one} documents${one} reports${one} indicators${one} observations${one}
    cameras(first: 100) { nodes { id __typename events(first: 1) { nodes { id __typename } } } }
    agencies${one} administrativeUnits${one} procedures${one} runs${one} quarantine${one} accessLog${one}
  }`)
  const first = (field: string): Found => {
    const { id, __typename } = data[field]!.nodes[0]!
    return { id, __typename }
  }
  const event = data['cameras']!.nodes.flatMap(({ events }) => events.nodes)[0]!
  return {
    nodes: [
      ...['dossiers', 'documents', 'reports', 'indicators', 'observations', 'cameras'].map(first),
      event,
      ...['agencies', 'administrativeUnits', 'procedures', 'runs', 'quarantine', 'accessLog'].map(first),
    ],
  }
}

// Cameras and their events.
import { defineDomain, tablesOf } from '../define.ts'
import { examples } from './examples.ts'
import { cameraMapping, cameraParts, cameraRoot } from './mapping.ts'
import { cameraEventSink, cameraSink } from './store.ts'
import type { CameraTables } from './tables.ts'

export const cameraDomain = defineDomain({
  name: 'camera',
  records: {
    Camera: { sink: () => cameraSink, rejectedBytes: 'camera:read' },
    CameraEvent: { sink: () => cameraEventSink, rejectedBytes: 'camera:read' },
  },
  types: () => [cameraRoot, cameraMapping, ...cameraParts],
  tables: tablesOf<CameraTables>({
    camera: { seen: 'path', agencies: { agency_id: 'agency_path' } },
    camera_event: { seen: 'with', agencies: {} },
  }),
  views: [],
  rows: { scope: 'camera:read', table: 'camera', path: 'agency_path' },
  scopes: {
    'camera:read': { vi: 'Đọc camera, trạng thái và sự kiện', en: 'Read cameras, their state and events' },
    'camera:stream': { vi: 'Đọc địa chỉ luồng hình', en: 'Read stream references' },
  },
  sealed: [],
  personal: [],
  topics: {},
  search: ['Camera'],
  sandbox: {
    heading: { vi: 'Camera', en: 'Cameras' },
    roles: { analyst: ['camera:read'] },
    examples,
  },
})

export { cameraEventSink, cameraSink }

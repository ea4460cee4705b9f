export { cameraParts, cameraRoot, cameraMapping } from './mapping.ts'
export { cameraEventSink, cameraSink } from './store.ts'

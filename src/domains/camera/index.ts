export { cameraParts, cameraRoot, cameraShape } from './mapping.ts'
export { cameraEventSink, cameraSink } from './store.ts'

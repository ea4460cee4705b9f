export { cameraParts, cameraRoot, cameraShape } from './shape.ts'
export { cameraEventSink, cameraSink } from './store.ts'

export { documentParts, documentRoot, documentShape } from './shape.ts'
export { documentSink } from './store.ts'

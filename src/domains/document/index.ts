export { documentParts, documentRoot, documentShape } from './mapping.ts'
export { documentSink } from './store.ts'

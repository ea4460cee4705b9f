export { documentParts, documentRoot, documentMapping } from './mapping.ts'
export { documentSink } from './store.ts'

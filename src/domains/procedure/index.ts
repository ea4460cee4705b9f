export { procedureRoot, procedureShape } from './mapping.ts'
export { procedureSink, resolveProcedures } from './store.ts'

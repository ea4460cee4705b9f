export { procedureRoot, procedureMapping } from './mapping.ts'
export { procedureSink, resolveProcedures } from './store.ts'

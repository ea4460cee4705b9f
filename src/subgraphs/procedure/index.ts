export { procedureRoot, procedureShape } from './shape.ts'
export { procedureSink, resolveProcedures } from './store.ts'

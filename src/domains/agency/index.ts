export { resolveAgencies, type ResolvedAgency } from './resolve.ts'
export { settleAgencies } from './settle.ts'
export { agencyRoot, agencyMapping } from './mapping.ts'
export { agencySink } from './store.ts'

export { indicatorMapping, observationMapping, periodMapping, reportRoot, reportMapping } from './mapping.ts'
export { observationSink, reportSink } from './store.ts'

export { indicatorShape, observationShape, periodShape, reportRoot, reportShape } from './mapping.ts'
export { observationSink, reportSink } from './store.ts'

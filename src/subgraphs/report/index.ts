export { indicatorShape, observationShape, periodShape, reportRoot, reportShape } from './shape.ts'
export { observationSink, reportSink } from './store.ts'

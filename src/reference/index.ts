// The front door of the reference data.
export { ReferenceDataError } from './error.ts'
export { importReference } from './import.ts'
export type { ImportOptions } from './import.ts'
export type { ImportedFile, ImportReport } from './report.ts'
export { loadShippedReference, shippedUnits } from './shipped.ts'
export type { ShippedReport } from './shipped.ts'

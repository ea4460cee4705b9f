export { administrativeUnitRoot, administrativeUnitShape, unitChangeShape } from './mapping.ts'
export { mentionKey, splitUnits } from './split-units.ts'
export type { UnitMention } from './split-units.ts'

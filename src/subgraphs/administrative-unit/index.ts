export { administrativeUnitRoot, administrativeUnitShape, unitChangeShape } from './shape.ts'
export { mentionKey, splitUnits } from './split-units.ts'
export type { UnitMention } from './split-units.ts'

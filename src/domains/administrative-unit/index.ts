export { administrativeUnitRoot, administrativeUnitMapping, unitChangeMapping } from './mapping.ts'
export { mentionKey, splitUnits } from './split-units.ts'
export type { UnitMention } from './split-units.ts'

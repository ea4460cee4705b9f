export { administrativeUnitRoot, administrativeUnitShape, unitChangeShape } from './shape.ts'

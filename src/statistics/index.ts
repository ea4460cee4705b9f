// Statistics with disclosure control: what other rooms may import.
export { assertStatistics } from './check.ts'
export { type MomentSql, published, unpublished } from './declaration.ts'
export { publishStatistics } from './publish.ts'
export { type Statistics, statistics, statisticsIn } from './statistics.ts'
export { statisticTables } from './tables.ts'

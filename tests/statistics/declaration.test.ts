import { describe, expect, it } from 'vitest'
import type { TypeMapping } from '../../src/graph/schema/type-mapping.ts'
import { buildSchema } from '../../src/graph/schema/load.ts'
import { declaredStatistics } from '../../src/main/graph.ts'
import { statisticFaults } from '../../src/statistics/check.ts'
import { unpublished } from '../../src/statistics/index.ts'
import { statistics, statisticsIn } from '../../src/statistics/statistics.ts'
import { permitDeclaration, permitSdl, permitStatistics, type PermitTypes } from './made-up.ts'
import { ownMappings, schemaFiles } from './world.ts'

const faultsOf = (change: (sdl: string) => string, mappings: readonly TypeMapping[] = ownMappings()): string[] =>
  statisticFaults(buildSchema(schemaFiles(change(permitSdl))).schema, mappings)

describe('a declaration', () => {
  it('that says all of its schema has no fault', () => {
    expect(statisticsIn(ownMappings()).map(({ cell }) => cell)).toEqual([
      'DossierStatistic',
      'PermitStatistic',
      'DocumentStatistic',
    ])
    expect(faultsOf((sdl) => sdl)).toEqual([])
  })

  it.each<[what: string, change: (sdl: string) => string, fault: string]>([
    [
      'a group of the enum',
      (sdl) => sdl.replace('    KIND\n', '    KIND\n    STREET\n'),
      'the group of PermitGroup STREET is not declared',
    ],
    [
      'a group that the enum has no more',
      (sdl) => sdl.replace('    HOLDER_SEX\n', ''),
      'the group of PermitGroup HOLDER_SEX is not in the schema',
    ],
    [
      'a measure of the cell',
      (sdl) => sdl.replace('revokedCount: Int', 'revokedCount: Int\n expiredCount: Int'),
      'the field of PermitStatistic expiredCount is not declared',
    ],
    [
      'a measure that the cell has no more',
      (sdl) => sdl.replace('revokedCount: Int', ''),
      'the field of PermitStatistic revokedCount is not in the schema',
    ],
    [
      'the field of a group',
      (sdl) => sdl.replace('holderSex: String', ''),
      'the field of PermitStatistic holderSex is not in the schema',
    ],
    [
      'whether a cell was suppressed',
      (sdl) =>
        sdl.replace('count: Int\n    revokedCount: Int\n    suppressed: Boolean!', 'count: Int\n revokedCount: Int'),
      'the field of PermitStatistic suppressed is not in the schema',
    ],
    [
      'the filter of an agency',
      (sdl) => sdl.replace('office: StringFilter', ''),
      'the group OFFICE is restricted by office, which is no member of its filter',
    ],
    [
      'its root field',
      (sdl) => sdl.replace('permitStatistics(', 'permitNumbers('),
      'Query.permitStatistics is not in the schema',
    ],
  ])('that forgets %s is refused', (_what, change, fault) => {
    const faults = faultsOf(change)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(fault)
  })

  it('whose cell or counted type has no mapping is refused', () => {
    const without = (name: string) => ownMappings().filter(({ type }) => type !== name)
    expect(faultsOf((sdl) => sdl, without('PermitStatistic'))).toEqual([
      'Query.permitStatistics: no mapping says where PermitStatistic comes from',
    ])
    expect(faultsOf((sdl) => sdl, without('Permit'))).toEqual([
      'Query.permitStatistics: Permit has no mapping of the table permit',
    ])
  })

  it('that forgets a group or a measure does not compile', () => {
    const { KIND: _kind, ...groups } = permitDeclaration.groups
    // @ts-expect-error the group KIND is forgotten
    statistics<PermitTypes>({ ...permitDeclaration, groups })
    // @ts-expect-error the measure revokedCount is forgotten
    statistics<PermitTypes>({ ...permitDeclaration, measures: {} })
    const narrowed = { ...permitDeclaration.groups.OFFICE, filter: 'nothing' } as const
    // @ts-expect-error the filter has no member `nothing`
    statistics<PermitTypes>({ ...permitDeclaration, groups: { ...permitDeclaration.groups, OFFICE: narrowed } })
    expect(Object.keys(permitStatistics.cell.fields)).toHaveLength(7)
  })

  it('that contradicts itself is refused', () => {
    const { columns, groups, measures } = permitDeclaration
    const declare = (change: Partial<typeof permitDeclaration>) => () =>
      statistics<PermitTypes>({ ...permitDeclaration, ...change })
    const { kind: _kind, ...fewer } = columns
    expect(declare({ columns: fewer })).toThrow('the group KIND rests on kind, which is no declared column')
    expect(declare({ columns: { ...columns, revoked: unpublished() } })).toThrow(
      'revokedCount rests on revoked, which is not published',
    )
    expect(declare({ groups: { ...groups, KIND: { ...groups.ISSUE_MONTH } } })).toThrow('two groups are by month')
    const bySex = { kind: 'count', name: 'sex', where: (row: string) => `${row}.sex = 'F'` } as const
    expect(declare({ measures: { ...measures, revokedCount: bySex } })).toThrow(
      'revokedCount rests on sex, which is not published',
    )
  })
})

it('the hub publishes the statistics that its domains declare', () => {
  expect(declaredStatistics().map(({ cell }) => cell)).toEqual(['DossierStatistic'])
})

// The pages' operations against the published schema.
import { getNamedType, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import * as operations from '../../src/web/console/operations.ts'
import { EXAMPLES } from '../../src/web/sandbox/examples.ts'
import { ROLES, roleOf } from '../../src/web/sandbox/roles.ts'
import { publishedSchema, schemaFor } from './published-schema.ts'

const published = publishedSchema()

function faults(query: string, schema = published): string[] {
  return validate(schema, parse(query)).map((fault) => fault.message)
}

describe('the saved examples', () => {
  it('there are at least ten, one a domain, each with its own name', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(10)
    expect(new Set(EXAMPLES.map((example) => example.id)).size).toBe(EXAMPLES.length)
    const text = EXAMPLES.map((example) => example.query).join('\n')
    // One thing, many of them, and both ways of asking: one of the fields that lead to a type is shown.
    const leading = Map.groupBy(Object.values(published.getQueryType()?.getFields() ?? {}), ({ type }) =>
      getNamedType(type).name.replace(/Connection$/, ''),
    )
    leading.delete('Node')
    expect(leading.size).toBeGreaterThan(8)
    for (const [type, fields] of leading) {
      expect(
        fields.some(({ name }) => new RegExp(`\\b${name}\\b`).test(text)),
        type,
      ).toBe(true)
    }
  })

  it.each(EXAMPLES.map((example) => [example.id, example] as const))(
    '%s is valid in the published schema',
    (_, one) => {
      expect(faults(one.query)).toEqual([])
      if (one.variables !== '') expect(() => void JSON.parse(one.variables)).not.toThrow()
    },
  )

  it.each(EXAMPLES.flatMap((one) => one.roles.map((role) => [one.id, role, one.query] as const)))(
    '%s is valid in the schema that the role %s sees',
    (_, role, query) => {
      const scopes = roleOf(role).token?.scope.split(' ') ?? []
      expect(faults(query, schemaFor(new Set(scopes)))).toEqual([])
    },
  )

  it('an example that asks for more than a role may see is caught', () => {
    const sources = EXAMPLES.find((example) => example.id === 'sources')
    expect(faults(sources?.query ?? '', schemaFor(new Set()))).not.toEqual([])
  })
})

describe('the roles', () => {
  it('there are the six, and an unknown one falls back to no token', () => {
    expect(ROLES.map((role) => role.id)).toEqual([
      'anonymous',
      'ward-officer',
      'case-handler',
      'analyst',
      'operator',
      'auditor',
    ])
    expect(roleOf('nobody').token).toBeNull()
  })

  it('a purpose is claimed only by a role whose token carries it', () => {
    for (const role of ROLES) if (role.purpose !== null) expect(role.token?.purposes).toContain(role.purpose)
  })
})

describe('the console’s operations', () => {
  const texts = Object.entries(operations).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )

  it.each([...texts, ['LAST_RUNS', operations.lastRunsQuery(3)] as const])(
    '%s is valid for an operator',
    (_, query) => {
      expect(faults(query, schemaFor(new Set(['operation:read', 'operation:write'])))).toEqual([])
    },
  )

  it('know every state that the schema has', () => {
    const values = (name: string) => {
      const type = published.getType(name)
      return type !== undefined && 'getValues' in type ? type.getValues().map((value) => value.name) : []
    }
    expect([...operations.SOURCE_STATES].toSorted()).toEqual(values('SourceState').toSorted())
    expect([...operations.RUN_STATES].toSorted()).toEqual(values('RunState').toSorted())
  })
})

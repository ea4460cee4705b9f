import { buildASTSchema, GraphQLError, isObjectType, isScalarType, parse } from 'graphql'
import { describe, expect, it } from 'vitest'
import { buildSchema, loadSchema } from '../../../src/graph/schema/load.ts'

const { sdl, schema } = loadSchema()
const ours = Object.values(schema.getTypeMap()).filter(({ name, astNode }) => !name.startsWith('__') && astNode)

describe('the loaded schema', () => {
  it('gives the same text each time and a new instance, which nobody else has changed', () => {
    const again = loadSchema()
    expect(again.sdl).toBe(sdl)
    // Compared outside of expect, which would walk both graphs to explain itself.
    expect(again.schema === schema).toBe(false)
    expect(again.schema.getType('Dossier') === schema.getType('Dossier')).toBe(false)
  })

  it('is told whole by its text: every type once, no extensions, every description', () => {
    const document = parse(sdl)
    const names = document.definitions.flatMap((node) => ('name' in node && node.name ? [node.name.value] : []))
    expect(document.definitions.filter(({ kind }) => kind.endsWith('Extension'))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
    const read = buildASTSchema(document)
    expect(ours.length).toBeGreaterThan(90)
    for (const type of ours) {
      expect(type.description).toMatch(/\S \/ \S/)
      expect(read.getType(type.name)?.description).toBe(type.description)
    }
    const query = read.getQueryType()?.getFields() ?? {}
    expect(Object.keys(query).toSorted()).toEqual(Object.keys(schema.getQueryType()?.getFields() ?? {}).toSorted())
    expect(query['dossiers']?.args.every(({ description }) => description !== undefined)).toBe(true)
  })

  it('keeps the access directives where a policy reads them', () => {
    const dossier = schema.getType('Dossier')
    if (!isObjectType(dossier)) throw new Error('no Dossier')
    const names = dossier.getFields()['applicant']?.astNode?.directives?.map(({ name }) => name.value)
    expect(names).toEqual(['requiresScopes', 'personal'])
  })

  it('reads its scalars strictly', () => {
    const scalar = (name: string) => {
      const type = schema.getType(name)
      if (!isScalarType(type)) throw new Error(`no scalar ${name}`)
      return type
    }
    expect(scalar('Date').parseValue('2024-02-29')).toBe('2024-02-29')
    expect(() => scalar('Date').parseValue('2026-02-29')).toThrow(GraphQLError)
    expect(() => scalar('DateTime').parseValue('2026-03-05T08:00:00')).toThrow(/offset/)
    expect(() => scalar('Decimal').parseValue(1.5)).toThrow(/exact decimal/)
    expect(scalar('Decimal').serialize('0.10')).toBe('0.10')
  })
})

describe('files that make no valid schema', () => {
  const fault = (...texts: string[]): string => {
    try {
      buildSchema(texts.map((text, place) => ({ name: `schema/${place}.graphql`, text })))
    } catch (error) {
      return (error as Error).message
    }
    return ''
  }
  const query = 'type Query { a: Int }'

  it.each([
    ['a syntax error', [query, 'type A {'], /schema\/1\.graphql:1:9 Syntax Error/],
    ['a type that is not there', [query, '\ntype A { b: B }'], /schema\/1\.graphql:2:13 Unknown type "B"/],
    ['a type defined twice', [query, 'type A { b: Int }', 'type A { c: Int }'], /only one type named "A"/],
    [
      'a field defined twice',
      [query, 'extend type Query { a: Int }'],
      /0\.graphql:1:14 schema\/1\.graphql:1:21 Field "Query.a" can only be defined once/,
    ],
    ['an extension of nothing', [query, 'extend type A { b: Int }'], /schema\/1\.graphql:1:13 Cannot extend type "A"/],
    ['a directive that is not there', [`${query} type A @b { c: Int }`], /Unknown directive "@b"/],
    [
      'an interface that is not kept',
      [query, 'interface I { a: Int } type A implements I { b: Int }'],
      /I\.a expected but A does not provide it/,
    ],
    ['no query', ['type A { b: Int }'], /Query root type must be provided/],
    ['a scalar that nobody reads', [query, 'scalar Odd'], /no code reads the scalar Odd/],
  ])('%s is told, with its place where it has one', (_what, texts, expected) => {
    expect(fault(...texts)).toMatch(expected)
  })

  it('are all told at once', () => {
    expect(fault(query, 'type A { b: B }', 'type C { d: D }').split('\n')).toHaveLength(3)
  })

  it('and a valid set is told nothing', () => {
    expect(fault(query, 'extend type Query { b: Date }', 'scalar Date')).toBe('')
  })
})

import fc from 'fast-check'
import {
  buildASTSchema,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getOperationAST,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  Kind,
  parse,
  print,
  validate,
} from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { describe, expect, it } from 'vitest'
import { decided, writtenOn } from '../../../src/graph/operation/build.ts'
import { fieldsOf, type Selection, type Values } from '../../../src/graph/operation/selection.ts'
import { coercedVariables } from '../../../src/graph/operation/variables.ts'
import { selectionNodes, setOf } from '../../../src/graph/operation/write.ts'
import { openSmall } from '../../federation/open.ts'
import { anyOperation } from '../../federation/plan/any-operation.ts'
import { province } from '../../federation/province.ts'

const { schema } = openSmall(province).generation

interface Collected {
  readonly name: string
  readonly field: string
  readonly nodes: readonly FieldNode[]
  /** By the type of the object. */
  readonly inner: Readonly<Record<string, readonly Collected[]>>
}

const objectsOf = (field: string, parent: GraphQLObjectType): readonly GraphQLObjectType[] => {
  const type = getNamedType(parent.getFields()[field]?.type)
  if (!isCompositeType(type)) return []
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
}

/** What graphql-js itself collects. */
function byReference(text: string, values: Values): readonly Collected[] {
  const document = parse(text)
  const fragments = Object.fromEntries(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as [string, FragmentDefinitionNode]] : [],
    ),
  )
  const given = values as { [name: string]: unknown }
  const listed = (fields: ReadonlyMap<string, readonly FieldNode[]>, parent: GraphQLObjectType): readonly Collected[] =>
    [...fields].map(([name, nodes]) => {
      const field = nodes[0]!.name.value
      const inner = objectsOf(field, parent).map((type) => [
        type.name,
        listed(collectSubfields(schema, fragments, given, type, [...nodes]), type),
      ])
      return { name, field, nodes, inner: Object.fromEntries(inner) as Collected['inner'] }
    })
  const root = schema.getQueryType()!
  return listed(collectFields(schema, fragments, given, root, getOperationAST(document)!.selectionSet), root)
}

function byTree(selections: readonly Selection[], parent: GraphQLObjectType): readonly Collected[] {
  return [...fieldsOf(selections, parent.name)].map(([name, same]) => {
    const field = same[0]!.field.name
    const children = same.flatMap((one) => one.children)
    const inner = objectsOf(field, parent).map((type) => [type.name, byTree(children, type)])
    return { name, field, nodes: same.map(({ node }) => node), inner: Object.fromEntries(inner) as Collected['inner'] }
  })
}

/** Without the nodes: a name once or twice is the same question. */
const names = (collected: readonly Collected[]): unknown =>
  collected.map(({ name, field, inner }) => [
    name,
    field,
    Object.entries(inner).map(([type, fields]) => [type, names(fields)]),
  ])

function treeOf(text: string, variables: Values, on: GraphQLSchema = schema) {
  const document = parse(text)
  const definition = getOperationAST(document)!
  const coerced = coercedVariables(on, definition, variables)
  if ('faults' in coerced) throw coerced.faults[0]!
  const written = writtenOn(on, document, definition)
  return { written, definition, values: coerced.values, selections: decided(written, coerced.values) }
}

describe('the tree of an operation', () => {
  const numbers = fc.array(fc.nat(1000), { minLength: 20, maxLength: 40 })
  const root = schema.getQueryType()!

  it('has for every object the fields that graphql-js collects, in their order, from the same nodes', () => {
    let [skipped, fragments] = [0, 0]
    fc.assert(
      fc.property(numbers, fc.boolean(), fc.boolean(), (given, yes, no) => {
        const text = anyOperation(schema, given)
        if (validate(schema, parse(text)).length > 0) return
        const sent = text.includes('$yes') || text.includes('$no') ? { yes, no } : {}
        const { written, selections, values } = treeOf(text, sent)
        if (written.extent.fields > 5_000) return
        if (written.deciding !== null) skipped += 1
        if (text.includes('...')) fragments += 1
        const reference = byReference(text, values)
        const own = byTree(selections, root)
        expect(names(own)).toEqual(names(reference))
        const firsts = (collected: readonly Collected[]) => collected.map(({ nodes }) => print(nodes[0]!))
        expect(firsts(own)).toEqual(firsts(reference))
      }),
      { numRuns: 500, seed: 7 },
    )
    expect(skipped).toBeGreaterThan(50)
    expect(fragments).toBeGreaterThan(200)
  })

  it('asks the same when it is written out again, without a fragment or a condition of its own', () => {
    const writing = { schema, nameOf: (name: string) => name, complete: <T>(one: T): T => one }
    let compared = 0
    fc.assert(
      fc.property(numbers, (given) => {
        const text = anyOperation(schema, given)
        const { written, selections } = treeOf(text, {})
        if (selections.length === 0 || written.extent.fields > 2_000) return
        const again = print(setOf(selectionNodes(selections, root, writing)))
        if (again.includes('{}') || validate(schema, parse(text)).length > 0) return
        expect(again).not.toMatch(/@|\.\.\.\w/)
        expect(names(byTree(treeOf(again, {}).selections, root))).toEqual(names(byTree(selections, root)))
        compared += 1
      }),
      { numRuns: 300, seed: 7 },
    )
    expect(compared).toBeGreaterThan(100)
  })
})

describe('what is remembered of an operation', () => {
  const small = buildASTSchema(parse('type Query { a(n: Int): Query b: Int }'))
  const text = 'query ($no: Boolean = false, $n: Int) { a(n: $n) { b @skip(if: $no) } }'
  const document = parse(text)
  const definition = getOperationAST(document)!
  const tree = (values: Values) => decided(writtenOn(small, document, definition), values)

  it('is one tree for the same definition and the same values of what decides, whatever the others are', () => {
    expect(tree({ no: false, n: 1 })).toBe(tree({ no: false, n: 2 }))
    expect(tree({ no: true })).toBe(tree({ no: true }))
    expect(tree({ no: true })).not.toBe(tree({ no: false }))
    expect(tree({ no: true })[0]?.children).toEqual([])
    const other = buildASTSchema(parse('type Query { a(n: Int): Query b: Int }'))
    expect(decided(writtenOn(other, document, definition), { no: true })).not.toBe(tree({ no: true }))
  })

  it('has an end: a fragment in itself and one that doubles are measured as endless in 100 ms', () => {
    const doubling = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)
    for (const bomb of [
      '{ ...F } fragment F on Query { b ...F }',
      `{ ...F0 } ${doubling.join(' ')}`,
      `{ ...F0 } ${doubling.join(' ')} fragment F40 on Query { b }`,
    ]) {
      const parsed = parse(bomb)
      const before = process.cpuUsage()
      expect(writtenOn(small, parsed, getOperationAST(parsed)!).extent.fields).toBe(Infinity)
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1000).toBeLessThan(100)
    }
  })
})

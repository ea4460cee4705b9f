import {
  astFromValue,
  buildSchema,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  print,
} from 'graphql'
import { expect, it } from 'vitest'
import { loadSchema } from '../../../src/graph/schema/load.ts'
import { promisedNames } from './promised-names.ts'

const paging: Readonly<Record<string, string>> = {
  PAGE: 'first:Int,after:String,last:Int,before:String',
  NEXT: 'first:Int,after:String',
}
const kindOf = (type: GraphQLNamedType): string => {
  if (isScalarType(type)) return 'scalar'
  if (isEnumType(type)) return 'enum'
  if (isUnionType(type)) return 'union'
  if (isInputObjectType(type)) return 'input'
  return isInterfaceType(type) ? 'interface' : 'type'
}
const argumentOf = ({ name, type, defaultValue }: GraphQLArgument, withDefault: boolean): string => {
  const literal = withDefault && defaultValue !== undefined ? astFromValue(defaultValue, type) : null
  return `${name}:${String(type)}${literal === null || literal === undefined ? '' : `=${print(literal)}`}`
}

/** How a type holds one promised member, in the promise's own words; undefined when it has none of that name. */
function held(type: GraphQLNamedType, promise: string): string | undefined {
  const name = /^&?\w+/.exec(promise)?.[0] ?? ''
  if (isEnumType(type)) return type.getValue(name)?.name
  if (isUnionType(type)) return type.getTypes().find((one) => one.name === name)?.name
  if (name.startsWith('&')) {
    return isObjectType(type) && type.getInterfaces().some((one) => `&${one.name}` === name) ? name : undefined
  }
  if (isInputObjectType(type)) {
    const field = type.getFields()[name]
    return field === undefined ? undefined : `${name}:${String(field.type)}`
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined
  const field = type.getFields()[name]
  if (field === undefined) return undefined
  const wanted = /\((.*)\)/.exec(promise)?.[1]?.split(',') ?? []
  const args = wanted.map((argument) => {
    const found = field.args.find((one) => one.name === argument.split(':')[0])
    return found === undefined ? '-' : argumentOf(found, argument.includes('='))
  })
  return `${name}${args.length === 0 ? '' : `(${args.join(',')})`}:${String(field.type)}`
}

/** Each promise that the schema does not keep: a name that is absent, or that has another type, argument or default. */
export function broken(schema: GraphQLSchema, promises: string): string[] {
  const lines = promises.replace(/\n {4}/g, ' ').replace(/\b(PAGE|NEXT)\b/g, (short) => paging[short] ?? short)
  return lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [kind = '', name = '', ...members] = line.trim().split(' ')
      const type = schema.getType(name)
      if (type === undefined || kindOf(type) !== kind) return [`${kind} ${name}`]
      return members.flatMap((member) => (held(type, member) === member ? [] : [`${name}.${member}`]))
    })
}

const { schema } = loadSchema()

it('has every type, field, argument, default and value that clients rely on', () => {
  expect(promisedNames.trim().split(/\s+/).length).toBeGreaterThan(500)
  expect(broken(schema, promisedNames)).toEqual([])
})

it('gives every connection the same members', () => {
  const connections = Object.values(schema.getTypeMap()).filter(({ name }) => name.endsWith('Connection'))
  expect(connections.length).toBeGreaterThan(10)
  for (const { name } of connections) {
    const edge = `${name.replace(/Connection$/, '')}Edge`
    const node = schema.getType(edge)
    const row = isObjectType(node) ? String(node.getFields()['node']?.type) : ''
    const promise = `type ${name} edges:[${edge}!]! nodes:[${row}]! pageInfo:PageInfo! totalCount:Int!
type ${edge} cursor:String! node:${row}`
    expect(broken(schema, promise)).toEqual([])
  }
  const page = 'type PageInfo hasNextPage:Boolean! hasPreviousPage:Boolean! startCursor:String endCursor:String'
  expect(broken(schema, page)).toEqual([])
})

it('a promise that is not kept is found', () => {
  const small = buildSchema(`
    interface Node { id: ID! }
    type Query { a(b: Int = 1, c: String): Int }
    enum Colour { RED }
    input Filter { eq: String }
    scalar Day`)
  const kept = 'type Query a(b:Int=1,c:String):Int\ntype Query a(b:Int):Int\nenum Colour RED\ninput Filter eq:String'
  expect(broken(small, `${kept}\nscalar Day\ninterface Node id:ID!`)).toEqual([])
  for (const promise of [
    'type Query z:Int',
    'type Query a:Int!',
    'type Query a(b:Int=2):Int',
    'type Query a(d:Int):Int',
    'type Query a(b:Int!=1):Int',
    'type Query &Node',
    'enum Colour BLUE',
    'input Filter eq:String!',
    'input Filter in:[String!]',
  ]) {
    const [, name, member] = promise.split(' ')
    expect(broken(small, promise)).toEqual([`${name}.${member}`])
  }
  expect(broken(small, 'scalar Colour\ntype Gone a:Int')).toEqual(['scalar Colour', 'type Gone'])
})

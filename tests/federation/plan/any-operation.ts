// Makes up operations of a schema, for tests that compare answers and count requests.
import { getNamedType, isAbstractType, isCompositeType, isEnumType, isListType, isNonNullType } from 'graphql'
import type { GraphQLCompositeType, GraphQLInputType, GraphQLSchema } from 'graphql'

/** Writes valid operations of a schema; the same numbers give the same text. */
export function anyOperation(schema: GraphQLSchema, numbers: readonly number[]): string {
  let at = 0
  const next = (below: number): number => {
    at += 1
    return (numbers[at % numbers.length]! + at) % below
  }
  const fragments: string[] = []
  const variables = new Set<string>()

  function valueOf(type: GraphQLInputType): string {
    if (isNonNullType(type)) return valueOf(type.ofType)
    if (isListType(type)) return `[${valueOf(type.ofType)}]`
    if (isEnumType(type)) return type.getValues()[next(type.getValues().length)]?.name ?? ''
    const texts: Readonly<Record<string, readonly string[]>> = {
      ID: ['"1"', '"T1"', '"4"', '"0"'],
      String: ['"Chào"', '"Kính gửi"'],
      Boolean: ['true', 'false', '$yes', '$no'],
      Int: ['1', '2'],
    }
    const choices = texts[getNamedType(type).name] ?? ['null']
    const chosen = choices[next(choices.length)] ?? 'null'
    if (chosen.startsWith('$')) variables.add(chosen.slice(1))
    return chosen
  }

  function setOf(type: GraphQLCompositeType, depth: number): string {
    const parts: string[] = []
    const count = 1 + next(4)
    for (let index = 0; index < count; index += 1) parts.push(partOf(type, depth))
    return `{ ${parts.join(' ')} }`
  }

  function partOf(type: GraphQLCompositeType, depth: number): string {
    const condition = conditionOf()
    const kind = next(isAbstractType(type) ? 4 : 8)
    if (kind === 0 && depth > 0) {
      const on = isAbstractType(type)
        ? schema.getPossibleTypes(type)[next(schema.getPossibleTypes(type).length)]!
        : type
      return `... on ${on.name}${condition} ${setOf(on, depth - 1)}`
    }
    if (kind === 1 && depth > 0) {
      const name = `F${fragments.length}`
      fragments.push('')
      fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${setOf(type, depth - 1)}`
      return `...${name}${condition}`
    }
    if (kind === 2 || !('getFields' in type))
      return isAbstractType(type) && depth > 0 && kind !== 2 ? onEach(type, depth) : '__typename'
    const fields = Object.values(type.getFields())
    const field = fields[next(fields.length)]!
    const leads = getNamedType(field.type)
    if (isCompositeType(leads) && depth === 0) return '__typename'
    const given = field.args.filter((one) => isNonNullType(one.type) || next(2) === 0)
    const args = given.map((one) => `${one.name}: ${valueOf(one.type)}`).join(', ')
    // A name of its own for each set of arguments: the same name never means two things.
    const label = args === '' ? ['', `x_${field.name}: `][next(2)] : `x${hashOf(field.name + args)}: `
    const inner = isCompositeType(leads) ? ` ${setOf(leads, depth - 1)}` : ''
    return `${label}${field.name}${args === '' ? '' : `(${args})`}${condition}${inner}`
  }

  const onEach = (type: GraphQLCompositeType, depth: number): string =>
    (isAbstractType(type) ? schema.getPossibleTypes(type) : [])
      .map((one) => `... on ${one.name} ${setOf(one, depth - 1)}`)
      .join(' ')

  function conditionOf(): string {
    const kind = next(12)
    if (kind > 1) return ''
    variables.add(kind === 0 ? 'yes' : 'no')
    return kind === 0 ? ' @include(if: $yes)' : ' @skip(if: $no)'
  }

  const body = setOf(schema.getQueryType()!, 5)
  const defined = [...variables].map((name) => `$${name}: Boolean! = ${name === 'yes'}`)
  return `query${defined.length === 0 ? '' : `(${defined.join(', ')})`} ${body}\n${fragments.join('\n')}`
}

function hashOf(text: string): string {
  let hash = 7
  for (const character of text) hash = (hash * 31 + character.charCodeAt(0)) % 1_000_003
  return String(hash)
}

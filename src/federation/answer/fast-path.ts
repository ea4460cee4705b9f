// The answer of a tree in which everything is as the schema says, without judging it field by field.
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql'
import type { GraphQLLeafType, GraphQLObjectType, GraphQLOutputType, GraphQLSchema } from 'graphql'
import { fieldsOf, type Selection } from '../../graph/operation/selection.ts'
import { askedName } from './authorized-operation.ts'
import { isTree } from '../execute/tree.ts'
import type { Tree } from '../execute/tree.ts'

/** Gives the answer of a tree in which everything is as the schema says; null as soon as anything is not. */
export type FastPath = (tree: Tree) => Tree | null

type Complete = (value: unknown) => unknown

interface Step {
  readonly name: string
  /** Null for `__typename`. */
  readonly asked: string | null
  readonly complete: Complete
}

/** Thrown, without a stack, where graphql-js has to say what is wrong. */
const unlike = Symbol('unlike the schema')

const serialised: Readonly<Record<string, (value: unknown) => boolean>> = {
  Int: (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31,
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  ID: (value) => typeof value === 'string',
}

/**
 * The way from a tree to an operation's answer, worked out once. It takes only what needs no judgement; nulls that spread, values
 * that do not fit and types that are not known are left to graphql-js.
 */
export function openFastPath(
  schema: GraphQLSchema,
  root: GraphQLObjectType,
  selections: readonly Selection[],
): FastPath {
  let whole: ((value: Tree) => Tree) | null = null
  return (tree) => {
    try {
      whole ??= objectOf(schema, root, selections)
      return whole(tree)
    } catch (error) {
      if (error !== unlike) throw error
      return null
    }
  }
}

function objectOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  selections: readonly Selection[],
): (value: Tree) => Tree {
  const steps = [...fieldsOf(selections, type.name)].map(([name, [first, ...others]]): Step => {
    const { field, children } = first!
    if (field.name === '__typename') return { name, asked: null, complete: () => type.name }
    // A field of an interface may lead to less than the object's own.
    const own = type.getFields()[field.name]
    if (own === undefined || name === '__proto__') throw unlike
    const inner = [...children, ...others.flatMap((other) => other.children)]
    return { name, asked: askedName(name, field.name), complete: completeOf(schema, own.type, inner) }
  })
  return (value) => {
    const answer: Tree = {}
    for (const { name, asked, complete } of steps) {
      answer[name] = complete(asked !== null && Object.hasOwn(value, asked) ? value[asked] : null)
    }
    return answer
  }
}

function completeOf(schema: GraphQLSchema, type: GraphQLOutputType, selections: readonly Selection[]): Complete {
  if (isNonNullType(type)) {
    const inner = completeOf(schema, type.ofType as GraphQLOutputType, selections)
    return (value) => {
      const answer = inner(value)
      if (answer === null) throw unlike
      return answer
    }
  }
  const some = someOf(schema, type, selections)
  return (value) => (value === null || value === undefined ? null : some(value))
}

function someOf(schema: GraphQLSchema, type: GraphQLOutputType, selections: readonly Selection[]): Complete {
  if (isListType(type)) {
    const item = completeOf(schema, type.ofType as GraphQLOutputType, selections)
    return (value) => {
      if (!Array.isArray(value)) throw unlike
      return value.map(item)
    }
  }
  const named = getNamedType(type)
  if (isScalarType(named) || isEnumType(named)) return leafOf(named)
  const kept = new Map<string, (value: Tree) => Tree>()
  const ofType = (name: unknown): ((value: Tree) => Tree) => {
    const known = kept.get(String(name))
    if (known !== undefined) return known
    const runtime = isObjectType(named) ? named : schema.getType(String(name))
    if (!isObjectType(runtime) || (isAbstractType(named) && !schema.isSubType(named, runtime))) throw unlike
    const made = objectOf(schema, runtime, selections)
    kept.set(String(name), made)
    return made
  }
  const plain = isObjectType(named)
  return (value) => {
    if (!isTree(value)) throw unlike
    return ofType(plain ? '' : value['__typename'])(value)
  }
}

function leafOf(type: GraphQLLeafType): Complete {
  const names = isEnumType(type) ? new Set(type.getValues().map(({ name }) => name)) : null
  const fits = names === null ? serialised[type.name] : (value: unknown) => names.has(value as string)
  return (value) => {
    if (fits !== undefined && !fits(value)) throw unlike
    return value
  }
}

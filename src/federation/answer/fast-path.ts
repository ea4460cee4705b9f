import {
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  typeFromAST,
} from 'graphql'
import { getDirectiveValues, getNamedType, GraphQLIncludeDirective, GraphQLSkipDirective } from 'graphql'
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'
import { askedName } from './authorized-operation.ts'
import { isTree } from '../execute/tree.ts'
import type { Tree } from '../execute/tree.ts'

/** Gives the answer of a tree in which everything is as the schema says; null as soon as anything is not. */
export type FastPath = (tree: Tree) => Tree | null

export interface FastPathOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Coerced: only those of `@skip` and `@include` are read. */
  readonly variables: Readonly<Record<string, unknown>>
}

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
export function openFastPath({ schema, document, operation, variables }: FastPathOptions): FastPath {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }

  /** The fields of an object type, each response name once, in the order of the specification (6.3.2, CollectFields). */
  function collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Map<string, FieldNode[]> {
    const fields = new Map<string, FieldNode[]>()
    const visited = new Set<string>()
    const into = ({ selections }: SelectionSetNode): void => {
      for (const one of selections) {
        if (getDirectiveValues(GraphQLSkipDirective, one, variables)?.['if'] === true) continue
        if (getDirectiveValues(GraphQLIncludeDirective, one, variables)?.['if'] === false) continue
        if (one.kind === Kind.FIELD) {
          const name = one.alias?.value ?? one.name.value
          fields.set(name, [...(fields.get(name) ?? []), one])
          continue
        }
        if (one.kind === Kind.FRAGMENT_SPREAD) {
          if (visited.has(one.name.value)) continue
          visited.add(one.name.value)
        }
        const fragment = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value)
        if (fragment === undefined) continue
        const condition = fragment.typeCondition === undefined ? type : typeFromAST(schema, fragment.typeCondition)
        const fits = condition === type || (isAbstractType(condition) && schema.isSubType(condition, type))
        if (fits) into(fragment.selectionSet)
      }
    }
    for (const set of sets) into(set)
    return fields
  }

  function objectOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): (value: Tree) => Tree {
    const steps = [...collect(type, sets)].map(([name, nodes]): Step => {
      const fieldName = nodes[0]!.name.value
      if (fieldName === '__typename') return { name, asked: null, complete: () => type.name }
      const field = type.getFields()[fieldName]
      if (field === undefined || name === '__proto__') throw unlike
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      return { name, asked: askedName(name, fieldName), complete: completeOf(field.type, inner) }
    })
    return (value) => {
      const answer: Tree = {}
      for (const { name, asked, complete } of steps) {
        answer[name] = complete(asked !== null && Object.hasOwn(value, asked) ? value[asked] : null)
      }
      return answer
    }
  }

  function completeOf(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Complete {
    if (isNonNullType(type)) {
      const inner = completeOf(type.ofType as GraphQLOutputType, sets)
      return (value) => {
        const answer = inner(value)
        if (answer === null) throw unlike
        return answer
      }
    }
    const some = someOf(type, sets)
    return (value) => (value === null || value === undefined ? null : some(value))
  }

  function someOf(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Complete {
    if (isListType(type)) {
      const item = completeOf(type.ofType as GraphQLOutputType, sets)
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
      const made = objectOf(runtime, sets)
      kept.set(String(name), made)
      return made
    }
    const plain = isObjectType(named)
    return (value) => {
      if (!isTree(value)) throw unlike
      return ofType(plain ? '' : value['__typename'])(value)
    }
  }

  const leafOf = (type: GraphQLLeafType): Complete => {
    const names = isEnumType(type) ? new Set(type.getValues().map(({ name }) => name)) : null
    const fits = names === null ? serialised[type.name] : (value: unknown) => names.has(value as string)
    return (value) => {
      if (fits !== undefined && !fits(value)) throw unlike
      return value
    }
  }

  let whole: ((value: Tree) => Tree) | null = null
  return (tree) => {
    try {
      whole ??= objectOf(schema.getRootType(operation.operation)!, [operation.selectionSet])
      return whole(tree)
    } catch (error) {
      if (error !== unlike) throw error
      return null
    }
  }
}

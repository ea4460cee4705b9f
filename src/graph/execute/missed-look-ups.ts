import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getArgumentValues,
  getNamedType,
  getOperationAST,
  type GraphQLNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { type Caller, isPurposeAllowed } from '../../access/caller.ts'
import type { Policy } from '../../access/policy/policy.ts'
import { typeNameOf } from '../entities/entities.ts'
import { memberOf } from '../entities/keys.ts'

export interface MissedLookUp {
  /** What was asked for: a global id, or the type and the arguments by which it was looked up. */
  readonly subject: string
  readonly field: string
}

interface Asked {
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variables?: { readonly [name: string]: unknown } | null | undefined
  readonly caller: Caller
}
interface Answer {
  readonly data?: unknown
  readonly errors?: readonly { readonly path?: readonly (string | number)[] | undefined }[]
}

/**
 * Rows that the operation looked up by their keys for personal fields, with a purpose, and that are not there for its caller, be
 * they absent or out of scope: whoever tries keys leaves a trace.
 */
export function missedLookUps(
  policy: Policy,
  { document, operationName, variables, caller }: Asked,
  answer: Answer,
): MissedLookUp[] {
  const { data } = answer
  if (typeof data !== 'object' || data === null || !isPurposeAllowed(caller, policy.purposes)) return []
  const { schema } = policy
  const operation = getOperationAST(document, operationName)
  const root = schema.getQueryType()
  if (operation?.operation !== 'query' || !isObjectType(root)) return []
  const fragments = fragmentsOf(document)
  return fieldsOf(operation.selectionSet, fragments).flatMap((node) => {
    const name = node.alias?.value ?? node.name.value
    const field = root.getFields()[node.name.value]
    if (field === undefined || node.selectionSet === undefined) return []
    const value = (data as Record<string, unknown>)[name]
    if (field.name === '_entities' && Array.isArray(value)) {
      return absentEntities(
        policy,
        caller,
        value,
        getArgumentValues(field, node, variables),
        node.selectionSet,
        fragments,
      )
    }
    if (value !== null) return []
    if (answer.errors?.some(({ path }) => path?.[0] === name) === true) return []
    const type = getNamedType(field.type)
    if (!reachesPersonal(policy, caller, type, node.selectionSet, fragments)) return []
    const args = getArgumentValues(field, node, variables)
    const key = Object.entries(args).flatMap(([argument, value]) =>
      typeof value === 'string' ? [`${argument}=${value}`] : [],
    )
    const subject = typeof args['id'] === 'string' ? args['id'] : `${type.name}?${key.join('&')}`
    return [{ subject: subject.slice(0, 400), field: `Query.${field.name}` }]
  })
}

/** As above, of the objects that another gateway names by their keys; of a representation nothing but a key is told. */
function absentEntities(
  policy: Policy,
  caller: Caller,
  found: readonly unknown[],
  args: Readonly<Record<string, unknown>>,
  set: SelectionSetNode,
  fragments: Fragments,
): MissedLookUp[] {
  const representations = args['representations'] as readonly unknown[]
  const absent = representations.flatMap((representation, index) => {
    const type = policy.schema.getType(typeNameOf(representation))
    if (found[index] !== null || !isObjectType(type)) return []
    const [id, code] = [memberOf(representation, 'id'), memberOf(representation, 'code')]
    const source = memberOf(memberOf(representation, 'source'), 'id')
    const key = Object.entries({ code, 'source.id': source }).flatMap(([member, value]) =>
      typeof value === 'string' ? [`${member}=${value}`] : [],
    )
    if (!reachesPersonal(policy, caller, type, set, fragments)) return []
    const subject = typeof id === 'string' ? id : `${type.name}?${key.join('&')}`
    return [subject.slice(0, 400)]
  })
  return [...new Set(absent)].map((subject) => ({ subject, field: 'Query._entities' }))
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>

const fragmentsOf = (document: DocumentNode): Fragments =>
  new Map(document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])))

/** The fields of a set, through fragments; the types that these stand on are left aside. */
function fieldsOf(set: SelectionSetNode, fragments: Fragments): FieldNode[] {
  return set.selections.flatMap((one) => {
    if (one.kind === Kind.FIELD) return [one]
    const inside = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value)
    return inside === undefined ? [] : fieldsOf(inside.selectionSet, fragments)
  })
}

function reachesPersonal(
  policy: Policy,
  caller: Caller,
  type: GraphQLNamedType,
  set: SelectionSetNode,
  fragments: Fragments,
): boolean {
  const types = isAbstractType(type) ? policy.schema.getPossibleTypes(type) : isObjectType(type) ? [type] : []
  return fieldsOf(set, fragments).some((node) =>
    types.some((one) => {
      const rule = policy.fieldRule(one.name, node.name.value)
      return rule !== null && rule.personal !== null && policy.allowed(rule, caller) === 'ALLOWED'
    }),
  )
}

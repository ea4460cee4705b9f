// Look-ups of personal rows by their keys that found nothing: who tries keys leaves a trace.
import { type ExecutionResult, getNamedType, type GraphQLNamedType, isAbstractType, isObjectType } from 'graphql'
import type { Caller } from '../../access/caller.ts'
import type { Policy } from '../../access/policy/policy.ts'
import { typeNameOf } from '../entities/entities.ts'
import { memberOf } from '../entities/keys.ts'
import type { Operation } from '../operation/operation.ts'
import { argumentsOf, isMeta, type Selection } from '../operation/selection.ts'

export interface MissedLookUp {
  /** What was asked for: a global id, or the type and the arguments by which it was looked up. */
  readonly subject: string
  readonly field: string
}

/**
 * Rows that an operation with a purpose looked up by their keys for personal fields and that are not there for its caller,
 * be they absent or out of scope.
 */
export function missedLookUps(
  policy: Policy,
  { definition, selections, values, caller }: Pick<Operation, 'definition' | 'selections' | 'values' | 'caller'>,
  { data, errors = [] }: ExecutionResult,
): MissedLookUp[] {
  if (data === undefined || data === null || definition.operation !== 'query') return []
  return selections.flatMap((selection) => {
    const { responseName: name, field, children } = selection
    if (isMeta(selection) || children.length === 0) return []
    const value = data[name]
    if (field.name === '_entities' && Array.isArray(value)) {
      const representations = argumentsOf(selection, values)['representations'] as readonly unknown[]
      return missedEntities(policy, caller, value, representations, children)
    }
    if (value !== null || errors.some(({ path }) => path?.[0] === name)) return []
    const type = getNamedType(field.type)
    if (!reachesPersonal(policy, caller, type, children)) return []
    const args = argumentsOf(selection, values)
    const key = Object.entries(args).flatMap(([argument, given]) =>
      typeof given === 'string' ? [`${argument}=${given}`] : [],
    )
    const subject = typeof args['id'] === 'string' ? args['id'] : `${type.name}?${key.join('&')}`
    return [{ subject: subject.slice(0, 400), field: `Query.${field.name}` }]
  })
}

/** As above, of the objects that another gateway names by their keys; of a representation nothing but a key is recorded. */
function missedEntities(
  policy: Policy,
  caller: Caller,
  found: readonly unknown[],
  representations: readonly unknown[],
  selections: readonly Selection[],
): MissedLookUp[] {
  const missed = representations.flatMap((representation, index) => {
    const type = policy.schema.getType(typeNameOf(representation))
    if (found[index] !== null || !isObjectType(type)) return []
    const [id, code] = [memberOf(representation, 'id'), memberOf(representation, 'code')]
    const source = memberOf(memberOf(representation, 'source'), 'id')
    const key = Object.entries({ code, 'source.id': source }).flatMap(([member, value]) =>
      typeof value === 'string' ? [`${member}=${value}`] : [],
    )
    if (!reachesPersonal(policy, caller, type, selections)) return []
    const subject = typeof id === 'string' ? id : `${type.name}?${key.join('&')}`
    return [subject.slice(0, 400)]
  })
  return [...new Set(missed)].map((subject) => ({ subject, field: 'Query._entities' }))
}

/** Whether a personal field is selected of objects of this type; the types that fragments name are left aside. */
function reachesPersonal(
  policy: Policy,
  caller: Caller,
  type: GraphQLNamedType,
  selections: readonly Selection[],
): boolean {
  const types = isAbstractType(type) ? policy.schema.getPossibleTypes(type) : isObjectType(type) ? [type] : []
  return selections.some(({ field }) =>
    types.some((one) => {
      const rule = policy.fieldRule(one.name, field.name)
      return rule !== null && rule.personal !== null && policy.allowed(rule, caller) === 'ALLOWED'
    }),
  )
}

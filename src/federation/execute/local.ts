// Whether the local subgraph alone can answer an operation.
import { getNamedType, type GraphQLCompositeType, type GraphQLSchema, isAbstractType, isCompositeType } from 'graphql'
import type { Policy } from '../../access/policy/policy.ts'
import type { Rule } from '../../access/policy/rule.ts'
import { possibleOf, type WrittenOperation } from '../../graph/operation/build.ts'
import type { Operation } from '../../graph/operation/operation.ts'
import type { Selection } from '../../graph/operation/selection.ts'

export interface Locality {
  /** The schema and the rules of the whole supergraph. */
  readonly schema: GraphQLSchema
  readonly policy: Policy
  readonly local: { readonly schema: GraphQLSchema; readonly policy: Policy }
  /** Whether a field of a type is answered by the local subgraph, whatever else there is. */
  readonly answers: (typeName: string, fieldName: string) => boolean
}

const known = new WeakMap<Locality, WeakMap<WrittenOperation, boolean>>()

/**
 * Whether the local subgraph alone can answer an operation, as it was written: every field that it selects, skipped or not,
 * is its own, on every type that is possible there, under rules that are no weaker than those of the supergraph. Remembered
 * by operation.
 */
export function isLocal(locality: Locality, { written }: Operation): boolean {
  const kept = known.get(locality) ?? new WeakMap<WrittenOperation, boolean>()
  known.set(locality, kept)
  const found = kept.get(written)
  if (found !== undefined) return found
  const { local } = locality
  const named = [...written.typeConditions].every((name) => isCompositeType(local.schema.getType(name)))
  const is = named && written.selections.every((one) => isOwn(locality, one))
  kept.set(written, is)
  return is
}

function isOwn(locality: Locality, { field, parent, types, children }: Selection): boolean {
  if (field.name === '__typename') return true
  if (![...types, parent].every((type) => isAsStrict(locality, type.name, field.name))) return false
  if (!types.every(({ name }) => locality.answers(name, field.name))) return false
  const type = getNamedType(field.type)
  if (!isCompositeType(type)) return true
  return isWhole(locality, type) && children.every((one) => isOwn(locality, one))
}

/** Whether the local subgraph knows every object of a type that the supergraph has. */
function isWhole({ schema, local }: Locality, type: GraphQLCompositeType): boolean {
  const own = local.schema.getType(type.name)
  if (!isCompositeType(own) || isAbstractType(own) !== isAbstractType(type)) return false
  const mine = new Set(possibleOf(local.schema, own).map(({ name }) => name))
  return possibleOf(schema, type).every(({ name }) => mine.has(name))
}

/** Whether whom the local rule of a field lets pass, that of the supergraph does too. */
function isAsStrict({ policy, local }: Locality, typeName: string, fieldName: string): boolean {
  const [whole, own] = [policy.fieldRule(typeName, fieldName), local.policy.fieldRule(typeName, fieldName)]
  if (whole === null) return true
  if (own === null) return false
  const ownScopes = new Set(own.scopes.map(written))
  return (
    (own.authenticated || !whole.authenticated) &&
    (own.personal !== null || whole.personal === null) &&
    whole.scopes.every((one) => ownScopes.has(written(one)))
  )
}

/** The same text for the same alternatives, in whatever order they are. */
const written = (alternatives: Rule['scopes'][number]): string =>
  JSON.stringify(alternatives.map((all) => [...all].toSorted().join(' ')).toSorted())

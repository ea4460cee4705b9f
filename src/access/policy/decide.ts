// Decides what of an operation its caller may not read, in one walk over its tree.
import type { FieldNode, GraphQLCompositeType, GraphQLField } from 'graphql'
import type { DenialCode } from '../error.ts'

/** A field of an operation where it is selected, fragments opened and `@skip` and `@include` decided. */
export interface JudgedSelection {
  readonly responseName: string
  readonly field: GraphQLField<unknown, unknown>
  /** The type that it is selected on. */
  readonly parent: GraphQLCompositeType
  /** The object types that are possible here and that it applies to: never empty. */
  readonly types: readonly GraphQLCompositeType[]
  /** As it is written: its arguments. */
  readonly node: FieldNode
  readonly children: readonly JudgedSelection[]
}

/** A selection that this caller may not read. */
export interface Denial {
  /** Response names from the root, without list indexes. */
  readonly path: readonly string[]
  /** The object type for which it is denied: on an interface, one entry for each implementer that is protected. */
  readonly typeName: string
  readonly fieldName: string
  readonly code: DenialCode
  /**
   * Selected on an interface or union of which the caller has other types: rows of this one are absent, as those out of
   * scope are, and the selection itself is no fault.
   */
  readonly shared: boolean
}

export interface Decision {
  readonly denied: readonly Denial[]
}

/** Answers for one field of one object type; `field` as the document selects it, `parent` the type it is selected on. */
export interface Judge {
  field(
    type: GraphQLCompositeType,
    parent: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
  ): DenialCode | null
  /** Whether an argument of this selection uses an input that needs a purpose which this request lacks. */
  arguments(field: GraphQLField<unknown, unknown>, node: FieldNode): boolean
}

/** What of an operation is denied. A denied selection is not entered. */
export function walk(selections: readonly JudgedSelection[], judge: Judge): Decision {
  const denied = new Map<string, Denial>()
  enter(selections, [], judge, denied)
  return { denied: [...denied.values()] }
}

function enter(
  selections: readonly JudgedSelection[],
  around: readonly string[],
  judge: Judge,
  denied: Map<string, Denial>,
): void {
  for (const { responseName, field, parent, types, node, children } of selections) {
    if (field.name.startsWith('__')) continue
    const path = [...around, responseName]
    const withoutPurpose = judge.arguments(field, node)
    const verdicts = types.map(
      (type) => [type, judge.field(type, parent, field) ?? (withoutPurpose ? 'PURPOSE_REQUIRED' : null)] as const,
    )
    const open = verdicts.some(([, code]) => code === null)
    for (const [type, code] of verdicts) {
      if (code === null) continue
      const mark = `${type.name} ${path.join('.')}`
      const shared = open && denied.get(mark)?.shared !== false
      denied.set(mark, { path, typeName: type.name, fieldName: field.name, code, shared })
    }
    if (open) enter(children, path, judge, denied)
  }
}

// What a field requires of its object, as a plan asks for it and hands it on.
import { createHash } from 'node:crypto'
import { Kind, print, visit } from 'graphql'
import type { FieldNode, SelectionSetNode } from 'graphql'

/**
 * The fields of a requirement, each under a name of its own: what the client asks of the same field may have other arguments.
 */
export const neededOf = ({ selections }: SelectionSetNode): FieldNode[] =>
  selections.flatMap((one) => (one.kind === Kind.FIELD ? [named(one)] : []))

function named(node: FieldNode): FieldNode {
  const given = hasArguments(node) ? createHash('sha256').update(print(node)).digest('hex').slice(0, 16) : ''
  return { ...node, alias: { kind: Kind.NAME, value: `_internal_qp_own_${given}_${node.name.value}` } }
}

/** Whether arguments stand in it, at any depth: then what differs in them, be it a sign, is another question. */
function hasArguments(node: FieldNode): boolean {
  let found = false
  visit(node, { Argument: () => void (found = true) })
  return found
}

/** A needed field as it is asked: what is read of an object of several types needs that object's type. */
export function withTypes(node: FieldNode): FieldNode {
  if (node.selectionSet === undefined) return node
  const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
  const isAbstract = node.selectionSet.selections.some((one) => one.kind !== Kind.FIELD)
  const inner = node.selectionSet.selections.map((one) => (one.kind === Kind.FIELD ? withTypes(one) : one))
  return { ...node, selectionSet: { ...node.selectionSet, selections: isAbstract ? [typename, ...inner] : inner } }
}

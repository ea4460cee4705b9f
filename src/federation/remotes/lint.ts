// Warns of what a subgraph adds to the hub's types.
import {
  type DirectiveNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql'
import { parse } from 'graphql'

export interface Lint {
  /** What keeps the part out of the supergraph. */
  readonly refused: readonly string[]
  /** What its agency should mend: the part is taken all the same. */
  readonly warnings: readonly string[]
}

const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription'])

/**
 * What the hub asks of another agency's part beyond composition. It may add fields to the hub's types, and answers for none
 * that the hub answers for; what it adds is nullable, or its outage would make null what the hub itself could answer.
 */
export function lintPart(name: string, sdl: string, own: GraphQLSchema): Lint {
  const refused: string[] = []
  const warnings: string[] = []
  for (const definition of parse(sdl, { noLocation: true }).definitions) {
    switch (definition.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.OBJECT_TYPE_EXTENSION:
      case Kind.INTERFACE_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_EXTENSION:
        break
      default:
        continue
    }
    const type = definition.name.value
    const ours = own.getType(type)
    const root = roots.has(type)
    if (!root && !isObjectType(ours) && !isInterfaceType(ours)) continue
    const known = isObjectType(ours) || isInterfaceType(ours) ? ours.getFields() : {}
    const keys = keyFields(definition.directives)
    for (const field of definition.fields ?? []) {
      const at = `${type}.${field.name.value}`
      const override = directive(field, 'override')
      const from = override?.arguments?.find((argument) => argument.name.value === 'from')?.value
      if (from?.kind === Kind.STRING && from.value === 'hub') {
        refused.push(`${name} overrides ${at}, for which the hub answers`)
      } else if (directive(field, 'external') !== undefined || keys.has(field.name.value)) {
        // The hub decides and logs such a read as the caller's own; that it goes to another agency is for people to know.
        const ofHub = Object.hasOwn(known, field.name.value) ? known[field.name.value]?.astNode : undefined
        if (ofHub?.directives?.some((one) => one.name.value === 'personal') === true) {
          warnings.push(`${at} is personal: reading what depends on it sends it to ${name}`)
        }
      } else if (Object.hasOwn(known, field.name.value)) {
        if (!isShared(known[field.name.value]?.astNode ?? undefined, ours?.astNode?.directives)) {
          refused.push(`${name} answers for ${at}, for which the hub answers`)
        }
      } else if (field.type.kind === Kind.NON_NULL_TYPE && !field.name.value.startsWith('_')) {
        warnings.push(`${at} is not nullable: while ${name} is down, what contains it becomes null`)
      }
    }
  }
  return { refused, warnings }
}

const directive = (node: { readonly directives?: readonly DirectiveNode[] }, name: string): DirectiveNode | undefined =>
  node.directives?.find((one) => one.name.value === name || one.name.value.endsWith(`__${name}`))

function isShared(field: FieldDefinitionNode | undefined, ofType: readonly DirectiveNode[] | undefined): boolean {
  return [...(field?.directives ?? []), ...(ofType ?? [])].some((one) => one.name.value === 'shareable')
}

/** Names at the top of each `@key`'s selection: a part that joins a type must have them. */
function keyFields(directives: readonly DirectiveNode[] | undefined): ReadonlySet<string> {
  const names = (directives ?? []).flatMap((one) => {
    const fields = one.arguments?.find((argument) => argument.name.value === 'fields')?.value
    if (!one.name.value.endsWith('key') || fields?.kind !== Kind.STRING) return []
    return topNames(fields.value)
  })
  return new Set(names)
}

function topNames(selection: string): string[] {
  const names: string[] = []
  let depth = 0
  for (const [token] of selection.matchAll(/[{}]|\w+/g)) {
    if (token === '{') depth += 1
    else if (token === '}') depth -= 1
    else if (depth === 0) names.push(token)
  }
  return names
}

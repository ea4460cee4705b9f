import { type DocumentNode, getDirectiveValues, GraphQLIncludeDirective, GraphQLSkipDirective, visit } from 'graphql'

/**
 * The document without the selections that `@skip` and `@include` leave out for these variables; the same object when there
 * is nothing to leave out, so that what is remembered by document stays.
 */
export function pruned(document: DocumentNode, variables: Readonly<Record<string, unknown>>): DocumentNode {
  const leaveOut = (node: Parameters<typeof getDirectiveValues>[1]): null | undefined => {
    if ((node.directives ?? []).length === 0) return undefined
    try {
      const given = variables as Record<string, unknown>
      if (getDirectiveValues(GraphQLSkipDirective, node, given)?.['if'] === true) return null
      if (getDirectiveValues(GraphQLIncludeDirective, node, given)?.['if'] === false) return null
    } catch {
      // A variable that is missing or has a default: graphql-js decides when it executes.
    }
    return undefined
  }
  return visit(document, {
    Field: leaveOut,
    FragmentSpread: leaveOut,
    InlineFragment: leaveOut,
  })
}

// Validates a document, without quoting its values.
import { GraphQLError, Kind, specifiedRules, validate, ValuesOfCorrectTypeRule } from 'graphql'
import type { ASTVisitor, DocumentNode, GraphQLSchema, ValidationContext, ValidationRule } from 'graphql'
import { codeExtensions, hubError } from '../../access/error.ts'

const rules: readonly ValidationRule[] = specifiedRules.map((rule) =>
  rule === ValuesOfCorrectTypeRule ? valuesWithoutEcho : rule,
)

const kept = new WeakMap<DocumentNode, WeakMap<GraphQLSchema, readonly GraphQLError[]>>()

/**
 * What is wrong with a document against this schema, as the specification says it, without suggestions and without the
 * values that it writes: a value that does not fit is BAD_USER_INPUT, everything else GRAPHQL_VALIDATION_FAILED.
 */
export function faultsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const found = kept.get(document)?.get(schema)
  if (found !== undefined) return found
  const errors = validate(schema, document, rules, { maxErrors: 20, hideSuggestions: true }).map(
    (error) =>
      new GraphQLError(error.message, {
        nodes: error.nodes ?? null,
        extensions: codeExtensions(
          error.extensions['code'] === 'BAD_USER_INPUT' ? 'BAD_USER_INPUT' : 'GRAPHQL_VALIDATION_FAILED',
        ),
      }),
  )
  const ofDocument = kept.get(document) ?? new WeakMap<GraphQLSchema, readonly GraphQLError[]>()
  kept.set(document, ofDocument.set(schema, errors))
  return errors
}

/** Messages of the rule with names and types alone. */
const nameless =
  /^(Field "[\w.]+" (is not defined by type|of required type|must be non-null)|Value "\w+" does not exist in |OneOf Input Object )/

function valuesWithoutEcho(context: ValidationContext): ASTVisitor {
  const reportError = (error: GraphQLError): void => {
    const kind = error.nodes?.[0]?.kind
    const named = nameless.test(error.message) && (kind !== Kind.STRING || error.message.startsWith('Field '))
    if (named) context.reportError(error)
    else {
      const type = context.getInputType()
      const message =
        type === undefined || type === null ? 'A value does not fit.' : `Expected a value of type "${String(type)}".`
      context.reportError(hubError('BAD_USER_INPUT', message, { nodes: error.nodes ?? null }))
    }
  }
  return ValuesOfCorrectTypeRule(Object.create(context, { reportError: { value: reportError } }) as ValidationContext)
}

// The hub's published schema.
import { readdirSync, readFileSync } from 'node:fs'
import { buildASTSchema, parse, visit } from 'graphql'
import type { DocumentNode, FieldDefinitionNode, GraphQLSchema, TypeNode } from 'graphql'

const FOLDER = new URL('../../schema/', import.meta.url)

/** The project's own SDL, one file a domain, without the copy of the last release. */
export function publishedDocument(): DocumentNode {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.graphql') && name !== 'released.graphql')
  return parse(files.map((name) => readFileSync(new URL(name, FOLDER), 'utf8')).join('\n'), { noLocation: true })
}

export function publishedSchema(): GraphQLSchema {
  return buildASTSchema(publishedDocument(), { assumeValidSDL: true })
}

/** The schema as a caller with these scopes sees it: without the fields, and the fields of types, that need others. */
export function schemaFor(scopes: ReadonlySet<string>): GraphQLSchema {
  const document = publishedDocument()
  const hidden = new Set<string>()
  for (const definition of document.definitions) {
    if (definition.kind === 'ObjectTypeDefinition' && !isAllowed(definition.directives, scopes)) {
      hidden.add(definition.name.value)
    }
  }
  const isHidden = (field: FieldDefinitionNode) =>
    !isAllowed(field.directives, scopes) || hidden.has(nameOf(field.type))
  const seen = visit(document, { FieldDefinition: (field) => (isHidden(field) ? null : undefined) })
  const definitions = seen.definitions.filter(
    (definition) => definition.kind !== 'ObjectTypeDefinition' || (definition.fields?.length ?? 0) > 0,
  )
  return buildASTSchema({ ...seen, definitions }, { assumeValidSDL: true })
}

function isAllowed(directives: FieldDefinitionNode['directives'], scopes: ReadonlySet<string>): boolean {
  const wanted = directives?.find((directive) => directive.name.value === 'requiresScopes')?.arguments?.[0]?.value
  if (wanted?.kind !== 'ListValue') return true
  return wanted.values.some(
    (every) =>
      every.kind === 'ListValue' &&
      every.values.every((scope) => scope.kind === 'StringValue' && scopes.has(scope.value)),
  )
}

function nameOf(type: TypeNode): string {
  return type.kind === 'NamedType' ? type.name.value : nameOf(type.type)
}

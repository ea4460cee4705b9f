// The keys that a subgraph's own document declares.
import { type ConstDirectiveNode, type DocumentNode, Kind, valueFromASTUntyped } from 'graphql'

/** The keys by which a subgraph's own document says that its types are found, by type; none with `resolvable: false`. */
export function authoredKeys(document: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const directive = keyDirective(document)
  const keys = new Map<string, string[]>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) continue
    for (const node of definition.directives ?? []) {
      const given = argumentsOf(node)
      if (node.name.value !== directive || given['resolvable'] === false) continue
      const name = definition.name.value
      keys.set(name, [...(keys.get(name) ?? []), String(given['fields'])])
    }
  }
  return keys
}

/** What the document calls `@key`: as it imports it, else in the name space of the link; without a link, Federation 1's name. */
function keyDirective(document: DocumentNode): string {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_EXTENSION && definition.kind !== Kind.SCHEMA_DEFINITION) continue
    for (const node of definition.directives ?? []) {
      const { url, import: imports, as } = argumentsOf(node)
      if (node.name.value !== 'link' || !String(url).startsWith(federation2)) continue
      for (const one of Array.isArray(imports) ? (imports as unknown[]) : []) {
        const { name, as: renamed = name } = typeof one === 'string' ? { name: one } : (one as Imported)
        if (name === '@key') return String(renamed).slice(1)
      }
      return `${typeof as === 'string' ? as : 'federation'}__key`
    }
  }
  return 'key'
}

const federation2 = 'https://specs.apollo.dev/federation/v2.'

interface Imported {
  readonly name?: unknown
  readonly as?: unknown
}

const argumentsOf = (node: ConstDirectiveNode): Readonly<Record<string, unknown>> =>
  Object.fromEntries((node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]))

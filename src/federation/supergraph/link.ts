// The names under which a supergraph links features.
import { Kind, valueFromASTUntyped } from 'graphql'
import type { ConstDirectiveNode, DocumentNode } from 'graphql'

/** What the features that a supergraph links are called in it. */
export interface LinkedNames {
  /** The directive's name in this document → its name in its own specification. */
  readonly directives: ReadonlyMap<string, string>
  /** Namespaces of features: `join` for `join__Graph`. */
  readonly prefixes: ReadonlySet<string>
}

const specifications = [
  'inaccessible',
  'tag',
  'authenticated',
  'requiresScopes',
  'policy',
  'cost',
  'listSize',
  'context',
]

/** Reads `@link` (and its forerunner `@core`) on the schema; where a feature is not linked its usual name is used. */
export function linkedNames(document: DocumentNode): LinkedNames {
  const directives = new Map(specifications.map((name) => [name, name]))
  const prefixes = new Set(['join', 'link', 'core', 'federation'])
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue
    for (const directive of definition.directives ?? []) {
      const given = argumentsOf(directive)
      const url = given['url'] ?? given['feature']
      const name = typeof url === 'string' ? /\/([\w-]+)\/v\d+(?:\.\d+)*\/?$/.exec(url)?.[1] : undefined
      // A feature of the subgraphs' own is no business of composition: its directives are for clients.
      if (name === undefined || !/^https?:\/\/specs\.apollo\.dev\//.test(String(url))) continue
      const as = typeof given['as'] === 'string' ? given['as'] : name
      prefixes.add(as)
      directives.set(as, name)
      for (const one of Array.isArray(given['import']) ? (given['import'] as unknown[]) : []) {
        const { name: own, as: here } = typeof one === 'string' ? { name: one, as: one } : (one as Imported)
        if (own?.startsWith('@') === true) directives.set((here ?? own).slice(1), own.slice(1))
      }
    }
  }
  return { directives, prefixes }
}

interface Imported {
  readonly name?: string
  readonly as?: string
}

/** The name in its specification of a directive of this document: `authenticated` for `auth` or `authenticated__x`. */
export const ownName = (linked: LinkedNames, name: string): string => {
  const known = linked.directives.get(name)
  if (known !== undefined) return known
  const [prefix, rest] = name.split('__')
  return rest !== undefined && linked.prefixes.has(prefix ?? '') ? rest : name
}

/** The arguments of an applied directive, as plain values. */
export function argumentsOf(directive: ConstDirectiveNode | undefined): Readonly<Record<string, unknown>> {
  const given = (directive?.arguments ?? []).map((one) => [one.name.value, valueFromASTUntyped(one.value)] as const)
  return Object.fromEntries(given)
}

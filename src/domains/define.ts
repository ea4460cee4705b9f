// What a domain says of itself. Each member has to be said, also where it says "nothing": what is forgotten does not compile.
import type { Scope, ScopeTitles } from '../access/policy/scopes.ts'
import type { EntityName, EntityRecord } from '../contract/entity.ts'
import type { Keyring } from '../db/encryption/keyring.ts'
import type { Sealed } from '../db/encryption/rotate.ts'
import type { Sink } from '../db/sink.ts'
import type { GraphContext } from '../graph/execute/context.ts'
import type { TypeMapping } from '../graph/schema/type-mapping.ts'
import type { Topics } from '../graph/subscribe/topic.ts'

/** A text in the two languages of the hub. */
export interface Bilingual {
  readonly vi: string
  readonly en: string
}

/** What a domain's type mappings are made with. */
export interface Access {
  readonly keyring: Keyring
  /** The codes of the configuration's purposes with their legal basis; null when it lists none. */
  readonly purposes: ReadonlyMap<string, string | null> | null
  /** Settles when the reads are in the access log, so that no byte leaves before. */
  readonly log: (
    reads: readonly { readonly subject: string; readonly field: string }[],
    context: GraphContext,
  ) => Promise<readonly undefined[]>
}

/** A type of record that connectors hand in, and where it goes. */
export interface RecordRule<R> {
  readonly sink: (keyring: Keyring) => Sink<R>
  /** The scope that reading the bytes of a rejected record takes, beside those of an operator; `open`: no other. */
  readonly rejectedBytes: Scope | 'open'
}

/** See TableRule: no column has this name. */
export const recomputed = '(recomputed)'

/** Who sees the rows of a table when answers are read, and what of it follows the tree of agencies. */
export interface TableRule {
  /**
   * `open`: everybody · `path`: callers whose range has the row's path · `with`: those who see the row that it belongs to ·
   * `rule`: as the domain's migration says · `partly`: the same, and some rows are everybody's · `never`: no answer reads it.
   */
  readonly seen: 'open' | 'path' | 'with' | 'rule' | 'partly' | 'never'
  /**
   * The columns that refer to an agency, each with the column of the same row that bears the agency's path. null: no path goes
   * with it. `recomputed` for a path: the table is written again as a whole, so that nothing in it has to follow.
   */
  readonly agencies: Readonly<Record<string, string | null>>
}

/** Who sees the domain's rows: callers with the scope, of agencies above the path that the table bears. */
export interface RowRule {
  readonly scope: Scope
  readonly table: string
  readonly path: string
}

/** Where personal values are looked up by keyed hashes: nothing else finds them. */
export interface PersonalRule {
  readonly type: string
  /** What a caller must have for it, together with a purpose. */
  readonly scope: Scope
  /** Members of filter inputs, `PermitFilter.identityNumber`, and `search` where words of a search are looked up too. */
  readonly at: readonly string[]
}

/** An operation that the sandbox offers. `roles`: those that get an answer; opening it as another switches to the first. */
export interface Example {
  readonly id: string
  readonly title: Bilingual
  readonly roles: readonly [string, ...string[]]
  readonly query: string
  /** Text of the editor of variables; '' for none. */
  readonly variables: string
}

export interface Sandbox {
  /** The heading of the examples. */
  readonly heading: Bilingual
  /** What each role of the sandbox may do here, by the role's id. */
  readonly roles: Readonly<Record<string, readonly Scope[]>>
  readonly examples: readonly Example[]
}

export interface Domain {
  /** `kebab-case`, as its folder. */
  readonly name: string
  readonly records: { readonly [E in EntityName]?: RecordRule<EntityRecord[E]> }
  /** Its types, its fields of Query, and fields that it adds to types of others. */
  readonly types: (access: Access) => readonly TypeMapping[]
  readonly tables: Readonly<Record<string, TableRule>>
  /** The views that answers are read from: by them others' rows decide what is seen, so each shows only what that needs. */
  readonly views: readonly string[]
  readonly rows: RowRule | 'open'
  readonly scopes: ScopeTitles
  /** What depends on the key of encryption at rest. */
  readonly sealed: readonly Sealed[]
  readonly personal: readonly PersonalRule[]
  readonly topics: Topics
  /** The types that `search` finds. */
  readonly search: readonly string[]
  readonly sandbox: Sandbox
}

/**
 * Which tables a domain has: one rule for each of the interface that its `tables.ts` adds to `Tables`.
 *
 * @example
 * tables: tablesOf<PermitTables>({ permit: { … } })
 */
export const tablesOf = <T>(rules: { readonly [N in keyof T & string]: TableRule }): Readonly<
  Record<keyof T & string, TableRule>
> => rules

/**
 * A domain, as its folder's front door gives it. What it leaves unsaid does not compile or is refused at the start.
 *
 * @example
 * export const permitDomain = defineDomain({ name: 'permit', … })
 */
export const defineDomain = <const D extends Domain>(domain: D): D => domain

type EntityOf<D> = D extends { readonly records: infer R } ? keyof R : never

/**
 * All domains of a hub; a type of record that none of them takes does not compile.
 *
 * @example
 * const domains = everyDomain([agencyDomain, dossierDomain, …])
 */
export const everyDomain = <const D extends readonly Domain[]>(
  domains: Exclude<EntityName, EntityOf<D[number]>> extends never
    ? D
    : { readonly 'no domain takes the record': Exclude<EntityName, EntityOf<D[number]>> },
): readonly Domain[] => domains as readonly Domain[]

// Every list of the hub that is made of its domains' declarations.
import type { RowRanges } from '../access/policy/row-scope.ts'
import { ownScopes, type Scope, type ScopeTitles } from '../access/policy/scopes.ts'
import type { EntityName, EntityRecord } from '../contract/entity.ts'
import type { Keyring } from '../db/encryption/keyring.ts'
import type { Sealed } from '../db/encryption/rotate.ts'
import type { Sink } from '../db/sink.ts'
import type { TypeMapping } from '../graph/schema/type-mapping.ts'
import type { Topics } from '../graph/subscribe/topic.ts'
import type { Access, Domain, RecordRule } from './define.ts'

export interface House {
  readonly domains: readonly Domain[]
  /** One upsert for each type of record. */
  sinks(keyring: Keyring): { readonly [E in EntityName]: Sink<EntityRecord[E]> }
  types(access: Access): readonly TypeMapping[]
  /** Of the domains and of the hub itself. */
  readonly scopes: ScopeTitles
  readonly isScope: (text: string) => boolean
  readonly rowRanges: RowRanges
  /** The scope that reading rejected bytes takes, by type of record; one that is not in it is closed. */
  readonly rejectedBytes: ReadonlyMap<string, Scope | 'open'>
  readonly sealed: readonly Sealed[]
  readonly topics: Topics
}

/** Throws one error that lists every clash: a record, table, scope, topic or example that two domains claim. */
export function gatherDomains(domains: readonly Domain[]): House {
  const records = domains.flatMap(({ records }) => Object.entries(records) as [EntityName, RecordRule<never>][])
  const scopes: ScopeTitles = Object.assign({}, ...domains.map((one) => one.scopes), ownScopes) as ScopeTitles
  const clashes = [
    ...twice(
      'name',
      domains.map(({ name }) => name),
    ),
    ...twice(
      'record',
      records.map(([name]) => name),
    ),
    ...twice(
      'table',
      domains.flatMap(({ tables }) => Object.keys(tables)),
    ),
    ...twice('scope', [...domains.flatMap((one) => Object.keys(one.scopes)), ...Object.keys(ownScopes)]),
    ...twice(
      'topic',
      domains.flatMap(({ topics }) => Object.keys(topics)),
    ),
    ...twice(
      'example',
      domains.flatMap(({ sandbox }) => sandbox.examples.map(({ id }) => id)),
    ),
  ]
  if (clashes.length > 0) throw new Error(`the domains do not fit together:\n${clashes.join('\n')}`)
  return {
    domains,
    sinks: (keyring) =>
      Object.fromEntries(records.map(([name, rule]) => [name, rule.sink(keyring)])) as ReturnType<House['sinks']>,
    types: (access) => domains.flatMap(({ types }) => types(access)),
    scopes,
    isScope: (text) => Object.hasOwn(scopes, text),
    rowRanges: Object.fromEntries(
      domains.flatMap((domain) => (domain.rows === 'open' ? [] : [[rangeOf(domain), [domain.rows.scope]] as const])),
    ),
    rejectedBytes: new Map(records.map(([name, rule]) => [name, rule.rejectedBytes])),
    sealed: domains.flatMap(({ sealed }) => sealed),
    topics: Object.assign({}, ...domains.map(({ topics }) => topics)) as Topics,
  }
}

/** What the policies of the domain's tables call its range of rows. */
export const rangeOf = ({ name }: Pick<Domain, 'name'>): string => name.replaceAll('-', '_')

/** The scopes that open the rows of some domain. */
export const rowScopesOf = (domains: readonly Domain[]): readonly Scope[] =>
  domains.flatMap(({ rows }) => (rows === 'open' ? [] : [rows.scope]))

const twice = (what: string, names: readonly string[]): string[] =>
  names.filter((name, at) => names.indexOf(name) !== at).map((name) => `the ${what} ${name} is declared twice`)

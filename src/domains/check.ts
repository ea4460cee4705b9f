// What the domains leave unsaid, or say otherwise than the schema does: found at the start, all of it at once.
import { getNamedType, type GraphQLSchema, isInputObjectType, isObjectType } from 'graphql'
import { openPolicy, type Policy } from '../access/policy/policy.ts'
import type { Rule } from '../access/policy/rule.ts'
import { filterFaults, mappingFaults } from '../graph/schema/mapping-faults.ts'
import type { TypeMapping, TypeMappings } from '../graph/schema/type-mapping.ts'
import type { Topics } from '../graph/subscribe/topic.ts'
import type { Domain, TableRule } from './define.ts'
import type { House } from './gather.ts'

/** The hub's own tables that answers are read from, beside those of the domains. */
export const hubTables: readonly string[] = ['source', 'stream', 'run', 'drift', 'quarantine', 'access_entry']

/** Throws one error that lists every fault: its type or declaration, the member, and what is expected. */
export function assertHouse(house: House, schema: GraphQLSchema, mappings: TypeMappings, topics: Topics): void {
  const faults = [...mappingFaults(schema, mappings), ...houseFaults(house, schema, mappings, topics)]
  if (faults.length > 0)
    throw new Error(`the hub does not start, ${faults.length} things are not said:\n${faults.join('\n')}`)
}

function houseFaults(house: House, schema: GraphQLSchema, mappings: TypeMappings, topics: Topics): string[] {
  const policy = openPolicy({ schema, purposes: null })
  const rules = new Map(house.domains.flatMap(({ tables }) => Object.entries(tables)))
  return [
    ...topicFaults(schema, mappings, topics),
    ...house.domains.flatMap((domain) => declarationFaults(domain, house, mappings)),
    ...[...mappings.values()].flatMap((mapping) => tableFaults(mapping, rules)),
    ...house.domains.flatMap((domain) => policyFaults(domain, schema, mappings, policy)),
    ...personalInputFaults(house, schema),
  ]
}

function topicFaults(schema: GraphQLSchema, mappings: TypeMappings, topics: Topics): string[] {
  const fields = schema.getSubscriptionType()?.getFields() ?? {}
  return [
    ...Object.keys(fields)
      .filter((name) => !Object.hasOwn(topics, name))
      .map((name) => `Subscription.${name}: expected a topic of a domain`),
    ...Object.entries(topics).flatMap(([name, topic]) => {
      const field = fields[name]
      if (field === undefined) return [`the topic ${name}: expected a field of Subscription of this name`]
      const target = mappings.get(topic.type)
      if (target?.table === undefined || target.id === undefined) {
        return [`the topic ${name}: expected a mapping of ${topic.type} with a table and an id`]
      }
      const filter = field.args.find((one) => one.name === 'filter')
      const others = field.args.filter((one) => one !== filter && !Object.hasOwn(topic.args, one.name))
      return [
        ...filterFaults(`Subscription.${name}`, filter, target),
        ...others.map((one) => `Subscription.${name}(${one.name}:): expected a condition of the topic`),
      ]
    }),
  ]
}

function declarationFaults(domain: Domain, house: House, mappings: TypeMappings): string[] {
  const faults: string[] = []
  const { name, rows } = domain
  const knows = (what: string, scope: string): void => {
    if (!house.isScope(scope)) faults.push(`${name}: ${what} names the scope ${scope}, expected one that is declared`)
  }
  if (rows !== 'open') {
    knows('rows', rows.scope)
    const known = Object.hasOwn(domain.tables, rows.table) || domain.views.includes(rows.table)
    if (!known) faults.push(`${name}: rows name ${rows.table}, expected a table or view of the domain`)
  }
  for (const [table, rule] of Object.entries(domain.tables)) {
    if (rows === 'open' && ['path', 'rule'].includes(rule.seen)) {
      faults.push(`${name}: the table ${table} is seen by ${rule.seen}, expected a row rule of the domain`)
    }
  }
  for (const [record, { rejectedBytes }] of Object.entries(domain.records)) {
    if (rejectedBytes !== 'open') knows(`rejectedBytes of ${record}`, rejectedBytes)
  }
  for (const rule of domain.personal) knows(`personal of ${rule.type}`, rule.scope)
  for (const [role, scopes] of Object.entries(domain.sandbox.roles))
    for (const one of scopes) knows(`role ${role}`, one)
  for (const [scope, { vi, en }] of Object.entries(domain.scopes)) {
    if (!/^[a-z][a-z-]*:[a-z][a-z-]*$/.test(scope)) faults.push(`${name}: the scope ${scope}, expected entity:action`)
    if (vi.trim() === '' || en.trim() === '')
      faults.push(`${name}: the scope ${scope}, expected a title in both languages`)
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) faults.push(`${name}: expected a name in kebab-case, as its folder`)
  for (const type of domain.search) {
    if (mappings.get(type)?.search === undefined)
      faults.push(`${name}: search names ${type}, expected its mapping to have a search`)
  }
  for (const kind of domain.sealed) {
    if (!Object.hasOwn(domain.tables, kind.table)) {
      faults.push(`${name}: ${kind.name} are sealed in ${kind.table}, expected a table of the domain`)
    }
  }
  return faults
}

/** A mapping reads a table that is declared, and narrows its rows to the caller's unless they are everybody's. */
function tableFaults(mapping: TypeMapping, rules: ReadonlyMap<string, TableRule>): string[] {
  const { type, table } = mapping
  if (table === undefined || !/^\w+$/.test(table)) return []
  const rule = rules.get(table)
  if (rule === undefined) {
    return hubTables.includes(table)
      ? []
      : [`${type}: its table ${table} is no domain's, expected a rule of who sees it`]
  }
  if (rule.seen === 'never') return [`${type}: reads ${table}, which no answer may read`]
  const found = mapping.id !== undefined || mapping.search !== undefined || rule.seen === 'path'
  return found && rule.seen !== 'open' && mapping.rows === undefined
    ? [`${type}: expected rows, as not everybody sees ${table}`]
    : []
}

/** Types whose rows a scope opens ask for it, and personal fields are made of sealed values. */
function policyFaults(domain: Domain, schema: GraphQLSchema, mappings: TypeMappings, policy: Policy): string[] {
  const own = [...mappings.values()].filter(({ table }) => table !== undefined && Object.hasOwn(domain.tables, table))
  const searched = own.flatMap(({ type, search }) =>
    search !== undefined && !domain.search.includes(type)
      ? [`${domain.name}: expected ${type} in search, which finds it`]
      : [],
  )
  const fields = own.flatMap((mapping) => {
    const type = schema.getType(mapping.type)
    if (!isObjectType(type)) return []
    const { seen } = domain.tables[mapping.table!]!
    const guarded = seen === 'path' || (mapping.id !== undefined && ['with', 'rule'].includes(seen))
    return Object.keys(type.getFields()).flatMap((name) => {
      const rule = policy.fieldRule(mapping.type, name)
      const at = `${mapping.type}.${name}`
      return [
        ...(guarded && !asksFor(rule, domain)
          ? [`${at}: expected @requiresScopes with a scope of ${domain.name} on it or on its type`]
          : []),
        ...(rule?.personal === undefined || rule.personal === null
          ? openedFaults(at, mapping, name, domain)
          : sensitivityFaults(at, mapping, name, domain)),
      ]
    })
  })
  return [...searched, ...fields]
}

const asksFor = (rule: Rule | null, domain: Domain): boolean =>
  rule?.scopes.some((alternatives) =>
    alternatives.every((all) => all.some((scope) => Object.hasOwn(domain.scopes, scope))),
  ) === true

function sensitivityFaults(at: string, mapping: TypeMapping, name: string, domain: Domain): string[] {
  const kind = mapping.fields[name]?.kind
  const sealed = domain.sealed.some(({ table }) => table === mapping.table)
  return [
    ...(kind === 'computed' ? [] : [`${at}: is @personal, expected a computed field that opens a sealed value`]),
    ...(sealed ? [] : [`${at}: is @personal, expected ${mapping.table} among what ${domain.name} seals`]),
  ]
}

/** What a computed field reads of a sealed column is opened only for a purpose. */
function openedFaults(at: string, mapping: TypeMapping, name: string, domain: Domain): string[] {
  const declared = mapping.fields[name]
  if (declared?.kind !== 'computed') return []
  const columns = domain.sealed.flatMap(({ table, sealed }) => (table === mapping.table ? sealed : []))
  const texts = Object.values(declared.from).map((one) => one('t', {} as never))
  const read = columns.filter((column) => texts.some((text) => new RegExp(`\\bt\\.${column}\\b`).test(text)))
  return read.map((column) => `${at}: opens the sealed ${column}, expected @personal on it`)
}

/** Filters by personal values are looked up by hash alone, and each is declared. */
function personalInputFaults(house: House, schema: GraphQLSchema): string[] {
  const declared = new Set(house.domains.flatMap(({ personal }) => personal.flatMap(({ at }) => at)))
  const known = new Set<string>()
  const faults: string[] = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const at = `${type.name}.${field.name}`
      known.add(at)
      const personal = field.astNode?.directives?.some(({ name }) => name.value === 'personal') === true
      if (personal && !declared.has(at))
        faults.push(`${at}: is @personal, expected it among the personal look-ups of a domain`)
      // A text of words may have personal ones among others: those are looked up for whoever may, and the rest for all.
      if (!personal && declared.has(at) && isInputObjectType(getNamedType(field.type)))
        faults.push(`${at}: is a personal look-up, expected @personal on it`)
    }
  }
  for (const at of declared) {
    if (at !== 'search' && !known.has(at))
      faults.push(`personal look-ups name ${at}, expected a member of a filter input`)
  }
  return faults
}

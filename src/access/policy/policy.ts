// The rights of callers on one schema: its access directives, applied.
import { getNamedType, Kind } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { isAnonymous } from '../caller.ts'
import type { Caller } from '../caller.ts'
import { walk } from './decide.ts'
import type { Decision, JudgedSelection } from './decide.ts'
import type { DenialCode } from '../error.ts'
import { hasVariable, type PersonalInputs, personalInputs } from './personal-input.ts'
import { allowed, both, readRules } from './rule.ts'
import type { Rule, Verdict } from './rule.ts'
import { filterSchema } from './visible-schema.ts'

export interface PolicyOptions {
  /** Built from SDL with the access directives (`buildASTSchema`, `makeExecutableSchema`). */
  readonly schema: GraphQLSchema
  /** The codes of the configuration's purposes; null when it lists none: then the token's own suffice. */
  readonly purposes: ReadonlySet<string> | null
}

/** What the schema's access directives say, applied to callers. Row scope is not in here. */
export interface Policy {
  readonly schema: GraphQLSchema
  readonly purposes: ReadonlySet<string> | null
  /** The rule of a field of an object type: its own, its type's and that of the type it leads to, together. */
  fieldRule(typeName: string, fieldName: string): Rule | null
  allowed(rule: Rule | null, caller: Caller): Verdict
  /**
   * What of an operation is denied, by its tree and its coerced variables. The same object again for the same tree and
   * `rightsKey`, unless a variable's value decides.
   */
  decide(
    selections: readonly JudgedSelection[],
    caller: Caller,
    values?: { readonly [name: string]: unknown },
  ): Decision
  /**
   * The schema to validate this caller's documents and variables against: inputs, arguments and enum values without their
   * scope are absent, so that graphql-js itself says of them what it says of an unknown name. Selections stay.
   */
  inputSchema(caller: Caller): GraphQLSchema
  /** The schema that introspection shows to this caller. */
  visibleSchema(caller: Caller): GraphQLSchema
}

const keptSchemas = 64

/** The rules of one schema and what was worked out of them. */
interface Ruling extends PolicyOptions {
  readonly rules: ReadonlyMap<string, Rule>
  readonly inputs: PersonalInputs
  readonly fieldRules: Map<string, Rule | null>
  readonly decisions: WeakMap<readonly JudgedSelection[], Map<string, Decision>>
}

/**
 * The policy of a schema: it reads the rules once and judges each caller by them.
 *
 * @example
 * const policy = openPolicy({ schema, purposes: null })
 * policy.allowed(policy.fieldRule('Dossier', 'applicant'), caller) // 'PURPOSE_REQUIRED'
 */
export function openPolicy({ schema, purposes }: PolicyOptions): Policy {
  const rules = readRules(schema)
  const inputs = personalInputs(schema, personalInputFields(schema, rules))
  const ruling: Ruling = { schema, purposes, rules, inputs, fieldRules: new Map(), decisions: new WeakMap() }
  const hasInputRules = [...rules.keys()].some((coordinate) => isInputCoordinate(schema, coordinate))
  const filteredInputs = schemaFor(ruling, 'inputs')
  return {
    schema,
    purposes,
    fieldRule: (typeName, fieldName) => fieldRule(ruling, typeName, fieldName),
    allowed: (rule, caller) => allowed(rule, caller, purposes),
    decide: (selections, caller, values = {}) => decide(ruling, selections, caller, values),
    inputSchema: (caller) => (hasInputRules ? filteredInputs(caller) : schema),
    visibleSchema: schemaFor(ruling, 'all'),
  }
}

function fieldRule({ schema, rules, fieldRules }: Ruling, typeName: string, fieldName: string): Rule | null {
  const coordinate = `${typeName}.${fieldName}`
  const found = fieldRules.get(coordinate)
  if (found !== undefined) return found
  const type = schema.getType(typeName)
  const field = type !== undefined && 'getFields' in type ? type.getFields()[fieldName] : undefined
  const leads = field === undefined ? null : (rules.get(getNamedType(field.type).name) ?? null)
  const rule = both(both(rules.get(typeName) ?? null, rules.get(coordinate) ?? null), leads)
  if (field !== undefined) fieldRules.set(coordinate, rule)
  return rule
}

type Values = { readonly [name: string]: unknown }

function decide(ruling: Ruling, selections: readonly JudgedSelection[], caller: Caller, values: Values): Decision {
  const { decisions } = ruling
  const kept = decisions.get(selections) ?? new Map<string, Decision>()
  const key = rightsKey(caller)
  const found = kept.get(key)
  if (found !== undefined) return found
  const { decision, byValues } = judged(ruling, selections, caller, values)
  if (byValues) return decision
  if (kept.size >= keptSchemas) kept.clear()
  decisions.set(selections, kept.set(key, decision))
  return decision
}

/** Decides by walking the tree; also says whether values of variables had a part in it. */
function judged(
  ruling: Ruling,
  selections: readonly JudgedSelection[],
  caller: Caller,
  values: Values,
): { readonly decision: Decision; readonly byValues: boolean } {
  const { purposes, inputs } = ruling
  const verdicts = new Map<string, DenialCode | null>()
  let byValues = false
  const verdictOn = (typeName: string, fieldName: string): DenialCode | null => {
    const coordinate = `${typeName}.${fieldName}`
    const found = verdicts.get(coordinate)
    if (found !== undefined) return found
    const verdict = allowed(fieldRule(ruling, typeName, fieldName), caller, purposes)
    const code = verdict === 'ALLOWED' ? null : verdict
    verdicts.set(coordinate, code)
    return code
  }
  const purposeMissing = allowed({ authenticated: false, scopes: [], personal: '' }, caller, purposes) !== 'ALLOWED'
  const decision = walk(selections, {
    field: (type, parent, field) =>
      verdictOn(type.name, field.name) ?? (type === parent ? null : verdictOn(parent.name, field.name)),
    arguments: (field, node) =>
      purposeMissing &&
      (node.arguments ?? []).some((given) => {
        const argument = field.args.find((one) => one.name === given.name.value)
        if (argument === undefined || !inputs.reaches(argument.type)) return false
        byValues ||= hasVariable(given.value)
        return inputs.uses(given.value, argument.type, values)
      }),
  })
  return { decision, byValues }
}

/** The schema as a caller sees it, made once for the same rights. */
function schemaFor({ schema, rules, purposes }: Ruling, what: 'all' | 'inputs'): (caller: Caller) => GraphQLSchema {
  const kept = new Map<string, GraphQLSchema>()
  return (caller) => {
    const rights = rightsOf(caller)
    const found = kept.get(rights)
    if (found !== undefined) return found
    // A purpose belongs to one request, not to what the caller may use: no purpose hides nothing.
    const hidden = (coordinate: string): boolean =>
      allowed(rules.get(coordinate) ?? null, caller, purposes) === 'UNAUTHORIZED_FIELD_OR_TYPE'
    const filtered = filterSchema(schema, { hidden, what })
    if (kept.size >= keptSchemas) kept.delete(kept.keys().next().value ?? '')
    kept.set(rights, filtered)
    return filtered
  }
}

const written = new WeakMap<ReadonlySet<string>, string>()

/** All that the rules read of a caller: equal for callers whose decisions are equal on every operation. */
const rightsKey = (caller: Caller): string =>
  `${rightsOf(caller)}\n${caller.purpose ?? ''}\n${writtenSet(caller.purposes)}`

/** What the rules read of a caller, apart from the purpose. A proved token keeps its sets, so each is written once. */
const rightsOf = (caller: Caller): string => `${isAnonymous(caller) ? '-' : '+'}${writtenSet(caller.scopes)}`

function writtenSet(set: ReadonlySet<string>): string {
  const found = written.get(set)
  if (found !== undefined) return found
  const text = [...set].toSorted().join(' ')
  written.set(set, text)
  return text
}

function personalInputFields(schema: GraphQLSchema, rules: ReadonlyMap<string, Rule>): ReadonlySet<string> {
  const found = [...rules].filter(([coordinate, rule]) => {
    return rule.personal !== null && isInputCoordinate(schema, coordinate)
  })
  return new Set(found.map(([coordinate]) => coordinate))
}

/** Whether the coordinate names something that a client writes: an input field, an argument, an enum or scalar. */
function isInputCoordinate(schema: GraphQLSchema, coordinate: string): boolean {
  if (coordinate.includes('(')) return true
  const kind = schema.getType(coordinate.split('.')[0] ?? '')?.astNode?.kind
  return (
    kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
    kind === Kind.ENUM_TYPE_DEFINITION ||
    kind === Kind.SCALAR_TYPE_DEFINITION
  )
}

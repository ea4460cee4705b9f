import { getNamedType, getOperationAST, isCompositeType, Kind, typeFromAST, valueFromASTUntyped } from 'graphql'
import type { DocumentNode, GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { isAnonymous } from '../caller.ts'
import type { Caller } from '../caller.ts'
import { walk } from './decide.ts'
import type { Decision } from './decide.ts'
import type { DenialCode } from '../error.ts'
import { personalInputs } from './personal-input.ts'
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
  /** What of the operation is denied; the same object again for the same document, operation and rights. */
  decide(
    document: DocumentNode,
    operationName: string | null | undefined,
    caller: Caller,
    variables?: { readonly [name: string]: unknown },
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

export function openPolicy({ schema, purposes }: PolicyOptions): Policy {
  const rules = readRules(schema)
  const fieldRules = new Map<string, Rule | null>()
  const decisions = new WeakMap<DocumentNode, Map<string, Decision>>()
  const inputs = personalInputs(schema, personalInputFields(schema, rules))
  const hasInputRules = [...rules.keys()].some((coordinate) => isInputCoordinate(schema, coordinate))

  function fieldRule(typeName: string, fieldName: string): Rule | null {
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

  function decideAnew(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    caller: Caller,
    variables: { readonly [name: string]: unknown },
  ): Decision {
    const effective = { ...defaultsOf(operation), ...variables }
    const verdicts = new Map<string, DenialCode | null>()
    const judged = (typeName: string, fieldName: string): DenialCode | null => {
      const coordinate = `${typeName}.${fieldName}`
      const found = verdicts.get(coordinate)
      if (found !== undefined) return found
      const verdict = allowed(fieldRule(typeName, fieldName), caller, purposes)
      const code = verdict === 'ALLOWED' ? null : verdict
      verdicts.set(coordinate, code)
      return code
    }
    const purposeMissing = allowed({ authenticated: false, scopes: [], personal: '' }, caller, purposes) !== 'ALLOWED'
    return walk(schema, document, operation, {
      field: (type, parent, field) =>
        judged(type.name, field.name) ?? (type === parent ? null : judged(parent.name, field.name)),
      arguments: (field, node) =>
        purposeMissing &&
        (node.arguments ?? []).some((given) => {
          const argument = field.args.find((one) => one.name === given.name.value)
          return argument !== undefined && inputs.uses(given.value, argument.type, effective)
        }),
    })
  }

  function variablesMatter(operation: OperationDefinitionNode): boolean {
    return (operation.variableDefinitions ?? []).some((definition) => {
      const type = typeFromAST(schema, definition.type)
      return type !== undefined && !isCompositeType(type) && inputs.reaches(type as GraphQLInputType)
    })
  }

  function decide(
    document: DocumentNode,
    operationName: string | null | undefined,
    caller: Caller,
    variables: { readonly [name: string]: unknown } = {},
  ): Decision {
    const operation = getOperationAST(document, operationName)
    if (operation === null || operation === undefined) return { denied: [] }
    if (variablesMatter(operation)) return decideAnew(document, operation, caller, variables)
    const kept = decisions.get(document) ?? new Map<string, Decision>()
    decisions.set(document, kept)
    const name = `${operation.name?.value ?? ''}\n${rightsOf(caller)}\n${caller.purpose ?? ''}\n${writtenSet(caller.purposes)}`
    const found = kept.get(name)
    if (found !== undefined) return found
    const decision = decideAnew(document, operation, caller, variables)
    if (kept.size >= keptSchemas) kept.clear()
    kept.set(name, decision)
    return decision
  }

  const schemaFor = (what: 'all' | 'inputs'): ((caller: Caller) => GraphQLSchema) => {
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
  const filteredInputs = schemaFor('inputs')

  return {
    schema,
    purposes,
    fieldRule,
    allowed: (rule, caller) => allowed(rule, caller, purposes),
    decide,
    inputSchema: (caller) => (hasInputRules ? filteredInputs(caller) : schema),
    visibleSchema: schemaFor('all'),
  }
}

const written = new WeakMap<ReadonlySet<string>, string>()

/** What the rules read of a caller, apart from the purpose. A proved token keeps its sets, so each is written once. */
const rightsOf = (caller: Caller): string => `${isAnonymous(caller) ? '-' : '+'}${writtenSet(caller.scopes)}`

function writtenSet(set: ReadonlySet<string>): string {
  const found = written.get(set)
  if (found !== undefined) return found
  const text = [...set].toSorted().join(' ')
  written.set(set, text)
  return text
}

/** The values that variables have when they are not sent. */
function defaultsOf(operation: OperationDefinitionNode): { readonly [name: string]: unknown } {
  const given = (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  )
  return Object.fromEntries(given)
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

// The rule of a field, argument or type, and the verdict on a caller.
import { isInputObjectType, isInterfaceType, isObjectType, isEnumType, valueFromASTUntyped } from 'graphql'
import type { ConstDirectiveNode, GraphQLNamedType, GraphQLSchema } from 'graphql'
import { isAnonymous, isPurposeAllowed } from '../caller.ts'
import type { Caller } from '../caller.ts'
import type { DenialCode } from '../error.ts'

/** Alternatives; a caller must have one of them whole: `[["a", "b"], ["c"]]` is a and b, or c. */
export type Alternatives = readonly (readonly string[])[]

/** What a caller must have. Rules of several origins (a type and its field, two subgraphs) apply together. */
export interface Rule {
  readonly authenticated: boolean
  /** Each of these applies. */
  readonly scopes: readonly Alternatives[]
  /** The kind of personal data, where a purpose is needed. */
  readonly personal: string | null
}

export type Verdict = 'ALLOWED' | DenialCode

/**
 * Whether the caller may use what the rule protects. A purpose is needed for personal data, unless the caller has an
 * alternative with a scope `…:masked`: that is answered masked, and unmasked only where `isPurposeAllowed`.
 *
 * @example
 * allowed({ authenticated: true, scopes: [], personal: null }, anonymous, null) // 'UNAUTHORIZED_FIELD_OR_TYPE'
 */
export function allowed(rule: Rule | null, caller: Caller, purposes: ReadonlySet<string> | null): Verdict {
  if (rule === null) return 'ALLOWED'
  if (rule.authenticated && isAnonymous(caller)) return 'UNAUTHORIZED_FIELD_OR_TYPE'
  const has = (scope: string): boolean => (caller.scopes as ReadonlySet<string>).has(scope)
  const owned = rule.scopes.map((alternatives) => alternatives.filter((all) => all.every(has)))
  if (owned.some((alternatives) => alternatives.length === 0)) return 'UNAUTHORIZED_FIELD_OR_TYPE'
  if (rule.personal === null || isPurposeAllowed(caller, purposes)) return 'ALLOWED'
  const masked = owned.flat(2).some((scope) => scope.endsWith(':masked'))
  return masked ? 'ALLOWED' : 'PURPOSE_REQUIRED'
}

/**
 * Both rules together; null restricts nothing.
 *
 * @example
 * both(ruleOfType, ruleOfField)
 */
export function both(one: Rule | null, other: Rule | null): Rule | null {
  if (one === null || other === null) return one ?? other
  return {
    authenticated: one.authenticated || other.authenticated,
    scopes: [...one.scopes, ...other.scopes],
    personal: one.personal ?? other.personal,
  }
}

/** The rules of a schema, by coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `Input.field`. */
export type Rules = ReadonlyMap<string, Rule>

interface Annotated {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined
  readonly extensionASTNodes?: readonly { readonly directives?: readonly ConstDirectiveNode[] | undefined }[]
}

/**
 * Reads `@authenticated`, `@requiresScopes`, `@personal` and `@policy` from a schema that was built from SDL. `@policy` and
 * an ill-formed `@requiresScopes` close what they are on: nobody passes.
 *
 * @example
 * readRules(schema).get('Dossier.applicant')?.personal // 'PARTY'
 */
export function readRules(schema: GraphQLSchema): Rules {
  const rules = new Map<string, Rule>()
  const note = (coordinate: string, annotated: Annotated): void => {
    const rule = ruleOn(annotated)
    if (rule !== null) rules.set(coordinate, rule)
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    note(type.name, type as Annotated)
    noteMembers(type, note)
  }
  return rules
}

function noteMembers(type: GraphQLNamedType, note: (coordinate: string, annotated: Annotated) => void): void {
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field)
      for (const argument of field.args) note(`${type.name}.${field.name}(${argument.name}:)`, argument)
    }
  } else if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field)
  } else if (isEnumType(type)) {
    for (const value of type.getValues()) note(`${type.name}.${value.name}`, value)
  }
}

function ruleOn(annotated: Annotated): Rule | null {
  const nodes = [annotated.astNode, ...(annotated.extensionASTNodes ?? [])]
  const directives = nodes.flatMap((node) => node?.directives ?? [])
  let rule: Rule | null = null
  for (const directive of directives) rule = both(rule, ruleOf(directive))
  return rule
}

const open: Rule = { authenticated: false, scopes: [], personal: null }

function ruleOf(directive: ConstDirectiveNode): Rule | null {
  switch (directive.name.value) {
    case 'authenticated':
      return { ...open, authenticated: true }
    case 'personal':
      return { ...open, personal: textOf(argumentOf(directive, 'kind')) }
    case 'requiresScopes':
      return { ...open, scopes: [alternativesOf(argumentOf(directive, 'scopes'))] }
    case 'policy':
      return { ...open, scopes: [[]] }
    default:
      return null
  }
}

function argumentOf(directive: ConstDirectiveNode, name: string): unknown {
  const found = directive.arguments?.find((argument) => argument.name.value === name)
  return found === undefined ? undefined : valueFromASTUntyped(found.value)
}

/** GraphQL takes a single item for a list of one, at both levels. */
function alternativesOf(value: unknown): Alternatives {
  const outer = Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value]
  const listed = outer.map((all) => (Array.isArray(all) ? (all as unknown[]) : [all]))
  return listed.filter((all) => all.length > 0 && all.every((scope) => typeof scope === 'string')) as string[][]
}

const textOf = (kind: unknown): string => (typeof kind === 'string' ? kind : 'personal')

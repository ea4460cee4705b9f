import { type DocumentNode, parse, printSchema, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { anonymous } from '../../../src/access/caller.ts'
import type { Caller } from '../../../src/access/caller.ts'
import type { Decision } from '../../../src/access/policy/decide.ts'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import { scopesOf } from '../../../src/access/policy/scopes.ts'
import { decided, writtenOn } from '../../../src/graph/operation/build.ts'
import { definitionIn } from '../../../src/graph/operation/operation.ts'
import { coercedVariables } from '../../../src/graph/operation/variables.ts'
import { smallSchema } from '../../gateway/small-schema.ts'
import { house } from '../../../src/domains/index.ts'

const schema = smallSchema()
const policy = openPolicy({ schema, purposes: new Set(['handling', 'statistics']) })

function caller(
  scope: string,
  purpose: string | null = null,
  purposes: readonly string[] = ['handling', 'other'],
): Caller {
  return {
    ...anonymous,
    subject: 'someone',
    scopes: scopesOf(scope, house.isScope),
    purposes: new Set(purposes),
    purpose,
  }
}

/** Decides on the tree of a document's operation; undefined variables are those that are not sent. */
function decide(document: DocumentNode, who: Caller, variables: Record<string, unknown> = {}): Decision {
  const definition = definitionIn(document, null)!
  const coerced = coercedVariables(schema, definition, variables)
  const values = 'values' in coerced ? coerced.values : {}
  return policy.decide(decided(writtenOn(schema, document, definition), values), who, values)
}

/** `path type code`, one a denial. */
function denied(query: string, who: Caller, variables?: Record<string, unknown>): string[] {
  const decision = decide(parse(query), who, variables)
  return decision.denied.map(
    ({ path, typeName, fieldName, code }) => `${path.join('.')} ${typeName}.${fieldName} ${code}`,
  )
}

const UNAUTHORIZED = 'UNAUTHORIZED_FIELD_OR_TYPE'
const officer = caller('dossier:read dossier:personal', 'handling')

describe('what a caller is denied', () => {
  it('is named under its alias, through fragments and nested fragments, on every path', () => {
    const query = /* GraphQL */ `
      query ($t: Boolean!) {
        a: dossier(code: "x") {
          ...F
          agency {
            x: code
          }
        }
        b: dossier(code: "y") {
          ... on Node {
            ... on Dossier {
              n: note
            }
          }
          ... @include(if: $t) {
            applicant {
              name
            }
          }
        }
      }
      fragment F on Dossier {
        ...G
      }
      fragment G on Dossier {
        p: applicant {
          friend {
            name
          }
        }
      }
    `
    expect(denied(query, caller('dossier:read'), { t: true })).toEqual([
      `a.p Dossier.applicant ${UNAUTHORIZED}`,
      `a.agency.x Agency.code ${UNAUTHORIZED}`,
      `b.n Dossier.note ${UNAUTHORIZED}`,
      `b.applicant Dossier.applicant ${UNAUTHORIZED}`,
    ])

    expect(denied(query, caller('dossier:read'), { t: false })).toHaveLength(3)
  })

  it('is denied for the protected implementers of an interface alone', () => {
    expect(denied('{ node(id: "1") { id } }', anonymous)).toEqual([`node.id Dossier.id ${UNAUTHORIZED}`])
    expect(denied('{ node(id: "1") { id } }', caller('dossier:read'))).toEqual([])
    expect(denied('{ node(id: "1") { ... on Agency { ... on Node { id } } } }', anonymous)).toEqual([])
  })

  it('is denied inside a union', () => {
    const query = '{ search { ... on Node { id } ... on Dossier { code } ... on Agency { code name } } }'
    expect(denied(query, caller('camera:read'))).toEqual([
      `search.id Dossier.id ${UNAUTHORIZED}`,
      `search.code Dossier.code ${UNAUTHORIZED}`,
    ])
  })

  it('is a field that leads to a protected type, and nothing beneath it', () => {
    expect(denied('{ dossier(code: "1") { applicant { name } } secret }', anonymous)).toEqual([
      `dossier Query.dossier ${UNAUTHORIZED}`,
      `secret Query.secret ${UNAUTHORIZED}`,
    ])
  })

  it('follows OR of ANDs', () => {
    const query = '{ agencies { nodes { code } } }'
    for (const scope of ['', 'report:read', 'document:read']) expect(denied(query, caller(scope))).toHaveLength(1)
    for (const scope of ['report:read document:read', 'camera:read']) expect(denied(query, caller(scope))).toEqual([])
  })

  it('opens @authenticated to whoever brings a token', () => {
    expect(denied('{ self }', anonymous)).toHaveLength(1)
    expect(denied('{ self }', caller(''))).toEqual([])
  })

  it('lacks a purpose when none is named, or one that the token or the configuration does not hold', () => {
    const query = '{ dossier(code: "1") { note } }'
    const personal = 'dossier:read dossier:personal'
    for (const purpose of [null, 'statistics', 'other']) {
      expect(denied(query, caller(personal, purpose))).toEqual(['dossier.note Dossier.note PURPOSE_REQUIRED'])
    }
    expect(denied(query, officer)).toEqual([])
    expect(denied(query, caller('dossier:read', 'handling'))).toEqual([`dossier.note Dossier.note ${UNAUTHORIZED}`])
  })

  it('needs no purpose for what is answered masked', () => {
    const query = '{ dossier(code: "1") { applicant { name } } }'
    expect(denied(query, caller('dossier:read dossier:masked'))).toEqual([])
    expect(denied(query, caller('dossier:read dossier:personal'))).toHaveLength(1)
  })

  it('lacks a purpose when a personal input is used, in the document or deep inside a variable', () => {
    const who = caller('dossier:read dossier:personal')
    const expected = ['dossiers Query.dossiers PURPOSE_REQUIRED']
    expect(denied('{ dossiers(filter: { identityNumber: "1" }) { totalCount } }', who)).toEqual(expected)
    const query = 'query ($f: DossierFilter) { dossiers(filter: $f) { totalCount } }'
    expect(denied(query, who, { f: { all: [{ identityNumber: '1' }] } })).toEqual(expected)
    expect(denied(query, who, { f: { status: 'x' } })).toEqual([])
    const document = parse(query)
    const decided = (f: object) => decide(document, who, { f }).denied.length
    expect([decided({ status: 'x' }), decided({ identityNumber: '1' }), decided({})]).toEqual([0, 1, 0])
    const usual = 'query ($f: DossierFilter = { identityNumber: "1" }) { dossiers(filter: $f) { totalCount } }'
    expect(denied(usual, who)).toEqual(expected)
    expect(denied(usual, who, { f: null })).toEqual([])
    expect(denied(query, officer, { f: { identityNumber: '1' } })).toEqual([])
  })

  it('is decided anew for other rights on the same document', () => {
    const document = parse('{ dossier(code: "1") { code note } }')
    expect(decide(document, anonymous).denied).toHaveLength(1)
    expect(decide(document, officer).denied).toEqual([])
    expect(decide(document, { ...officer, purpose: null }).denied).toHaveLength(1)
    expect(decide(document, officer)).toBe(decide(document, { ...officer }))
  })

  it('leaves a literal @skip(if: true) alone', () => {
    expect(denied('{ self @skip(if: true) secret @include(if: false) }', anonymous)).toEqual([])
  })
})

describe('an input without its scope', () => {
  const faults = (query: string, who: Caller): string[] =>
    validate(policy.inputSchema(who), parse(query), undefined, { hideSuggestions: true }).map((error) => error.message)

  it('reads exactly like an unknown name', () => {
    const of = (field: string): string => `{ dossiers(filter: { ${field}: "1" }) { totalCount } }`
    expect(faults(of('identityNumber'), anonymous)).toEqual(
      faults(of('noSuchName'), anonymous).map((text) => text.replaceAll('noSuchName', 'identityNumber')),
    )
    expect(faults('{ dossiers(orderBy: APPLICANT_ASC) { totalCount } }', anonymous)).toEqual([
      'Value "APPLICANT_ASC" does not exist in "DossierOrder" enum.',
    ])
    expect(faults('{ agencies(hidden: "1") { nodes { id } } }', anonymous)).toEqual([
      'Unknown argument "hidden" on field "Query.agencies".',
    ])
    expect(faults('{ dossiers(filter: { identityNumber: "1" }) { totalCount } }', officer)).toEqual([])
  })

  it('does not take selections away: they are answered with null', () => {
    expect(faults('{ secret dossier(code: "1") { note applicant { name } } }', anonymous)).toEqual([])
  })
})

describe('introspection', () => {
  it('shows what the scopes open, and nothing that only leads to what they do not', () => {
    const shown = printSchema(policy.visibleSchema(anonymous))
    for (const name of [
      'Dossier',
      'Party',
      'Secret',
      'DossierFilter',
      'identityNumber',
      'APPLICANT',
      'requiresScopes',
      'self',
      'hidden',
    ]) {
      expect(shown).not.toContain(name)
    }
    expect(shown).toContain('type Agency implements Node')
    expect(shown).toContain('union Found = Agency')
  })

  it('shows all of it to whoever holds all scopes', () => {
    const all = caller('dossier:read dossier:personal audit:read camera:read')
    const shown = printSchema(policy.visibleSchema(all))
    for (const name of ['note', 'identityNumber', 'APPLICANT_ASC', 'Secret', 'hidden']) expect(shown).toContain(name)
    expect(policy.visibleSchema(all)).toBe(policy.visibleSchema({ ...all }))
  })
})

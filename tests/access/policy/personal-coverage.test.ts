import {
  buildSchema,
  getNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRules } from '../../../src/access/policy/rule.ts'
import { loadSchema } from '../../../src/graph/schema/load.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'
import { namesOfOthers, openLeaves } from './open-leaves.ts'

/** Words by which a field could be about a person. */
const aboutPersons =
  /name|identity|passport|phone|mobile|mail|address|birth|gender|officer|signer|applicant|person|citizen|owner|contact|bank|subject$|caller|position|competence/i

/** Members of pages alone: counts and cursors. */
const ofPages = new Set(['cursor', 'totalCount'])

/** What is wrong with a schema's marking of personal data, one line a fault. */
function faults(
  schema: GraphQLSchema,
  open: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): string[] {
  const rules = readRules(schema)
  const found: string[] = []
  const personal = new Set([...rules].flatMap(([coordinate, rule]) => (rule.personal === null ? [] : [coordinate])))
  const personalNames = new Set(
    [...personal].map((coordinate) => coordinate.split('.')[1]!).filter((name) => name !== 'name'),
  )
  const listed = new Set(
    Object.entries(open).flatMap(([type, names]) => names.split(' ').map((name) => `${type}.${name}`)),
  )
  const leaves = new Set<string>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isInputObjectType(type)) {
      for (const { name } of Object.values(type.getFields())) {
        if (personalNames.has(name) && !personal.has(`${type.name}.${name}`)) {
          found.push(`${type.name}.${name} filters by a personal field and is not @personal`)
        }
      }
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    if (isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      if (!isLeafType(getNamedType(field.type))) {
        // An object that only some may see: what it leads to is judged at its own leaves.
        continue
      }
      leaves.add(coordinate)
      if (ofPages.has(field.name) && /(Connection|Edge)$/.test(type.name)) continue
      if (personal.has(coordinate)) {
        if (listed.has(coordinate)) found.push(`${coordinate} is @personal and listed as open`)
        continue
      }
      // Kinds and counts inside a personal object are opened by the rule of the object itself.
      if (type.name === 'Party' && field.name === 'kind') continue
      if (!listed.has(coordinate)) found.push(`${coordinate} is neither @personal nor listed as open`)
      else if (aboutPersons.test(field.name) && others[coordinate] === undefined && !isSubjectMatter(coordinate)) {
        found.push(`${coordinate} could be about a person: say in namesOfOthers whose it is, or mark it @personal`)
      }
    }
  }
  for (const coordinate of [...listed, ...Object.keys(others)]) {
    if (!leaves.has(coordinate)) found.push(`${coordinate} is listed and is no leaf of the schema`)
  }
  return found
}

/** What a dossier or document is about, in words of the source. */
const isSubjectMatter = (coordinate: string): boolean => ['Dossier.subject', 'Document.subject'].includes(coordinate)

describe('every leaf of the schema', () => {
  it('is marked as personal or is known to be open', () => {
    expect(faults(loadSchema().schema, openLeaves, namesOfOthers)).toEqual([])
  })

  it('that is new, or loses its mark, is found', () => {
    const text = (mark: string, more = ''): string => `
      directive @personal(kind: String!) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
      type Query { party(by: Wanted): Person }
      input Wanted { phone: String ${more} }
      type Person { phone: String ${mark} height: Int }`
    const marked = text('@personal(kind: "PHONE")', '@personal(kind: "PHONE")')
    expect(faults(buildSchema(marked), { Person: 'height' }, {})).toEqual([])
    expect(faults(buildSchema(marked), {}, {})).toEqual(['Person.height is neither @personal nor listed as open'])
    expect(faults(buildSchema(text('')), { Person: 'height phone' }, {})).toEqual([
      'Person.phone could be about a person: say in namesOfOthers whose it is, or mark it @personal',
    ])
    expect(faults(buildSchema(text('@personal(kind: "PHONE")')), { Person: 'height' }, {})).toEqual([
      'Wanted.phone filters by a personal field and is not @personal',
    ])
  })
})

describe('for whoever sees the applicant masked', () => {
  let graph: OpenGraph
  beforeAll(async () => {
    graph = await openGraph()
    await sampleTown(graph)
  })
  afterAll(() => graph.close())

  it('no operator reaches what the mask hides', async () => {
    const masked = await graph.caller('H53', ['dossier:read', 'dossier:masked'], 'dossier-handling')
    const whole = await graph.caller('H53', ['dossier:read', 'dossier:personal'], 'dossier-handling')
    const words = ['Trần', 'bình', '001234567890', '0912345678', '567890', '890']
    for (const text of words) {
      const query = `query ($text: String!) {
        dossiers(filter: { text: $text }) { nodes { applicant { name phone identityNumber } } }
        search(text: $text, types: [DOSSIER]) { nodes { ... on Dossier { applicant { name phone identityNumber } } } }
      }`
      const { data } = await graph.ask(query, masked, { text })
      // The subject of T2 has one of the words itself.
      const found = text === 'bình' ? 1 : 0
      expect([text, data.dossiers.nodes.length, data.search.nodes.length]).toEqual([text, found, found])
      expect(JSON.stringify(data)).not.toMatch(/Trần|Bình|0012345|09123/)
    }
    const byNumber = '{ dossiers(filter: { identityNumber: { eq: "001234567890" } }) { totalCount } }'
    const unknown = byNumber.replace('identityNumber', 'identityNumbr')
    await expect(graph.ask(byNumber, masked)).rejects.toThrow('"identityNumber" is not defined')
    await expect(graph.ask(unknown, masked)).rejects.toThrow('"identityNumbr" is not defined')
    expect((await graph.ask(byNumber, whole)).data.dossiers.totalCount).toBe(1)
  })
})

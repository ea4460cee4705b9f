import fc from 'fast-check'
import { getNamedType, type GraphQLObjectType, isCompositeType, isObjectType } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { anonymous, type Caller } from '../../../src/access/caller.ts'
import { type Answer, openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import {
  agencyOf,
  cameraOf,
  dossierOf,
  keyed,
  mention,
  newDocument,
  observationOf,
  partyOf,
  reportOf,
} from '../../kit/world/records.ts'
import { sampleTown } from '../../kit/world/sample-town.ts'

let graph: OpenGraph
let callers: readonly Caller[]
/** Representations of rows by each key of their types, with their global ids. */
let named: readonly (readonly [object: Record<string, unknown> & { __typename: string }, id: string])[]

beforeAll(async () => {
  graph = await openGraph()
  const all = await sampleTown(graph)
  await graph.put('Agency', 'lists', [agencyOf('H53.30')])
  await graph.put('Dossier', 's', [dossierOf('L1', { agency: mention('H53.30'), applicant: partyOf('Phạm Thị Lan') })])
  await graph.put('Document', 's', [newDocument('H53.21', 'd1', ['H53.30'])], { stream: 'documents', key: () => 'd1' })
  await graph.put('Report', 's', [reportOf('R1', 'H53.30', '2026')], { stream: 'reports' })
  await graph.put('Camera', 's', [cameraOf('C1', { agency: mention('H53.21') })], { stream: 'cameras' })
  await graph.put('Observation', 's', [keyed(observationOf('I1', { report: null }), 'o1')], { stream: 'observations' })
  await graph.put('Procedure', 's', [{ code: '1.001', name: 'P', field: null, agency: null, audiences: [] } as never])
  await graph.database.pool.query(
    `insert into administrative_unit (code, name, kind, valid_from) values ('26734', 'Xã', 'COMMUNE', null)`,
  )
  const document = (await graph.ask('{ documents { nodes { id } } }', all)).data.documents.nodes[0].id as string
  const mixed = await graph.caller('H53.30', ['dossier:read', 'dossier:masked', 'document:read', 'operation:read'])
  callers = [all, { ...all, purpose: null }, mixed, anonymous]
  const byId = (id: string) => [{ __typename: id.slice(0, id.indexOf(':')), id }, id] as const
  named = [
    [{ __typename: 'Dossier', source: { id: 's' }, code: 'L1' }, 'Dossier:s:L1'],
    [{ __typename: 'Agency', code: 'H53.30' }, 'Agency:H53.30'],
    [{ __typename: 'Camera', code: 'C1' }, 'Camera:s:C1'],
    [{ __typename: 'Indicator', code: 'I1' }, 'Indicator:I1'],
    [{ __typename: 'Procedure', code: '1.001' }, 'Procedure:1.001'],
    [{ __typename: 'AdministrativeUnit', code: '26734', validFrom: null }, 'AdministrativeUnit:26734:'],
    byId('Dossier:s:T1'),
    byId('Dossier:s:none'),
    byId(document),
    byId('Report:s:R1'),
    byId('Observation:s:o1'),
  ]
})
afterAll(() => graph.close())

/** A selection of a type, each field once, lists short. */
function selectionOf(type: GraphQLObjectType, gen: fc.GeneratorValue, depth: number): string {
  const fields = type.getFields()
  const names = Object.keys(fields).filter((name) => depth > 0 || !isCompositeType(getNamedType(fields[name]!.type)))
  const chosen = gen(fc.subarray, names, { minLength: Math.min(1, names.length), maxLength: Math.min(5, names.length) })
  const written = chosen.map((name) => {
    const field = fields[name]!
    const led = getNamedType(field.type)
    const alias = gen(fc.boolean) ? `${field.name}_a: ` : ''
    const args = field.args.some(({ name }) => name === 'first')
      ? `(first: ${gen(fc.integer, { min: 1, max: 3 })})`
      : ''
    if (!isCompositeType(led)) return `${alias}${field.name}${args}`
    const inner = isObjectType(led) ? selectionOf(led, gen, depth - 1) : '__typename'
    return `${alias}${field.name}${args} { ${inner} }`
  })
  return ['__typename', ...written].join(' ')
}

/** The answer for one row with paths that begin at the row. */
const fromRow = ({ data, errors }: Answer, name: string, places: number) => ({
  row: places === 1 ? data?.[name] : data?.[name]?.[0],
  errors: (errors ?? [])
    .map(({ path, extensions }) => `${(path ?? []).slice(places).join('.')} ${extensions.code}`)
    .toSorted(),
})

it('is for every selection, row and caller what a direct read is', async () => {
  const { schema } = graph.generation
  let rows = 0
  let faults = 0
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.nat(), fc.nat(), async (gen, row, who) => {
      const [representation, id] = named[row % named.length]!
      const caller = callers[who % callers.length]!
      const type = schema.getType(representation.__typename) as GraphQLObjectType
      const selection = `... on ${type.name} { ${selectionOf(type, gen, 3)} }`
      const direct = await graph.ask(`query ($id: ID!) { node(id: $id) { ${selection} } }`, caller, { id })
      const entity = await graph.askSubgraph(
        `query ($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`,
        caller,
        { r: [representation] },
      )
      const expected = fromRow(direct, 'node', 1)
      expect([selection, fromRow(entity, '_entities', 2)]).toEqual([selection, expected])
      if (expected.row !== null) rows += 1
      faults += expected.errors.length
    }),
    { numRuns: 250 },
  )
  expect(rows).toBeGreaterThan(50)
  expect(faults).toBeGreaterThan(50)
})

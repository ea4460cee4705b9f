// Checks single rows, filters, relations, masks, units, search and ids.
import { expect, it } from 'vitest'
import { shippedUnits } from '../../../src/reference/index.ts'
import type { Row } from '../client.ts'
import { documentsInMessages } from '../truth/documents.ts'
import { externalIdOf, isOverdue, personal, readDossiers } from '../truth/dossiers.ts'
import type { WatchedDossier } from '../truth/dossiers.ts'
import { keyed } from '../truth/instants.ts'
import { province, hub, reader, anyone, agencies, dossiers } from '../journey.ts'
import { firstIds, nodeTypes } from '../truth/nodes.ts'
import { expectedProcedures } from '../truth/procedures.ts'
import { searched, searchedTexts } from '../truth/search.ts'

/** Single rows, filters, order, relations, masks, units, search and global ids. */
export function questionsAreAnswered(): void {
  rowsAndFiltersAreRight()
  relationsAndMasksAreRight()
  unitsSearchAndIdsAreRight()
}

function rowsAndFiltersAreRight(): void {
  it('gives one dossier, document, camera, procedure and agency for its code or id, and null for none', async () => {
    const [dossier] = dossiers.values()
    const document = (await reader.all<Row & { id: string }>('documents', 'id code'))[0]!
    const [procedure] = Object.values(expectedProcedures(province, agencies))
    const answer = await reader.ask<Record<string, Row | null>>(
      `query($dossier: String!, $document: ID!, $procedure: String!) {
        dossier(code: $dossier, source: "one-stop") { code provenance { externalId } }
        noDossier: dossier(code: "H53-0") { code }
        otherSource: dossier(code: $dossier, source: "camera") { code }
        document(id: $document) { id code }
        noDocument: document(id: "Document:e-office:none") { id }
        camera(code: "CAM-0001") { code }
        noCamera: camera(code: "CAM-9999") { code }
        procedure(code: $procedure) { code name field agency { code } audiences }
        agency(code: "000.03.21.H53") { code }
        noAgency: agency(code: "H99") { code }
      }`,
      { dossier: dossier!.record.code, document: document.id, procedure: procedure!['code'] },
    )
    expect(answer).toEqual({
      dossier: { code: dossier!.record.code, provenance: { externalId: dossier!.key } },
      noDossier: null,
      otherSource: null,
      document,
      noDocument: null,
      camera: { code: 'CAM-0001' },
      noCamera: null,
      procedure,
      agency: agencies.codes().includes('000.03.21.H53') ? { code: agencies.canonical('000.03.21.H53') } : null,
      noAgency: null,
    })
  })

  it('finds the same dossiers by each filter as a look at all of them does', async () => {
    const all = [...dossiers.values()]
    const [linked] = [...agencies.expected().values()].filter((one) => one.otherCodes.length > 0 && one.parent !== null)
    const often = all[0]!.record.procedure!.code
    const filters: Readonly<Record<string, (one: WatchedDossier) => boolean>> = {
      'status: { eq: PROCESSING }': ({ record }) => record.status === 'PROCESSING',
      'status: { in: [RETURNED, REFUSED] }': ({ record }) => ['RETURNED', 'REFUSED'].includes(record.status),
      'channel: { eq: POSTAL }': ({ record }) => record.channel === 'POSTAL',
      'agency: { eq: "H53.21" }': ({ record }) => agencies.within(record.agency!.code, 'H53.21'),
      [`agency: { in: ["${linked!.otherCodes[0]}"] }`]: ({ record }) =>
        agencies.within(record.agency!.code, linked!.code),
      [`procedure: { eq: "${often}" }`]: ({ record }) => record.procedure!.code === often,
      'source: { eq: "camera" }': () => false,
      'overdue: { eq: true }': (one) => isOverdue(one, province.now()),
      'receivedAt: { from: "2025-07-01T00:00:00+07:00", to: "2026-01-01T00:00:00+07:00" }': ({ record }) =>
        between(record.receivedAt, '2025-07-01T00:00:00+07:00', '2026-01-01T00:00:00+07:00'),
      'dueAt: { from: "2026-03-05T00:00:00+07:00" }': ({ record }) =>
        between(record.dueAt, '2026-03-05T00:00:00+07:00', '2999-01-01T00:00:00Z'),
      'changedAt: { from: "2026-03-06T00:00:00+07:00" }': () => false,
      [`identityNumber: { eq: "${identity(all)}" }`]: ({ record }) =>
        record.applicant!.identityNumber === identity(all),
    }
    for (const [filter, wanted] of Object.entries(filters)) {
      const found = await readDossiers(reader, `filter: { ${filter} }`)
      expect(found.map(externalIdOf).toSorted(), filter).toEqual(
        all
          .filter(wanted)
          .map(({ key }) => key)
          .toSorted(),
      )
    }
  })
}

function relationsAndMasksAreRight(): void {
  it('leads from an agency to all that is of it and of the agencies beneath it', async () => {
    const count = '{ totalCount }'
    for (const top of ['H53', 'H53.01', 'H53.21']) {
      const { agency } = await reader.ask<{ agency: Row }>(
        `{ agency(code: "${top}") { children(first: 100) { nodes { code } } dossiers ${count} documents ${count}
           reports ${count} cameras ${count} } }`,
      )
      const within = (code: string | undefined): boolean => code !== undefined && agencies.within(code, top)
      const children = [...agencies.expected().values()].filter(({ parent }) => parent === top)
      expect(agency, top).toEqual({
        children: { nodes: children.map(({ code }) => ({ code })).toSorted((a, b) => (a.code < b.code ? -1 : 1)) },
        dossiers: { totalCount: [...dossiers.values()].filter(({ record }) => within(record.agency?.code)).length },
        documents: {
          totalCount: documentsInMessages(province, agencies).filter(({ sender, recipients }) =>
            [sender, ...recipients].some(within),
          ).length,
        },
        reports: { totalCount: province.facts('Report').filter(({ record }) => within(record.agency.code)).length },
        cameras: { totalCount: province.facts('Camera').filter(({ record }) => within(record.agency?.code)).length },
      })
    }
  })

  it('orders dossiers by time of receipt, newest first, where nothing else is asked', async () => {
    const received = (await readDossiers(reader)).map((row) => Date.parse(String(row['receivedAt'])))
    expect(received).toEqual(received.toSorted((a, b) => b - a))
  })

  it('shows a masked reader an applicant without name, e-mail or whole numbers', async () => {
    const clerk = await hub.client({ scope: 'dossier:read dossier:masked' })
    const rows = await clerk.all('dossiers', personal)
    for (const row of rows) {
      const whole = dossiers.get(externalIdOf(row))!.record.applicant!
      const { identityNumber, phone, ...rest } = row['applicant'] as Record<string, string | null>
      expect(rest).toEqual({
        kind: whole.kind,
        name: null,
        birthYear: whole.birthYear,
        email: null,
        address: whole.ward,
      })
      expect(lastThreeOnly(identityNumber!, whole.identityNumber)).toBe(true)
      expect(lastThreeOnly(phone!, whole.phone)).toBe(true)
    }
    expect(rows).toHaveLength(dossiers.size)
  })
}

function unitsSearchAndIdsAreRight(): void {
  it('gives the shipped administrative units of both sides of 1 July 2025', async () => {
    const rows = await anyone.all<Row & { parent: Row | null }>(
      'administrativeUnits',
      'code name kind parent { code } validFrom validTo',
    )
    const name = (row: Row): string => `${String(row['code'])} ${String(row['validFrom'])}`
    const found = rows.map(({ parent, ...rest }) => ({ ...rest, parent: parent?.['code'] ?? null }))
    expect(keyed<Row>(found, name)).toEqual(
      keyed<Row>(
        shippedUnits().map((unit) => ({ ...unit })),
        name,
      ),
    )
    const sides = await anyone.ask(
      `{ before: administrativeUnit(code: "80", on: "2025-06-30") { name successors { unit { code name } whole } }
         after: administrativeUnit(code: "80", on: "2025-07-01") { name predecessors { unit { code name } } }
         today: administrativeUnit(code: "80") { name validTo } }`,
    )
    expect(sides).toEqual({
      before: { name: 'Tỉnh Long An', successors: [{ unit: { code: '80', name: 'Tỉnh Tây Ninh' }, whole: true }] },
      after: {
        name: 'Tỉnh Tây Ninh',
        predecessors: [{ unit: { code: '72', name: 'Tỉnh Tây Ninh' } }, { unit: { code: '80', name: 'Tỉnh Long An' } }],
      },
      today: { name: 'Tỉnh Tây Ninh', validTo: null },
    })
  })

  it('finds each type by a text without diacritics', async () => {
    const texts = searchedTexts(province)
    expect(Object.keys(texts)).toHaveLength(8)
    for (const [type, { text, expected }] of Object.entries(texts)) {
      expect(expected.length, type).toBeGreaterThan(0)
      expect(await searched(reader, type, text), `${type} ${text}`).toEqual(expected)
    }
  })

  it('leads from a global id to the row of any type, and from an unknown one to null', async () => {
    const { nodes } = await firstIds(reader)
    expect(nodes.map(({ __typename }) => __typename)).toEqual(nodeTypes)
    for (const { id, __typename } of nodes) {
      expect(await reader.ask('query($id: ID!) { node(id: $id) { id __typename } }', { id }), id).toEqual({
        node: { id, __typename },
      })
    }
    expect(await reader.ask('{ node(id: "Dossier:one-stop:none") { id } }')).toEqual({ node: null })
  })
}

const between = (text: string | null, from: string, to: string): boolean =>
  text !== null && Date.parse(from) <= Date.parse(text) && Date.parse(text) < Date.parse(to)
const identity = (all: readonly WatchedDossier[]): string =>
  all.find(({ record }) => record.applicant?.identityNumber?.startsWith('0') === true)!.record.applicant!
    .identityNumber!
const lastThreeOnly = (masked: string | null, whole: string | null): boolean =>
  whole === null ? masked === null : masked!.slice(-3) === whole.slice(-3) && !/\d/.test(masked!.slice(0, -3))

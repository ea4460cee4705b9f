import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../../src/access/caller.ts'
import type { DocumentRecord } from '../../../src/contract/entity.ts'
import { openGraph, type OpenGraph } from '../../kit/world/graph.ts'
import { contentOf, mention, newDocument } from '../../kit/world/records.ts'

let graph: OpenGraph
let all: Caller
beforeAll(async () => {
  graph = await openGraph()
  await graph.source('axis', 'H53', { messages: 'Document', statuses: 'Document' })
  all = await graph.caller('H53', ['document:read'])
})
afterAll(() => graph.close())

const time = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000+07:00`
const about = (id: string | null, code: string | null = null, sender = 'H53') => {
  return { sender, id, code, promulgatedAt: code === null ? null : '2026-03-01' }
}
const status = (
  what: DocumentRecord['about'],
  hour: number,
  is: 'ARRIVED' | 'TAKE_BACK_AGREED' | 'COMPLETED',
  from = 'H53.1',
): DocumentRecord => ({
  kind: 'STATUS',
  about: what,
  at: time(hour),
  agency: mention(from),
  status: is,
  note: null,
})
const revoke = (what: DocumentRecord['about'], hour: number): DocumentRecord => ({
  kind: 'REVOKE',
  about: what,
  at: time(hour),
  agency: mention('H53'),
  reason: 'An error',
})
const sent = (
  kind: 'NEW' | 'UPDATE',
  what: DocumentRecord['about'],
  hour: number,
  subject: string,
): DocumentRecord => ({
  kind,
  about: what,
  at: time(hour),
  content: contentOf('H53', ['H53.1'], { subject, code: what.code, promulgatedAt: what.promulgatedAt }),
})
type Message = readonly [key: string, record: DocumentRecord]
const receive = (messages: readonly Message[]) =>
  graph.put(
    'Document',
    'axis',
    messages.map(([, record]) => record),
    { stream: 'messages', key: (record) => messages.find((one) => one[1] === record)![0] },
  )
const clear = () => graph.database.pool.query('truncate document, document_part cascade')

const query = `{ documents(orderBy: PROMULGATED_AT_ASC) { nodes { id code subject state recipients { code } respondsTo { subject }
  exchanges { status at agency { code } note } provenance { externalId sourceUpdatedAt } } } }`
const shown = async () => {
  const { data, errors } = await graph.ask(query, all)
  expect(errors).toBeUndefined()
  return data.documents.nodes.toSorted((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1))
}

/** Whatever order the messages come in, and in whatever pages, the documents are these. */
async function always(messages: readonly Message[]) {
  let first: unknown
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...messages], { minLength: messages.length }),
      fc.integer({ min: 1, max: messages.length }),
      async (order, size) => {
        await clear()
        for (let at = 0; at < order.length; at += size) await receive(order.slice(at, at + size))
        const documents = await shown()
        first ??= documents
        expect(documents).toEqual(first)
      },
    ),
    { numRuns: 15 },
  )
  return first as Awaited<ReturnType<typeof shown>>
}

describe('a document', () => {
  it('is the fold of its messages in whatever order they come: content of the last, exchanges of all', async () => {
    const documents = await always([
      ['m1', sent('NEW', about('D1', '1/QĐ'), 8, 'First')],
      ['m2', sent('UPDATE', about('D1', '1/QĐ'), 9, 'Second')],
      ['s1', status(about('D1'), 10, 'ARRIVED')],
      ['s2', status(about(null, '1/QĐ'), 11, 'COMPLETED')],
      ['s3', status(about('D9'), 11, 'COMPLETED')],
    ])
    expect(documents).toEqual([
      {
        id: 'Document:axis:H53|D1',
        code: '1/QĐ',
        subject: 'Second',
        state: 'CURRENT',
        recipients: [{ code: 'H53.1' }],
        respondsTo: [],
        exchanges: [
          { status: 'ARRIVED', at: '2026-03-01T10:00:00+07:00', agency: { code: 'H53.1' }, note: null },
          { status: 'COMPLETED', at: '2026-03-01T11:00:00+07:00', agency: { code: 'H53.1' }, note: null },
        ],
        provenance: { externalId: 'm1', sourceUpdatedAt: '2026-03-01T11:00:00+07:00' },
      },
    ])
  })

  it('is revoked once a revoke has been agreed to, and not before', async () => {
    const messages: Message[] = [
      ['m1', sent('NEW', about('D1'), 8, 'First')],
      ['r1', revoke(about('D1'), 9)],
      ['a0', status(about('D1'), 7, 'TAKE_BACK_AGREED')],
    ]
    const [open] = await always(messages)
    expect(open.state).toBe('CURRENT')
    expect(open.exchanges).toContainEqual({
      status: 'TAKE_BACK_REQUESTED',
      at: '2026-03-01T09:00:00+07:00',
      agency: { code: 'H53' },
      note: 'An error',
    })
    const [revoked] = await always([...messages, ['a1', status(about('D1'), 10, 'TAKE_BACK_AGREED')]])
    expect(revoked.state).toBe('REVOKED')
    await graph.remove('Document', 'axis', ['a1'], 'messages')
    expect((await shown())[0].state).toBe('CURRENT')
    await graph.remove('Document', 'axis', ['m1'], 'messages')
    expect(await shown()).toEqual([])
  })

  it('that is replaced takes the new content and says so; replacing makes no document of its own', async () => {
    const replace: DocumentRecord = {
      kind: 'REPLACE',
      about: about('D3'),
      at: time(9),
      content: contentOf('H53', ['H53.2'], { subject: 'New' }),
      replaces: [about('D1'), about('D2')],
    }
    const documents = await always([
      ['m1', sent('NEW', about('D1'), 8, 'Old 1')],
      ['m2', sent('NEW', about('D2'), 8, 'Old 2')],
      ['r', replace],
    ])
    expect(
      documents.map((one: { id: string; subject: string; state: string }) => [one.id, one.subject, one.state]),
    ).toEqual([
      ['Document:axis:H53|D1', 'New', 'REPLACED'],
      ['Document:axis:H53|D2', 'New', 'REPLACED'],
    ])
    await clear()
    await receive([['r', replace]])
    expect(await shown()).toHaveLength(2)
  })

  it('keeps what its messages say when one of them is read again, alone', async () => {
    const messages: Message[] = [
      ['m1', sent('NEW', about('D1', '1/QĐ'), 8, 'First')],
      ['s2', status(about(null, '1/QĐ'), 11, 'COMPLETED')],
      ['s1', status(about('D1'), 10, 'ARRIVED')],
    ]
    await clear()
    await receive(messages)
    const before = await shown()
    expect(before[0].exchanges).toHaveLength(2)
    for (const one of messages) await receive([one])
    expect(await shown()).toEqual(before)
  })

  it('leads to those that it responds to, by id and by code and date', async () => {
    await clear()
    const answer = newDocument('H53', 'D2', [], { subject: 'Answer', respondsTo: [about('D1'), about(null, '7/TB')] })
    await receive([
      ['m2', answer],
      ['m1', sent('NEW', about('D1'), 8, 'One')],
      ['m7', sent('NEW', about('D7', '7/TB'), 8, 'Seven')],
    ])
    const [found] = (await shown()).filter((one: { subject: string }) => one.subject === 'Answer')
    expect(found.respondsTo.map((one: { subject: string }) => one.subject).toSorted()).toEqual(['One', 'Seven'])
  })

  it('of a sender with two codes is one, also when that is learned later', async () => {
    await clear()
    await receive([
      ['m1', sent('NEW', about('D1'), 8, 'First')],
      ['s1', status(about('D1', null, 'old.H53'), 9, 'ARRIVED')],
    ])
    expect((await shown())[0].exchanges).toHaveLength(0)
    await graph.put('Agency', 'lists', [
      { code: 'H53', otherCodes: ['old.H53'], name: 'Province', parentCode: null, externalId: null },
    ])
    await receive([
      ['m9', sent('NEW', about('D9'), 8, 'Other')],
      ['s9', status(about('D1'), 10, 'COMPLETED')],
    ])
    const [first] = (await shown()).filter((one: { subject: string }) => one.subject === 'First')
    expect(first.exchanges.map((one: { status: string }) => one.status)).toEqual(['ARRIVED', 'COMPLETED'])
  })

  it('that came under two codes of its sender becomes one with the next message of its source', async () => {
    await clear()
    const other: DocumentRecord = {
      kind: 'UPDATE',
      about: about('E1', null, 'older.H53'),
      at: time(9),
      content: contentOf('older.H53', [], { subject: 'Newer' }),
    }
    await receive([
      ['e1', sent('NEW', about('E1'), 8, 'Older')],
      ['e2', other],
    ])
    expect(await shown()).toHaveLength(2)
    await graph.put('Agency', 'lists', [
      { code: 'H53', otherCodes: ['older.H53'], name: 'Province', parentCode: null, externalId: null },
    ])
    await receive([['m9', status(about('D9'), 8, 'ARRIVED')]])
    expect((await shown()).map((one: { id: string; subject: string }) => [one.id, one.subject])).toEqual([
      ['Document:axis:H53|E1', 'Newer'],
    ])
  })
})

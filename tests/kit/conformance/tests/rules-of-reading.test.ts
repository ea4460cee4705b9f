// The rules of reading each find a planted fault.
import { describe, expect, it } from 'vitest'
import { ConnectorFailure, normalising, reader, reject } from '#connector'
import type { Subject } from '../subject.ts'
import { pagesFrom, normalise, subject, reading, making, verdictOf } from './sound-source.ts'

describe('a rule finds', () => {
  it.each<[string, string, Subject, string]>([
    [
      'C02',
      'a cursor that skips a record',
      subject({ read: reading((page) => ({ ...page, next: String(Number(page.next) + 1) })) }),
      'differs',
    ],
    [
      'C02',
      'a cursor that begins again',
      subject({ read: (context, _stream) => pagesFrom(context, { all: true }) }),
      'yields 4 pages, expected 3',
    ],
    [
      'C02',
      'a cursor that cannot be read',
      subject({
        read: reading((page, _at, _context, range) => {
          if ('since' in range) throw new ConnectorFailure('CONFIG_INVALID', 'cursor')
          return page
        }),
      }),
      'cannot go on after page 1',
    ],
    [
      'C05',
      'a key that comes twice',
      subject({ read: reading((page) => ({ ...page, records: page.records.map((one) => ({ ...one, id: 'H53' })) })) }),
      "several records whose id is 'H53'",
    ],
    [
      'C05',
      'a key that is null',
      subject({ read: reading((page) => ({ ...page, records: page.records.map((one) => ({ ...one, id: null })) })) }),
      'whose id is null',
    ],
    [
      'C05',
      'a key that is a number',
      subject({ read: reading((page) => ({ ...page, records: page.records.map((one, at) => ({ ...one, id: at })) })) }),
      'whose id is 0',
    ],
    [
      'C11',
      'a page of too many records',
      subject({
        read: reading((page) => ({ ...page, records: Array.from({ length: 501 }, () => page.records[0] ?? {}) })),
      }),
      'a page of 501 records',
    ],
    [
      'C11',
      'a page of too many bytes',
      subject({ read: reading((page) => ({ ...page, records: [{ id: 'x'.repeat(1_000_001) }] })) }),
      'bytes',
    ],
    [
      'K01',
      'a record that means something else',
      subject(making((record) => ({ record: { ...(normalise(record) as { record?: object }).record, name: 'Sở' } }))),
      'differs at name',
    ],
    [
      'K01',
      'a lost record',
      subject({ read: reading((page, at) => (at === 1 ? { ...page, records: page.records.slice(1) } : page)) }),
      "'H53.3' is missing",
    ],
    [
      'K01',
      'an invented record',
      subject({
        read: reading((page, at) =>
          at === 0 ? { ...page, records: [...page.records, { id: 'H99', name: 'Sở' }] } : page,
        ),
      }),
      "'H99' is none of the source's",
    ],
    [
      'K01',
      'dirt that is taken',
      subject(
        making((record) =>
          normalising<'Agency'>(() => {
            const read = reader(record)
            return {
              code: read.text('id'),
              otherCodes: [],
              name: read.maybeText('name') ?? 'không tên',
              parentCode: null,
              externalId: null,
            }
          }),
        ),
      ),
      'rejects 0 records, expected 1',
    ],
    [
      'K01',
      'a good record that is rejected',
      subject(
        making((record) => (record['id'] === 'H53.0' ? normalising(() => reject('MALFORMED', '')) : normalise(record))),
      ),
      "'H53.0' is missing",
    ],
    [
      'K02',
      'a checkpoint that finds nothing new',
      subject({
        read: async function* (context, _stream, range) {
          if ('since' in range && Number(range.since) > 8) yield { records: [], next: range.since }
          else yield* pagesFrom(context, range)
        },
      }),
      'agencies read on: ',
    ],
  ])('%s: %s', async (id, _what, tried, fault) => {
    expect(await verdictOf(id, tried)).toContain(fault)
  })
})

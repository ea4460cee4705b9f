// The rules of the manifest, the login and failures each find a planted fault.
import { describe, expect, it } from 'vitest'
import { ConnectorFailure, defineConnector } from '#connector'
import type { Connector } from '#connector'
import type { Subject } from '../subject.ts'
import { manifest, pagesFrom, functions, subject, reading, swallowing, verdictOf } from './sound-source.ts'

describe('a rule finds', () => {
  it.each<[string, string, Subject, string]>([
    [
      'C01',
      'a check that looks at nothing',
      subject({ check: () => Promise.resolve() }),
      "check under 'unauthorised' gives no failure",
    ],
    [
      'C01',
      'a check that fails',
      subject({ check: () => Promise.reject(new ConnectorFailure('SOURCE_CHANGED', 'x')) }),
      'check fails against the emulator',
    ],
    [
      'C06',
      'an outage taken for the end',
      subject({ read: swallowing('SOURCE_UNAVAILABLE') }),
      'under 429 gives no failure',
    ],
    [
      'C06',
      'a lost Retry-After',
      subject({
        read: async function* (context, _stream, range) {
          try {
            yield* pagesFrom(context, range)
          } catch (error) {
            throw new ConnectorFailure((error as ConnectorFailure).code, 'failed', { cause: error })
          }
        },
      }),
      'carries undefined',
    ],
    [
      'C07',
      'an unknown structure taken for the end',
      subject({ read: swallowing('SOURCE_CHANGED') }),
      "under 'unknown-structure' gives no failure",
    ],
    [
      'C08',
      'a read that goes on after the abort',
      subject({
        read: (context, _stream, range) => pagesFrom({ ...context, signal: new AbortController().signal }, range),
      }),
      'pages after the abort',
    ],
    [
      'C09',
      'a secret in an error',
      subject({
        check: (context) =>
          functions.check(context).catch((error: unknown) => {
            throw new ConnectorFailure('CONFIG_INVALID', 'refused', {
              cause: new Error(`key ${context.settings.key}`, { cause: error }),
            })
          }),
      }),
      'a secret appears in the error of check',
    ],
    [
      'C09',
      'a secret in a record',
      subject({
        read: reading((page, _at, context) => ({
          ...page,
          records: page.records.map((one) => ({ ...one, via: `?k=${context.settings.key}` })),
        })),
      }),
      'a secret appears in a record of agencies',
    ],
    [
      'C09',
      'a secret in a log line',
      subject({
        read: reading((page, _at, context) => {
          console.log('asked with', context.settings.key)
          return page
        }),
      }),
      'a secret appears in a log line',
    ],
    [
      'C12',
      'a title in one language',
      subject(
        {},
        {
          connector: {
            ...(defineConnector(manifest, functions) as unknown as Connector),
            manifest: {
              ...manifest,
              config: {
                ...manifest.config,
                list: {
                  kind: 'list',
                  title: { vi: 'Danh sách', en: 'List' },
                  of: {
                    kind: 'object',
                    title: { vi: 'Một mục', en: 'Item' },
                    fields: { at: { kind: 'text', title: { vi: 'The place', en: 'The place' } } },
                  },
                },
              },
            },
          },
        },
      ),
      'field list[].at has the same title in both languages',
    ],
  ])('%s: %s', async (id, _what, tried, fault) => {
    expect(await verdictOf(id, tried)).toContain(fault)
  })
})

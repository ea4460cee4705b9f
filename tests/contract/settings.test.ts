// Settings against a manifest.
import { describe, expect, it } from 'vitest'

import type { ConfigField } from '../../src/contract/connector.ts'
import { ConnectorFailure } from '../../src/contract/failure.ts'
import { secretsOf, settingsOf } from '../../src/contract/settings.ts'

const title = { vi: 'x', en: 'x' }
const config: Record<string, ConfigField> = {
  url: { kind: 'url', title },
  pageSize: { kind: 'number', title, default: 50, min: 1, max: 500 },
  note: { kind: 'text', title, required: false },
  active: { kind: 'boolean', title, default: false },
  format: { kind: 'choice', of: ['json', 'csv'], title, default: 'json' },
  match: { kind: 'pattern', title, default: '^a$' },
  frigate: {
    kind: 'object',
    title,
    fields: { limit: { kind: 'number', title, default: 3 }, password: { kind: 'secret', title, required: false } },
  },
  units: {
    kind: 'list',
    title,
    required: false,
    of: {
      kind: 'object',
      title,
      fields: { username: { kind: 'text', title }, password: { kind: 'secret', title } },
    },
  },
  names: { kind: 'map', title, of: { kind: 'choice', of: ['OPEN', 'SHUT'], title }, required: false },
}
const least = { url: 'https://x.example' }
const complete = { ...least, pageSize: 50, active: false, format: 'json', match: '^a$', frigate: { limit: 3 } }

describe('settings by a manifest', () => {
  it('are completed with the defaults, also inside an object that was left out', () => {
    expect(settingsOf(config, least)).toEqual(complete)
  })

  it('are taken as they are where they are given', () => {
    const given = {
      ...complete,
      pageSize: 7,
      units: [{ username: 'a', password: 'b' }],
      names: { Mở: 'OPEN' },
      note: 'n',
    }
    expect(settingsOf(config, given)).toEqual(given)
    expect(secretsOf(config, { ...given, frigate: { limit: 1, password: 'c' } }).toSorted()).toEqual(['b', 'c'])
  })

  it.each([
    [{}, 's.url is missing, expected an http or https URL without user and password'],
    [{ url: 'ftp://x' }, 's.url is a text of 7 characters, expected an http or https URL without user and password'],
    [{ url: 'https://u:pa55@x' }, 's.url is a text of 16 characters, expected an http or https URL without'],
    [{ ...least, adress: 1 }, 's.adress is not known, expected one of url, pageSize, note'],
    [{ ...least, pageSize: 0 }, 's.pageSize is 0, expected a number from 1 to 500'],
    [{ ...least, pageSize: '50' }, 's.pageSize is a text of 2 characters, expected a number from 1 to 500'],
    [{ ...least, note: '' }, 's.note is an empty text, expected a text'],
    [{ ...least, note: null }, 's.note is null, expected a text'],
    [{ ...least, active: 'yes' }, 's.active is a text of 3 characters, expected true or false'],
    [{ ...least, format: 'xml' }, 's.format is a text of 3 characters, expected one of "json", "csv"'],
    [{ ...least, match: '(' }, 's.match is a text of 1 characters, expected a regular expression'],
    [{ ...least, frigate: [] }, 's.frigate is a list, expected an object'],
    [{ ...least, units: {} }, 's.units is an object, expected a list'],
    [
      { ...least, units: [{ username: 'a', password: 'b' }, { username: 'c' }] },
      `s.units[1].password is missing, expected a secret as { secret: 'NAME' }`,
    ],
    [{ ...least, names: { Mở: 'AJAR' } }, 's.names.Mở is a text of 4 characters, expected one of "OPEN", "SHUT"'],
  ])('%j are refused with one line for the operator', (settings, message) => {
    let thrown: unknown
    try {
      settingsOf(config, settings, 's')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(ConnectorFailure)
    expect(thrown).toMatchObject({ code: 'CONFIG_INVALID' })
    expect((thrown as Error).message.slice(0, message.length)).toBe(message)
  })

  it('take no member that would reach into every object', () => {
    const poisoned = JSON.parse(`{"url":"https://x","names":{"__proto__":{"isAdmin":true}}}`) as Record<string, unknown>
    expect(settingsOf(config, poisoned)).toMatchObject({ names: {} })
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})

// What bad input does to a hub: it fails, names who acts, and recovers.
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunningEmulator } from '#connector'
import { smallTown } from '../kit/world/small-town.ts'
import type { Client, Row } from './client.ts'
import { type JourneyHub, openJourneyHub, type RunRow, type SourceGiven } from './hub.ts'
import { emulatorOf, missing } from './province.ts'
import { serveSmall } from './small-server.ts'

interface Passed {
  readonly status: number
  readonly type: string
  body: string
}
/** What the wire does with the answer to the `nth` question for data; undefined: it passes as it came. */
type Fault = (nth: number, answer: Passed, response: ServerResponse) => Passed | 'answered' | undefined

const now = (): Date => new Date(smallTown.foundedAt.getTime() + 2 * 3_600_000)
const closing: (() => Promise<void>)[] = []
let emulator: RunningEmulator
let hub: JourneyHub
let operator: Client
let fault: Fault | null
let source: SourceGiven

const absent = missing.includes('one-stop')

beforeEach(async () => {
  if (absent) return
  fault = null
  const oneStop = await emulatorOf('one-stop')
  emulator = await oneStop({ town: smallTown, size: 130, now })
  let asked = 0
  const wire = await serveSmall((request, body, response) => {
    void (async () => {
      const answer = await fetch(`http://${emulator.hosts[0]}${request.url}`, {
        method: request.method ?? 'GET',
        headers: {
          'content-type': request.headers['content-type'] ?? '',
          authorization: request.headers.authorization ?? '',
        },
        ...(body === '' ? {} : { body }),
      })
      const came = { status: answer.status, type: answer.headers.get('content-type') ?? '', body: await answer.text() }
      const isData = request.url!.startsWith('/pa/')
      if (isData) asked += 1
      const passed = (isData ? fault?.(asked, came, response) : undefined) ?? came
      if (passed === 'answered') return
      response.writeHead(passed.status, { 'content-type': passed.type }).end(passed.body)
    })().catch(() => response.destroy())
  })
  const settings = { ...emulator.settings, url: `http://${wire.host}` }
  source = { id: 'one-stop', settings, hosts: [wire.host, ...emulator.hosts] }
  hub = await openJourneyHub([source], now)
  operator = await hub.client({
    scope: 'operation:read dossier:read dossier:personal',
    purpose: 'dossier-handling',
  })
  const start = (wanted: Fault | null): void => {
    asked = 0
    fault = wanted
  }
  breakWire = start
  closing.push(hub.close, wire.close, emulator.close)
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
let breakWire: (fault: Fault | null) => void

const sync = async (): Promise<RunRow> => (await hub.sync())[0]!
const keysOfTruth = (): string[] =>
  emulator
    .truth('dossiers')
    .map(({ key }) => key)
    .toSorted()
async function keysHeld(): Promise<string[]> {
  const rows = await operator.all<Row & { provenance: { externalId: string } }>('dossiers', 'provenance { externalId }')
  return rows.map(({ provenance }) => provenance.externalId).toSorted()
}
const waiting = () =>
  operator.all<Row & { key: string; reason: string; raw: string }>('quarantine', 'key reason path tries raw', {
    args: 'source: "one-stop", stream: "dossiers"',
  })

describe.skipIf(absent)('a malformed record', () => {
  const faults: readonly (readonly [string, (item: Record<string, unknown>) => void, reason: string, path: string])[] =
    [
      [
        'a day that the calendar lacks',
        (item) => (item['appliedDate'] = '2026-02-30T08:00:00.000+0000'),
        'BAD_DATE',
        'appliedDate',
      ],
      ['a status as a number', (item) => (item['dossierStatus'] = 4), 'WRONG_TYPE', 'dossierStatus'],
      ['an agency without a code', (item) => (item['agency'] = { id: 'x' }), 'MISSING', 'agency.code'],
      [
        'an identity number without quotes',
        (item) =>
          ((item['applicant'] as { data: Row }).data = {
            ...(item['applicant'] as { data: Row }).data,
            identityNumber: 72_123,
          }),
        'WRONG_TYPE',
        'applicant.data.identityNumber',
      ],
    ]

  it.each(faults)(
    'with %s waits in quarantine while the rest of its page lands',
    async (_name, spoil, reason, path) => {
      let spoilt = ''
      breakWire((nth, answer) => {
        if (nth > 1) return undefined
        const page = JSON.parse(answer.body) as { content: Record<string, unknown>[] }
        const item = page.content.find((one) => emulator.truth('dossiers').some(({ key }) => key === one['id']))!
        spoilt = String(item['id'])
        spoil(item)
        return { ...answer, body: JSON.stringify(page) }
      })
      // A reading of everything looks at the first page once more at its end: the fault stays on the wire until mended.
      const spoilAlways = fault!
      fault = (_nth, answer, response) => {
        const page = JSON.parse(answer.body) as { content: Record<string, unknown>[] }
        if (spoilt === '') return spoilAlways(1, answer, response)
        for (const item of page.content) if (item['id'] === spoilt) spoil(item)
        return { ...answer, body: JSON.stringify(page) }
      }
      const dirt = emulator.dirt('dossiers')
      expect(await sync()).toMatchObject({ state: 'SUCCEEDED_WITH_REJECTS', written: keysOfTruth().length - 1 })
      expect(await keysHeld()).toEqual(keysOfTruth().filter((key) => key !== spoilt))
      const rejected = await waiting()
      expect(rejected).toHaveLength(dirt + 1)
      const one = rejected.find(({ key }) => key === spoilt)!
      expect(one.reason.startsWith(`${reason}: `)).toBe(true)
      expect(one['path']).toBe(path)
      const bytes = JSON.parse(one.raw) as Record<string, unknown>
      expect(bytes['id']).toBe(spoilt)
      const intended: Record<string, unknown> = structuredClone(bytes)
      spoil(intended)
      expect(bytes).toEqual(intended)

      breakWire(null)
      expect(await sync()).toMatchObject({ written: 1, failure_code: null })
      expect(await keysHeld()).toEqual(keysOfTruth())
      expect((await waiting()).map(({ key }) => key)).not.toContain(spoilt)
    },
  )
})

describe.skipIf(absent)('an answer that is none', () => {
  const html = '<!DOCTYPE html><html><head><title>Đăng nhập</title></head><body><form></form></body></html>'
  const cases: readonly (readonly [string, Fault, code: string, said: RegExp])[] = [
    [
      'a login page with status 200',
      (_nth, answer) => ({ ...answer, type: 'text/html', body: html }),
      'SOURCE_CHANGED',
      /HTML/i,
    ],
    [
      'a login page that calls itself JSON',
      (_nth, answer) => ({ ...answer, body: html }),
      'SOURCE_CHANGED',
      /HTML|JSON/i,
    ],
    [
      'a page of another shape',
      (_nth, answer) => ({ ...answer, body: '{"items":[],"next":null}' }),
      'SOURCE_CHANGED',
      /content/,
    ],
    [
      'an error body with status 200',
      (_nth, answer) => ({ ...answer, body: '{"status":500,"error":"Internal"}' }),
      'SOURCE_CHANGED',
      /content/,
    ],
    [
      'a body that is cut off',
      (_nth, answer, response) => {
        response.writeHead(200, { 'content-type': answer.type, 'content-length': Buffer.byteLength(answer.body) })
        response.write(answer.body.slice(0, answer.body.length / 2), () => response.destroy())
        return 'answered'
      },
      'SOURCE_UNAVAILABLE',
      /./,
    ],
    [
      'a 401 that a new login does not mend',
      (_nth, answer) => ({ ...answer, status: 401, body: '{}' }),
      'CONFIG_INVALID',
      /client|401/,
    ],
    ['a 403', (_nth, answer) => ({ ...answer, status: 403, body: '{}' }), 'CONFIG_INVALID', /client|403/],
    ['a 503', (_nth, answer) => ({ ...answer, status: 503, body: '{}' }), 'SOURCE_UNAVAILABLE', /503/],
  ]

  it.each(cases)('ends the run: %s', async (_name, spoil, code, said) => {
    breakWire((nth, answer, response) => (nth < 2 ? undefined : spoil(nth, answer, response)))
    const failed = await sync()
    expect(failed).toMatchObject({ state: 'FAILED', failure_code: code, removed: 0 })
    expect(failed.failure_message).toMatch(said)
    expect(failed.failure_message).not.toContain(String(emulator.settings['clientSecret']))
    // What came before the fault has landed, and the stream has no checkpoint yet.
    expect(failed.written).toBeGreaterThan(40)
    expect(await keysHeld()).toHaveLength(failed.written)
    const about = `{ source(id: "one-stop") { state failure { code message whoActs since } streams { cursor lastSuccessAt } } }`
    const { source: shown } = await operator.ask<{ source: Row & { failure: Row } }>(about)
    expect(shown).toMatchObject({ state: 'FAILING', streams: [{ cursor: null, lastSuccessAt: null }] })
    expect(shown.failure).toMatchObject({ code, message: failed.failure_message })

    breakWire(null)
    expect(await sync()).toMatchObject({ failure_code: null, removed: 0 })
    expect(await keysHeld()).toEqual(keysOfTruth())
    expect(await operator.ask(about)).toMatchObject({ source: { state: 'HEALTHY', failure: null } })
  })

  it('keeps the checkpoint of the last good run, so that the next one misses nothing', async () => {
    await sync()
    const cursor = '{ source(id: "one-stop") { streams { cursor } } }'
    const before = await operator.ask(cursor)
    breakWire((_nth, answer) => ({ ...answer, type: 'text/html', body: html }))
    expect(await sync()).toMatchObject({ state: 'FAILED', failure_code: 'SOURCE_CHANGED', written: 0 })
    expect(await operator.ask(cursor)).toEqual(before)
    breakWire(null)
    expect(await sync()).toMatchObject({ written: 0, failure_code: null })
    expect(await keysHeld()).toEqual(keysOfTruth())
  })
})

it.skipIf(absent)('stops with one line that names a wrong setting', async () => {
  for (const [settings, named] of [
    [{ ...source.settings, pageSize: 5_000 }, 'pageSize'],
    [{ ...source.settings, url: 'not an address' }, 'url'],
    [{ ...source.settings, pagesize: 50 }, 'pagesize'],
    [Object.fromEntries(Object.entries(source.settings).filter(([name]) => name !== 'clientId')), 'clientId'],
  ] as const) {
    const opened = openJourneyHub([{ ...source, settings }], now)
    await expect(opened).rejects.toThrow(named)
    await expect(opened).rejects.not.toThrow('\n')
  }
})

describe.skipIf(absent)('a wrong operation', () => {
  const cases: readonly (readonly [string, string, code: string])[] = [
    ['that is no GraphQL', '{ dossiers(', 'GRAPHQL_PARSE_FAILED'],
    ['with an unknown field', '{ dossiers { nodes { secret } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['with an unknown filter', '{ dossiers(filter: { colour: "red" }) { totalCount } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['with a page of none', '{ dossiers(first: 0) { totalCount } }', 'BAD_USER_INPUT'],
    ['with a page of too many', '{ dossiers(first: 101) { totalCount } }', 'BAD_USER_INPUT'],
    ['with a cursor of nobody', '{ dossiers(after: "x") { totalCount } }', 'BAD_USER_INPUT'],
    ['with a time that is none', '{ dossiers(filter: { dueAt: { from: "soon" } }) { totalCount } }', 'BAD_USER_INPUT'],
    ['with an empty search', '{ search(text: " ") { totalCount } }', 'BAD_USER_INPUT'],
    ['with a missing variable', 'query($code: String!) { dossier(code: $code) { code } }', 'BAD_USER_INPUT'],
  ]

  it.each(cases)('%s is answered by an error with a code and no stack', async (_name, query, code) => {
    const { status, text, answer } = await operator.post(query)
    expect(answer.errors?.[0]?.extensions?.['code'], text).toBe(code)
    expect(code.startsWith('GRAPHQL_') ? [400] : [200, 400]).toContain(status)
    expect(text).not.toMatch(/stack|node_modules|\.ts:|\bat \w+ \(/)
  })
})

describe.skipIf(absent)('a wrong token', () => {
  it('is a 401 that says how to log in, whatever is wrong with it', async () => {
    const ask = (authorization: string) =>
      fetch(`${hub.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: '{"query":"{ agencies { totalCount } }"}',
      })
    const elsewhere = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInNjb3BlIjoiZG9zc2llcjpyZWFkIn0.'
    for (const authorization of ['Bearer', 'Bearer x.y.z', `Bearer ${elsewhere}`, 'Basic YWRtaW46YWRtaW4=']) {
      const answer = await ask(authorization)
      expect(answer.status, authorization).toBe(401)
      expect(answer.headers.get('www-authenticate'), authorization).toMatch(/^Bearer/)
      const { errors } = (await answer.json()) as { errors: { extensions: { code: string } }[] }
      expect(errors[0]!.extensions.code).toBe('UNAUTHENTICATED')
    }
  })
})

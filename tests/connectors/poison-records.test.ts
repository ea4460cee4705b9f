// A poisonous record is rejected and the rest lands.
import { afterEach, describe, expect, it } from 'vitest'
import type { Connector, Context, Emulator, Manifest, SourceRecord, TransportAnswer } from '#connector'
import { exactJson } from '#connector'
import { openKeyring } from '../../src/db/encryption/keyring.ts'
import { outcomesOf } from '../../src/sync/run/outcome.ts'
import { contextFor } from '../kit/conformance/context.ts'
import { absent, found } from '../kit/found.ts'
import { smallTown } from '../kit/world/small-town.ts'

const [oneStop, catalogue, camera, eOffice] = await Promise.all(
  ['one-stop', 'procedure-catalogue', 'camera', 'e-office'].map(found),
)
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

interface Case {
  readonly connector: Connector<Manifest>
  readonly emulator: Emulator
  readonly stream: string
  readonly size: number
  /** The member by which an answer names a record, and the part of the record's key that it holds. */
  readonly member: string
  readonly named: (key: string) => string
}
const same = (key: string): string => key
const cases: Readonly<Record<string, Case>> = {
  'one-stop': {
    connector: oneStop!.connector,
    emulator: oneStop!.emulator,
    stream: 'dossiers',
    size: 60,
    member: 'id',
    named: same,
  },
  'procedure-catalogue': {
    connector: catalogue!.connector,
    emulator: catalogue!.emulator,
    stream: 'citizen-procedures',
    size: 60,
    member: 'TTHC_MA',
    named: same,
  },
  camera: {
    connector: camera!.connector,
    emulator: camera!.emulator,
    stream: 'frigate-events',
    size: 20,
    member: 'id',
    named: same,
  },
  'e-office': {
    connector: eOffice!.connector,
    emulator: eOffice!.emulator,
    stream: 'documents',
    size: 30,
    member: 'docId',
    named: (key) => key.slice(key.indexOf('|') + 1),
  },
}
const keyring = openKeyring(new Uint8Array(32).fill(7))

/** Everything of the stream, with the answers altered as text, as the engine would take it: what is stored, by key, and what waits. */
async function taken({ connector, emulator, stream, size }: Case, alter: (text: string) => string) {
  const running = await emulator({ town: smallTown, size, now: () => smallTown.foundedAt })
  closers.push(() => running.close())
  const base = contextFor(connector, running, { now: () => smallTown.foundedAt })
  closers.push(() => base.transport.close())
  const context: Context = {
    ...base,
    transport: {
      async exchange(request, signal): Promise<TransportAnswer> {
        const answer = await base.transport.exchange(request, signal)
        const text = alter(Buffer.from(answer.body).toString())
        return { ...answer, body: Buffer.from(text), text: () => text, json: () => exactJson(text) }
      },
    },
  }
  const records: SourceRecord[] = []
  for await (const page of connector.read(context, stream, { all: true })) records.push(...page.records)
  const bugs: unknown[] = []
  const outcomes = outcomesOf(connector, base.settings, stream, records, keyring, (error) => bugs.push(error))
  return {
    bugs,
    stored: new Map(
      outcomes.flatMap((one) => (one.do === 'store' ? [[one.key, one.hash.toString('hex')] as const] : [])),
    ),
    waiting: outcomes.filter((one) => one.do === 'quarantine').length,
  }
}

const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`

describe.each(Object.entries(cases).filter(([id]) => absent(id).length === 0))(
  'a poisoned record of %s',
  (_name, one) => {
    it.each([
      ['a member of a thousand levels', `"deep":${deep},`],
      ['a list of a thousand levels', `"deep":${'['.repeat(1000)}${']'.repeat(1000)},`],
      ['a member __proto__', '"__proto__":{"admin":true},'],
      ['the same member twice', '"twice":1,"twice":2,'],
      ['a number of 400 digits', '"huge":1e400,'],
      ['NUL and half a character', '"bad":"\\u0000","half":"\\ud800",'],
    ])('with %s beside what it means lets all others land', async (_what, more) => {
      const good = await taken(one, (text) => text)
      const victim = one.named([...good.stored.keys()][3]!)
      const member = `"${one.member}":"${victim}"`
      const poisoned = await taken(one, (text) => text.replace(member, more.replaceAll('$', '$$$$') + member))
      expect(poisoned.bugs).toEqual([])
      expect(poisoned.stored.size).toBeGreaterThanOrEqual(good.stored.size - 1)
      for (const [key, hash] of poisoned.stored) expect(good.stored.get(key)).toBe(hash)
    })

    it.each([
      ['NUL', (value: string) => `"${value}\\u0000"`],
      ['half a character', (value: string) => `"${value}\\udc00"`],
      ['a second value', (value: string) => `"${value}","MEMBER":"other"`],
      ['a thousand levels', () => deep],
      ['an object with __proto__', () => '{"__proto__":1}'],
    ])('that is named by %s waits alone', async (_what, name) => {
      const good = await taken(one, (text) => text)
      const key = [...good.stored.keys()][3]!
      const victim = one.named(key)
      const member = `"${one.member}":"${victim}"`
      const poisoned = await taken(one, (text) =>
        text.replace(member, () => `"${one.member}":${name(victim).replace('MEMBER', one.member)}`),
      )
      expect(poisoned.bugs).toEqual([])
      expect([...poisoned.stored.keys()]).toEqual([...good.stored.keys()].filter((other) => other !== key))
      expect(poisoned.waiting).toBe(good.waiting + 1)
    })
  },
)

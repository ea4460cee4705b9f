// The emulated devices and Frigate server as the connector reads them, and the fixtures.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import onvif from 'onvif'
import { afterEach, describe, expect, it } from 'vitest'
import type { SourceRecord } from '#connector'
import { withoutCredentials } from '../address.ts'
import camera from '../index.ts'
import { closeAll, streams, morning, emulated, reading, pagesOf, recordsOf, outcomesOf, failureOf } from './camera.ts'
import type { Stream, CameraContext } from './camera.ts'

afterEach(closeAll)

describe('against the emulated devices and server', () => {
  it.for(streams)('%s: every record becomes what the source means, and only the dirt is rejected', async (stream) => {
    let time = morning
    const running = await emulated(300, () => time)
    const context = reading(running, () => time)
    for (const moment of [morning, new Date(morning.getTime() + 3_700_000)]) {
      time = moment
      const records = recordsOf(await pagesOf(context, stream))
      const outcomes = outcomesOf(context, stream, records)
      const made = new Map<unknown, unknown>()
      outcomes.forEach((outcome, at) => {
        if ('record' in outcome) made.set(records[at]![camera.manifest.streams[stream].key], outcome.record)
      })
      expect(made).toEqual(new Map(running.truth(stream).map(({ key, record }) => [key, record])))
      expect(outcomes.filter((outcome) => 'reject' in outcome)).toHaveLength(running.dirt(stream))
      expect(running.dirt(stream)).toBeGreaterThan(0)
    }
  })

  it.for(streams)('%s: reading on from any page yields exactly the pages after it', async (stream) => {
    const context = reading(await emulated(300))
    const pages = await pagesOf(context, stream)
    for (const [at, page] of pages.slice(0, -1).entries()) {
      if (at % 9 === 0) expect(await pagesOf(context, stream, { since: page.next })).toEqual(pages.slice(at + 1))
    }
  })

  it('lets cameras fall silent and come back as the clock goes', async () => {
    let time = morning
    const running = await emulated(300, () => time)
    const silentAt = (minutes: number): string[] => {
      time = new Date(morning.getTime() + minutes * 60_000)
      return running
        .truth('devices')
        .flatMap(({ key, record }) => ('online' in record && record.online === false ? key : []))
    }
    const seen = Array.from({ length: 12 }, (_, at) => silentAt(at * 20).join())
    expect(new Set(seen).size).toBeGreaterThan(2)
    expect(silentAt(0).join()).toBe(seen[0])
  })

  it('keeps no password, number plate or session of the source in a record', async () => {
    const running = await emulated(60)
    const context = reading(running)
    const { devices = [], frigate } = context.settings
    const secrets = [...devices.map(({ password }) => password ?? ''), frigate?.password ?? '', '70A-', 'frigate_token']
    const text = JSON.stringify(await Promise.all(streams.map((stream) => pagesOf(context, stream))))
    expect(secrets.filter((secret) => secret.length < 4 || text.includes(secret))).toEqual([])
  })

  it.for([
    ['unauthorised', 'CONFIG_INVALID'],
    ['forbidden', 'CONFIG_INVALID'],
    ['throttled', 'SOURCE_UNAVAILABLE'],
    ['unavailable', 'SOURCE_UNAVAILABLE'],
    ['html', 'SOURCE_CHANGED'],
    ['unknown-structure', 'SOURCE_CHANGED'],
  ] as const)('fails whole when all of the source answers %s: %s', async ([behaviour, code]) => {
    const running = await emulated(30)
    running.behave(behaviour)
    for (const stream of streams) {
      const failure = await failureOf(pagesOf(reading(running), stream))
      expect(failure).toMatchObject(behaviour === 'throttled' ? { code, retryAfterSeconds: 7 } : { code })
    }
    expect(await failureOf(camera.check(reading(running)))).toMatchObject({ code })
  })

  it('is understood by an independent ONVIF client, whatever the login and the clock', async () => {
    const running = await emulated(300)
    const devices = running.settings['devices'] as readonly { url: string; username: string; password: string }[]
    const known = new Map(running.truth('devices').map(({ key, record }) => [key, record]))
    // 3: its clock is in 2000; 4: HTTP digest with MD5; 5: three hours behind; 13: a choice of digests, clock in 2000.
    for (const index of [0, 3, 4, 5, 13]) {
      const { url, username, password } = devices[index]!
      const { hostname, port, pathname } = new URL(url)
      const client = new onvif.Cam({
        hostname,
        username,
        password,
        port: Number(port),
        path: pathname,
        preserveAddress: true,
        timeout: 5000,
        autoconnect: false,
      })
      const done = <T>(call: (callback: (error: Error | null, value: T) => void) => void): Promise<T> =>
        new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))))
      await done((callback) => client.connect(callback as never))
      const truth = known.get(`CAM-${String(index + 1).padStart(4, '0')}`)
      const said = await done<{ model: string }>((callback) => client.getDeviceInformation(callback as never))
      expect(truth).toMatchObject({ model: said.model })
      const profileToken = 'main'
      const stream = await done<{ uri: string }>((callback) =>
        client.getStreamUri({ protocol: 'RTSP', profileToken } as never, callback as never),
      )
      expect(withoutCredentials(stream.uri, password)).toBe(
        truth && 'profiles' in truth ? (truth.profiles[0]?.streamUri ?? null) : undefined,
      )
      const wrong = new onvif.Cam({
        hostname,
        username,
        password: `${password}x`,
        port: Number(port),
        path: pathname,
        autoconnect: false,
      })
      await expect(done((callback) => wrong.getDeviceInformation(callback as never))).rejects.toThrow()
    }
  })
})

describe('fixtures', () => {
  const folder = join(import.meta.dirname, '../fixtures')
  it.for(readdirSync(folder))('%s: each record becomes what is expected of it', (file) => {
    const { stream, settings, records, expected } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      stream: Stream
      settings: CameraContext['settings']
      records: SourceRecord[]
      expected: { reject?: string; at?: string }[]
    }
    const outcomes = records.map((record) => camera.normalise[stream](record, settings))
    expect(outcomes.map((made) => ('reject' in made ? { reject: made.reject, at: made.at } : made))).toEqual(expected)
  })
})

import { readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import onvif from 'onvif'
import { afterEach, describe, expect, it } from 'vitest'
import { BadXml, textOf } from '#connector'
import type { Context, Page, RunningEmulator, SourceRecord } from '#connector'
import { deviceService, reachable, withoutCredentials } from './address.ts'
import { digestAuthorization, digestChallenge } from './digest.ts'
import emulator from './emulator/index.ts'
import camera from './index.ts'
import { elementOf, xmlText } from './xml.ts'
import { contextFor } from '../../tests/kit/conformance/context.ts'
import { smallTown } from '../../tests/kit/small-town.ts'

type Stream = keyof typeof camera.manifest.streams
type CameraContext = Context<typeof camera.manifest>
const streams = Object.keys(camera.manifest.streams) as Stream[]
const morning = new Date('2026-07-03T10:00:00+07:00')

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function emulated(size: number, now: () => Date = () => morning): Promise<RunningEmulator> {
  const running = await emulator({ town: smallTown, size, now })
  closing.push(() => running.close())
  return running
}

function reading(running: Pick<RunningEmulator, 'settings' | 'hosts'>, now: () => Date = () => morning): CameraContext {
  const context = contextFor(camera as never, running, { now })
  closing.push(() => context.transport.close())
  return context as unknown as CameraContext
}

/** A server of the test's own, its host and the bodies that it was sent. */
async function served(answer: (path: string, body: string, request: IncomingMessage) => Parameters<typeof reply>[1]) {
  const bodies: string[] = []
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      bodies.push(body)
      reply(response, answer(request.url ?? '/', body, request))
    })
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))))
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, bodies }
}
function reply(
  response: Parameters<RequestListener>[1],
  answer: { status?: number; headers?: Record<string, string>; body: string | Buffer } | 'hang up',
): void {
  if (answer === 'hang up') response.destroy()
  else if (answer.headers?.['x-delimited'] !== undefined) {
    response.socket?.end(`HTTP/1.0 200 OK\r\ncontent-type: application/soap+xml\r\n\r\n${String(answer.body)}`)
  } else response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
}

async function pagesOf(
  context: CameraContext,
  stream: Stream,
  range: Parameters<typeof camera.read>[2] = { all: true },
) {
  const pages: Page[] = []
  for await (const page of camera.read(context, stream, range)) pages.push(page)
  return pages
}
const recordsOf = (pages: readonly Page[]): SourceRecord[] => pages.flatMap(({ records }) => [...records])
const outcomesOf = (context: CameraContext, stream: Stream, records: readonly SourceRecord[]) =>
  records.map((record) => camera.normalise[stream](record, context.settings))
const failureOf = async (work: Promise<unknown>): Promise<Record<string, unknown>> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  return { ...(error as object), message: (error as Error | null)?.message }
}

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

describe('devices', () => {
  const ok = (operation: string, content = ''): { body: string } => ({
    body: `<s:Envelope><s:Body><${operation}Response>${content}</${operation}Response></s:Body></s:Envelope>`,
  })
  const operationIn = (body: string): string => /<s:Body><(\w+)/.exec(body)?.[1] ?? ''
  const device = (host: string, code: string, more: object = {}) => ({ url: host, code, ...more })
  const at = (hosts: readonly string[], devices: readonly object[]): CameraContext =>
    reading({ hosts, settings: { devices } })

  it('takes an unreachable device as a fact and all of them unreachable as a failure', async () => {
    const good = await served((_, body) => ok(operationIn(body)))
    const dead = await served(() => 'hang up')
    const hosts = [good.host, dead.host]
    const context = at(hosts, [device(dead.host, 'A'), device(good.host, 'B')])
    const records = recordsOf(await pagesOf(context, 'devices'))
    expect(records).toMatchObject([
      { key: 'A', online: false, observedAt: '2026-07-03T10:00:00.000+07:00' },
      { key: 'B', online: true },
    ])
    await camera.check(context)
    const alone = at(hosts, [device(dead.host, 'A'), device(dead.host, 'C')])
    expect(await failureOf(pagesOf(alone, 'devices'))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it('hands out no page of silent devices before another one has answered', async () => {
    const good = await served((_, body) => ok(operationIn(body)))
    const dead = await served(() => 'hang up')
    const silent = Array.from({ length: 30 }, (_, index) => device(dead.host, `S${index}`))
    const context = at([good.host, dead.host], [...silent, device(good.host, 'B')])
    const pages = await pagesOf(context, 'devices')
    expect(pages.map(({ records }) => records.length)).toEqual([25, 6])
    const alone = camera.read(at([dead.host], silent), 'devices', { all: true })[Symbol.asyncIterator]()
    expect(await failureOf(alone.next())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it('rejects the one device that refuses the password, naming the setting, and reads the others', async () => {
    const good = await served((_, body) => ok(operationIn(body)))
    const refusing = await served(() => ({ status: 401, body: '' }))
    const login = { username: 'lgsp', password: 'khong-dung-that' }
    const context = at([good.host, refusing.host], [device(good.host, 'A'), device(refusing.host, 'B', login)])
    const records = recordsOf(await pagesOf(context, 'devices'))
    expect(outcomesOf(context, 'devices', records)).toMatchObject([
      { record: { code: 'A', online: true } },
      { reject: 'MISSING', at: 'information', expected: expect.stringContaining('devices[1].password') as string },
    ])
    const all = at([refusing.host], [device(refusing.host, 'B', login)])
    expect(await failureOf(pagesOf(all, 'devices'))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('devices[0].password'),
    })
  })

  it('sends no Security header without a user name, and asks the clock without one', async () => {
    const { host, bodies } = await served((_, body) => ok(operationIn(body)))
    await pagesOf(at([host], [device(host, 'A')]), 'devices')
    await pagesOf(at([host], [device(host, 'A', { username: 'lgsp', password: 'x' })]), 'devices')
    expect(bodies.filter((body) => body.includes('GetSystemDateAndTime') && body.includes('Security'))).toEqual([])
    expect(bodies.filter((body) => body.includes('Security')).every((body) => body.includes('<Username>lgsp<'))).toBe(
      true,
    )
    expect(bodies.some((body) => body.includes('Security'))).toBe(true)
  })

  it('takes an answer that ends with its connection, and not one that is cut', async () => {
    const whole = await served((_, body) => ({ ...ok(operationIn(body)), headers: { 'x-delimited': 'by close' } }))
    const cut = await served((_, body) => ({
      body: ok(operationIn(body)).body.slice(0, -9),
      headers: { 'x-delimited': 'by close' },
    }))
    const context = at([whole.host, cut.host], [device(whole.host, 'A'), device(cut.host, 'B')])
    expect(recordsOf(await pagesOf(context, 'devices'))).toMatchObject([
      { key: 'A', online: true },
      { key: 'B', online: false },
    ])
  })

  it('reads an answer whose declaration names an encoding that its bytes do not have', async () => {
    const declared = '<?xml version="1.0" encoding="utf-16"?>'
    const { host } = await served((_, body) => ({
      body: declared + ok(operationIn(body), '<Manufacturer>Biên Hòa</Manufacturer>').body,
    }))
    expect(recordsOf(await pagesOf(at([host], [device(host, 'A')]), 'devices'))).toMatchObject([
      { online: true, information: { Manufacturer: 'Biên Hòa' } },
    ])
  })

  it.for([
    ['http://user:secret@10.0.0.1/onvif', 'url'],
    ['ftp://10.0.0.1', 'url'],
    ['', 'url'],
  ] as const)('refuses the address %s as a setting without repeating it', async ([url, member]) => {
    const failure = await failureOf(pagesOf(at([], [device(url, 'A')]), 'devices'))
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(`devices[0].${member}`) })
    expect(String(failure['message'])).not.toContain('secret')
  })

  it('refuses two devices of one code', async () => {
    const failure = await failureOf(pagesOf(at([], [device('10.0.0.1', 'A'), device('10.0.0.2', 'A')]), 'devices'))
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('devices[1].code') })
  })

  it('reads the captured answers of a real device', async (ctx) => {
    const samples = process.env['HUB_SAMPLES']
    if (samples === undefined) return ctx.skip()
    const folder = join(samples, 'camera', 'onvif')
    const files = readdirSync(folder)
    const { host } = await served((path, body) => {
      const wanted = operationIn(body)
      const file =
        files.find((name) => name === `${wanted}.xml`) ?? files.find((name) => name.endsWith(`.${wanted}.xml`))
      if (file === undefined || !/^\/onvif\/(device_service|services)$/.test(path)) return { status: 500, body: '' }
      return { body: readFileSync(join(folder, file)) }
    })
    const context = at([host], [device(host, 'CAM-1', { username: 'admin', password: 'khong-dung-that' })])
    await camera.check(context)
    const records = recordsOf(await pagesOf(context, 'devices'))
    const uri = 'http://192.168.68.111/onvif-cgi/jpg/image.cgi?resolution=800x600&compression=20&camera=1'
    expect(outcomesOf(context, 'devices', records)).toMatchObject([
      {
        record: {
          code: 'CAM-1',
          manufacturer: 'Mockup Manufacturer',
          model: 'Mockup Model',
          firmware: 'Mockup_15_14_13',
          serialNumber: null,
          online: true,
          profiles: [
            {
              name: 'main',
              encoding: 'H264',
              width: 1920,
              height: 1080,
              frameRate: 5,
              streamUri: 'rtsp://192.168.68.111/h264main',
              snapshotUri: uri,
            },
          ],
        },
      },
    ])
  })
})

describe('a Frigate server', () => {
  interface Item {
    readonly id: string
    readonly start_time: number
    readonly end_time: number | null
  }
  /** A server of these events; `sessions` is how many requests a login is good for. */
  async function frigate(events: () => readonly Item[], sessions = Infinity) {
    const seen = { logins: 0, left: 0 }
    const { host } = await served((path, _, request) => {
      const url = new URL(path, 'http://frigate')
      if (url.pathname === '/api/login') {
        seen.logins += 1
        seen.left = sessions
        return { body: '{}', headers: { 'set-cookie': `frigate_token=s${seen.logins}; Path=/` } }
      }
      seen.left -= 1
      if (seen.left < 0 || request.headers.cookie !== `frigate_token=s${seen.logins}`)
        return { status: 401, body: '{}' }
      const bound = (name: string, otherwise: number): number => Number(url.searchParams.get(name) ?? otherwise)
      const listed = events()
        .filter(({ start_time }) => start_time < bound('before', Infinity) && start_time > bound('after', -Infinity))
        .toSorted((a, b) => b.start_time - a.start_time)
        .slice(0, bound('limit', 100))
      return { body: JSON.stringify(listed.map((event) => ({ camera: 'a', label: 'car', ...event }))) }
    })
    const settings = {
      frigate: { url: `${host}/api/`, username: 'u', password: 'khong-dung-that', cameras: { a: { code: 'A' } } },
    }
    return { context: reading({ hosts: [host], settings }), seen }
  }
  const start = morning.getTime() / 1000

  it('loses and repeats no event where many share one start at the edge of a page', async () => {
    const events = Array.from({ length: 450 }, (_, at) => ({
      id: `e${at}`,
      start_time: start - (at > 80 && at < 300 ? 81.123456 : at),
      end_time: start,
    }))
    const { context } = await frigate(() => events)
    const ids = recordsOf(await pagesOf(context, 'frigate-events')).map(({ id }) => id)
    expect(ids).toHaveLength(450)
    expect(new Set(ids).size).toBe(450)
  })

  it('reads an event again that had not ended, however long it has lasted', async () => {
    const older = Array.from({ length: 5 }, (_, at) => ({
      id: `o${at}`,
      start_time: start - 9000 - at,
      end_time: start - 8000,
    }))
    let end: number | null = null
    const { context } = await frigate(() => [
      { id: 'new', start_time: start, end_time: start + 1 },
      { id: 'long', start_time: start - 8000, end_time: end },
      ...older,
    ])
    const first = await pagesOf(context, 'frigate-events')
    expect(recordsOf(first)).toHaveLength(7)
    end = start + 60
    const second = await pagesOf(context, 'frigate-events', { since: first.at(-1)!.next })
    expect(recordsOf(second)).toMatchObject([{ id: 'new' }, { id: 'long', end_time: end }])
    const third = await pagesOf(context, 'frigate-events', { since: second.at(-1)!.next })
    expect(recordsOf(third)).toMatchObject([{ id: 'new' }])
  })

  it('misses no event that comes after one whose start lies in the future, however far', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 * 86_400 }),
        fc.integer({ min: 0, max: 3000 }),
        async (ahead, ago) => {
          const event = (id: string, at: number) => ({ id, start_time: at, end_time: at + 1 })
          const events = [event('a', start - 60), event('mistimed', start + ahead)]
          const { context } = await frigate(() => events)
          const first = await pagesOf(context, 'frigate-events')
          events.push(event('late', start - ago))
          const second = recordsOf(await pagesOf(context, 'frigate-events', { since: first.at(-1)!.next }))
          expect(second.map(({ id }) => id)).toContain('late')
        },
      ),
      { numRuns: 12 },
    )
  })

  it('reads the events of a window of days', async () => {
    const events = [start - 86_400, start, start + 86_400].map((at) => ({
      id: `${at}`,
      start_time: at,
      end_time: at + 1,
    }))
    const { context } = await frigate(() => events)
    const range = { from: '2026-07-03', to: '2026-07-04' }
    expect(recordsOf(await pagesOf(context, 'frigate-events', range))).toMatchObject([{ id: `${start}` }])
  })

  it('logs in once more when a session has run out, and not again and again', async () => {
    const events = Array.from({ length: 250 }, (_, at) => ({ id: `e${at}`, start_time: start - at, end_time: start }))
    const { context, seen } = await frigate(() => events, 2)
    expect(recordsOf(await pagesOf(context, 'frigate-events'))).toHaveLength(250)
    expect(seen.logins).toBe(2)
    const never = await frigate(() => events, 0)
    expect(await failureOf(pagesOf(never.context, 'frigate-events'))).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(never.seen.logins).toBe(2)
  })

  it.for(['x', '[]', '{"before":"soon"}', '{"at":-1}', '7'])(
    'refuses the cursor %s, which is not its own',
    async (since) => {
      const { context } = await frigate(() => [])
      for (const stream of streams) {
        expect(await failureOf(pagesOf(context, stream, { since }))).toMatchObject({ code: 'CONFIG_INVALID' })
      }
    },
  )
})

describe('addresses', () => {
  it.for([
    ['10.0.0.5', 'http://10.0.0.5/onvif/device_service'],
    ['cam.local:8080', 'http://cam.local:8080/onvif/device_service'],
    ['https://10.0.0.5/', 'https://10.0.0.5/onvif/device_service'],
    ['http://10.0.0.5/custom/service', 'http://10.0.0.5/custom/service'],
  ] as const)('takes %s as the device service %s', ([setting, url]) => expect(deviceService(setting)).toBe(url))

  it('keeps host and port where it connected and takes the path that the device names', () => {
    expect(reachable('http://192.168.68.111:8899/onvif/media?x=1', 'http://10.0.0.5:81/onvif/device_service')).toBe(
      'http://10.0.0.5:81/onvif/media?x=1',
    )
    expect(reachable(null, 'http://10.0.0.5/a')).toBe('http://10.0.0.5/a')
  })

  it.for([
    ['rtsp://u:p@10.0.0.5:554/live', 'rtsp://10.0.0.5:554/live'],
    ['rtsp://10.0.0.5/cam?channel=1&User=u&PASSWORD=p&subtype=0', 'rtsp://10.0.0.5/cam?channel=1&subtype=0'],
    ['http://10.0.0.5/snap.jpg?auth=dTpw', 'http://10.0.0.5/snap.jpg'],
    ['http://10.0.0.5/snap?%70wd=a&size=2;token=b&n=1', 'http://10.0.0.5/snap?n=1'],
    ['rtsp://u:p#a@10.0.0.5/live', null],
    ['rtsp://u:12/a@10.0.0.5/live', null],
    ['rtsp://10.0.0.5/user=u_password=p_channel=1', null],
    ['rtsp://10.0.0.5/s3cret-pass/live', null],
    ['nothing', null],
  ] as const)('strips %s to %s', ([address, bare]) => expect(withoutCredentials(address, 's3cret-pass')).toBe(bare))

  it('never leaves a password behind, whatever its characters', () => {
    const text = fc.string({ unit: 'binary-ascii', minLength: 6, maxLength: 16 }).map((made) => `${made}Q7z`)
    fc.assert(
      fc.property(text, fc.boolean(), (password, raw) => {
        const written = raw ? password : encodeURIComponent(password)
        for (const address of [`rtsp://admin:${written}@10.0.0.5/live?a=1`, `http://10.0.0.5/s?pwd=${written}&x=1`]) {
          const bare = withoutCredentials(address, '')
          if (bare !== null && /Q7z/.test(bare) && !written.includes('&')) throw new Error(bare)
        }
      }),
    )
  })
})

describe('HTTP digest', () => {
  const header =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const both = `${header}, ${header.replace('MD5', 'SHA-256')}, Basic realm="x"`
  it.for([
    [header, '8ca523f5e9506fed4657c9700eebdbec'],
    [both, '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)(
    'answers the challenge as RFC 7616, 3.9.1 does, the stronger one where there are two',
    ([offered, response]) => {
      const answer = digestAuthorization(digestChallenge(offered)!, {
        username: 'Mufasa',
        password: 'Circle of Life',
        method: 'GET',
        uri: '/dir/index.html',
        count: 1,
        clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      })
      expect(answer).toContain(`response="${response}"`)
    },
  )
  it('takes no challenge that it cannot answer', () => {
    for (const offered of [
      undefined,
      'Basic realm="x"',
      'Digest realm="x", nonce="n", algorithm=SHA-512-256',
      'Digest realm="x", nonce="n", qop="auth-int"',
    ]) {
      expect(digestChallenge(offered)).toBeNull()
    }
  })
})

describe('the XML of devices', () => {
  it.for([
    ['curly quotes in the declaration', '<?xml version=”1.0” ?>\n<a><b>x</b></a>'],
    ['an encoding that the bytes do not have', '<?xml version="1.0" encoding="utf-16"?><a><b>x</b></a>'],
    ['an unbound prefix', '<q:a><r:b>x</r:b></q:a>'],
    ['white space around a text', '<a><b>\n x \n</b></a>'],
  ] as const)('is read in spite of %s', ([, text]) =>
    expect(textOf(elementOf(xmlText(Buffer.from(text))), 'b')).toBe('x'),
  )
  it.for([
    '<!DOCTYPE a><a><b>x</b></a>',
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    '<a><b></a>',
    '',
    '<a>&unknown;</a>',
    '<a>'.repeat(100) + '</a>'.repeat(100),
    `<a>${'<b/>'.repeat(30_000)}</a>`,
  ])('is refused where it is not well-formed, declares a type or is too large', (text) => {
    expect(() => elementOf(text)).toThrow(BadXml)
  })
})

describe('fixtures', () => {
  const folder = join(import.meta.dirname, './fixtures')
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

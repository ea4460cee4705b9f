import * as answer from '../subject/behaviours.ts'
import { openCanaryServer } from '../subject/canary-server.ts'
import { expectEnds, expectFailures, expectSuccess, type Fault, type Trial } from './fault.ts'
import { harmsOf, presentKeys } from './harm.ts'
import type { Behaviour } from './http-proxy.ts'
import type { Subject } from '../subject/subject.ts'
import type { World } from '../world.ts'
import { underLoad } from '../../kit/under-load.ts'

const [UNAVAILABLE, CHANGED, INVALID] = ['SOURCE_UNAVAILABLE', 'SOURCE_CHANGED', 'CONFIG_INVALID']

const needsHttp = (subject: Subject): string | null =>
  subject.kind === 'folder' ? 'the source is a folder, nothing of it comes over HTTP' : null

/**
 * The source lives on and answers so, from the `first` request on; the runs end with one of these codes and harm nothing.
 * `where it matters`: some answers have no body that anybody reads, such as a status that says that nothing is new.
 */
async function under(
  world: World,
  trial: Trial,
  what: string,
  behaviour: Behaviour,
  codes: readonly string[],
  first = 1,
  noticed: 'by all' | 'where it matters' = 'by all',
): Promise<number> {
  await world.advance()
  const before = await presentKeys(world)
  world.behave(answer.from(first, behaviour))
  const runs = await world.sync()
  const requests = world.requests()
  world.behave(null)
  if (codes.length === 0) expectSuccess(trial, runs, what)
  else if (first === 1 && (noticed === 'by all' || world.running.own !== null))
    expectFailures(trial, world, runs, codes, what)
  else expectEnds(trial, runs, codes, what)
  for (const harm of await harmsOf(world, before)) trial.expect(false, () => `${what}: ${harm}`)
  // The breaker of the transport rests for a moment.
  await new Promise((resolve) => setTimeout(resolve, 60))
  return requests
}

const oneToThree = (world: World): number => 1 + Math.floor(world.random() * 3)

export const httpFaults: readonly Fault[] = [
  {
    id: 'F01',
    title: 'the source answers 500, 502 or 503',
    without: needsHttp,
    async inject(world, trial) {
      for (const code of world.some([500, 502, 503]))
        await under(world, trial, `${code}`, answer.status(code), [UNAVAILABLE], oneToThree(world))
      await world.limits({})
      await world.advance()
      world.behave(answer.firstOnly(2, answer.status(503)))
      const runs = await world.sync()
      if (world.running.own === null) expectEnds(trial, runs, [UNAVAILABLE], '503 twice')
      else expectSuccess(trial, runs, '503 twice, then as it should')
    },
  },
  {
    id: 'F02',
    title: 'the source throttles, with every kind of Retry-After',
    without: needsHttp,
    async inject(world, trial) {
      const asked = ['1', new Date(Date.now() + 86_400_000).toUTCString(), undefined, '9000000000', '-5', 'soon']
      for (const retryAfter of world.some(asked)) {
        const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
        const started = performance.now()
        await under(
          world,
          trial,
          `429 with Retry-After ${retryAfter}`,
          answer.status(429, headers),
          [UNAVAILABLE],
          oneToThree(world),
        )
        trial.expect(
          performance.now() - started < underLoad(15_000),
          () => `429 with Retry-After ${retryAfter} held the run for long`,
        )
      }
      const [late] = await world.rows<{ days: number }>(
        'select coalesce(max(extract(epoch from due_at - now()) / 86400), 0)::float8 as days from stream',
      )
      trial.expect((late?.days ?? 0) < 366, () => `a source that asks for ages is left alone for ${late?.days} days`)
    },
  },
  {
    id: 'F03',
    title: 'the login is refused in the middle of a run',
    without: needsHttp,
    async inject(world, trial) {
      for (const code of world.some([401, 403])) {
        const first = oneToThree(world)
        const requests = await under(world, trial, `${code}`, answer.status(code), [INVALID], first)
        const most = 2 * world.running.streams.length + first - 1
        const bounded = world.running.reachability.length > 0 || requests <= most
        trial.expect(bounded, () => `${code}: ${requests} requests, expected at most ${most}`)
      }
    },
  },
  {
    id: 'F04',
    title: 'a page that existed is gone',
    without: needsHttp,
    async inject(world, trial) {
      for (const code of world.some([404, 410]))
        await under(world, trial, `${code}`, answer.status(code), [CHANGED, UNAVAILABLE, INVALID], 2)
    },
  },
  {
    id: 'F05',
    title: 'a login or firewall page with status 200',
    without: needsHttp,
    async inject(world, trial) {
      const pages = { 'a page of HTML': answer.html, 'HTML under the type of the data': answer.disguisedHtml }
      for (const [what, behaviour] of world.some(Object.entries(pages)))
        await under(world, trial, what, behaviour, [CHANGED], oneToThree(world))
    },
  },
  {
    id: 'F06',
    title: 'an error body or a SOAP fault with status 200',
    without: needsHttp,
    async inject(world, trial) {
      for (const first of world.some([1, 2, 3]))
        await under(world, trial, 'an error body', answer.errorBody, [CHANGED, UNAVAILABLE, INVALID], first)
    },
  },
  {
    id: 'F08',
    title: 'headers never arrive, or the body trickles',
    without: needsHttp,
    async inject(world, trial) {
      await world.limits({ idleMs: 300, totalMs: 700, tries: 2 })
      const started = performance.now()
      const slow = { silence: answer.silence, 'a trickle': answer.trickle }
      for (const [what, behaviour] of world.some(Object.entries(slow)))
        await under(world, trial, what, behaviour, [UNAVAILABLE], oneToThree(world))
      trial.expect(
        performance.now() - started < underLoad(30_000),
        () => 'a silent source held the runs beyond their deadlines',
      )
      await world.limits({})
    },
  },
  {
    id: 'F09',
    title: 'the connection is reset in the middle of a body',
    without: needsHttp,
    async inject(world, trial) {
      await under(world, trial, 'resets', answer.reset, [UNAVAILABLE], oneToThree(world))
      await world.limits({})
      await world.advance()
      world.behave(answer.firstOnly(1, answer.reset))
      const runs = await world.sync()
      if (world.running.own === null) expectEnds(trial, runs, [UNAVAILABLE], 'one reset')
      else expectSuccess(trial, runs, 'one reset')
    },
  },
  {
    id: 'F10',
    title: 'a body is cut: by length, chunk, a closed connection, in its gzip',
    without: needsHttp,
    async inject(world, trial) {
      // A cut page is the clock's to mend, and no other shape of the source.
      const codes = world.running.own === null ? [UNAVAILABLE, CHANGED] : [UNAVAILABLE]
      for (const [way, behaviour] of world.some(Object.entries(answer.cuts))) {
        await under(world, trial, `cut by ${way}`, behaviour, codes, oneToThree(world), 'where it matters')
      }
    },
  },
  {
    id: 'F12',
    title: 'a gzip bomb, gzip in gzip, a bomb of XML entities',
    without: needsHttp,
    async inject(world, trial) {
      const bombs = {
        'a gzip bomb': answer.gzipBomb,
        'gzip in gzip': answer.doubleGzip,
        'an entity bomb': answer.entityBomb,
      }
      for (const [what, behaviour] of world.some(Object.entries(bombs))) {
        const heap = process.memoryUsage().rss
        await under(world, trial, what, behaviour, [CHANGED, UNAVAILABLE], oneToThree(world))
        const grown = (process.memoryUsage().rss - heap) / 1_048_576
        trial.expect(grown < 250, () => `${what}: memory grew by ${Math.round(grown)} MB`)
      }
    },
  },
  {
    id: 'F13',
    title: 'a redirect: elsewhere, without TLS, to a private address, in a circle',
    without: needsHttp,
    async inject(world, trial) {
      const canary = await openCanaryServer()
      try {
        const targets = {
          'another host': () => `http://${canary.host}/taken`,
          'a private address': () => 'http://10.0.0.1/',
          'a metadata address': () => 'http://169.254.169.254/latest/',
          'a circle': (own: string) => `http://${own}/`,
        }
        for (const [what, to] of world.some(Object.entries(targets))) {
          await under(world, trial, `a redirect to ${what}`, answer.redirect(to), [CHANGED], oneToThree(world))
        }
        trial.expect(
          canary.requests === 0,
          () => `a redirect was followed: ${canary.requests} requests arrived elsewhere`,
        )
      } finally {
        await canary.close()
      }
    },
  },
  {
    id: 'F14',
    title: 'a wrong label of the charset, marks, UTF-16, bytes that are no text',
    without: needsHttp,
    async inject(world, trial) {
      const utf8 = (text: string): Buffer => Buffer.from(text)
      const marked = answer.recoded('utf-8', (text) => Buffer.from(`\ufeff${text}`))
      const wide = answer.recoded('utf-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'))
      const broken = answer.recoded('utf-8', (text) =>
        Buffer.concat([utf8(text.slice(0, -1)), Buffer.of(0xe1, 0xbb), utf8(text.slice(-1))]),
      )
      const unknown = answer.recoded('x-tcvn3', utf8)
      const codes = [CHANGED, UNAVAILABLE, INVALID]
      for (const [what, behaviour] of world.some(
        Object.entries({ 'a byte order mark': marked, 'UTF-16 with its mark': wide }),
      )) {
        await world.advance()
        world.behave(behaviour)
        const runs = await world.sync()
        world.behave(null)
        if (world.running.own === null) expectEnds(trial, runs, codes, what)
        else expectSuccess(trial, runs, what)
      }
      const spoilt = { 'bytes that are no UTF-8': broken, 'a charset that nobody knows': unknown }
      for (const [what, behaviour] of world.some(Object.entries(spoilt)))
        await under(world, trial, what, behaviour, codes, oneToThree(world), 'where it matters')
    },
  },
  {
    id: 'F15',
    title: 'a page is served twice',
    without: needsHttp,
    async inject(world, trial) {
      for (const at of world.some([1, 2, 3])) {
        await world.advance()
        const before = await presentKeys(world)
        world.behave(answer.repeated(at, false))
        expectEnds(trial, await world.sync(), [CHANGED, UNAVAILABLE, INVALID], `answer ${at} twice`)
        world.behave(null)
        for (const harm of await harmsOf(world, before)) trial.expect(false, () => `answer ${at} twice: ${harm}`)
      }
    },
  },
  {
    id: 'F19',
    title: 'the same page for ever',
    without: needsHttp,
    async inject(world, trial) {
      for (const at of world.some([1, 2])) {
        await world.advance()
        const before = await presentKeys(world)
        world.behave(answer.repeated(at, true))
        expectEnds(trial, await world.sync(), [CHANGED, UNAVAILABLE, INVALID], `answer ${at} for ever`)
        const requests = world.requests()
        world.behave(null)
        trial.expect(requests < 400, () => `answer ${at} for ever: ${requests} requests`)
        for (const harm of await harmsOf(world, before)) trial.expect(false, () => `answer ${at} for ever: ${harm}`)
      }
    },
  },
]

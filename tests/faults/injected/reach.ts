import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectEnds, expectFailures, expectSuccess, type Fault, type Trial } from './fault.ts'
import { harmsOf, presentKeys } from './harm.ts'
import type { Behaviour } from './http-proxy.ts'
import { onlyOwn, ownOf } from './paging.ts'
import { openTcpProxy, type Toxics } from './tcp-proxy.ts'
import type { World } from '../world.ts'
import { underLoad } from '../../kit/under-load.ts'

const needsHttp: Fault['without'] = (subject) =>
  subject.kind === 'folder' ? 'the source is a folder, nothing of it comes over HTTP' : null

const hangUp: Behaviour = (_asked, response) => void response.socket?.resetAndDestroy()

async function unreachable(world: World, trial: Trial, what: string, text: RegExp | null = null): Promise<void> {
  const before = await presentKeys(world)
  const runs = await world.sync()
  expectFailures(trial, world, runs, ['SOURCE_UNAVAILABLE'], what)
  for (const { failure_message: told } of runs) {
    trial.expect(text === null || text.test(told ?? ''), () => `${what} is told as: ${told}`)
  }
  for (const harm of await harmsOf(world, before)) trial.expect(false, () => `${what}: ${harm}`)
}

/** A certificate that no authority has signed, made on the spot; null where openssl is not installed. */
function ownCertificate(): { key: Buffer; cert: Buffer } | null {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, '-subj', '/CN=elsewhere'],
      { stdio: 'pipe' },
    )
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const reachFaults: readonly Fault[] = [
  {
    id: 'F07',
    title: 'the source hangs up before it says anything',
    without: needsHttp,
    async inject(world, trial) {
      await world.advance()
      world.behave(hangUp)
      await unreachable(world, trial, 'a source that hangs up')
    },
  },
  {
    id: 'F07',
    title: 'no connection, no name, no certificate to be trusted',
    without: onlyOwn,
    async inject(world, trial) {
      await world.advance()
      await world.limits({ connectMs: 400, tries: 1 })
      await world.reach('http://127.0.0.1:1')
      await unreachable(world, trial, 'a closed port', /ECONNREFUSED|reached/)
      await world.reach('http://nowhere.invalid')
      await unreachable(world, trial, 'a name that nobody knows', /ENOTFOUND|EAI_AGAIN|reached/)
      const pair = ownCertificate()
      if (pair === null) trial.skip('a certificate that is not to be trusted: openssl is not installed')
      else {
        let asked = 0
        const server = createServer(pair, (_request, response) => void ((asked += 1), response.end('{}')))
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
        await world.reach(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
        await unreachable(world, trial, 'a certificate that nobody signed', /CERT|SIGNED|reached/i)
        trial.expect(asked === 0, () => 'a request went to a source whose certificate is not to be trusted')
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
      const mute = await openTcpProxy(ownOf(world).host)
      mute.poison({ timeoutMs: 10_000 })
      await world.reach(`https://${mute.host}`)
      const started = performance.now()
      await unreachable(world, trial, 'a handshake that never ends')
      trial.expect(performance.now() - started < underLoad(5_900), () => 'a handshake that never ends held the run')
      await mute.close()
      await world.reach(null)
      await world.limits({})
    },
  },
  {
    id: 'F09',
    title: 'the line is slow, cut into slices, reset, closed early, half open',
    without: onlyOwn,
    async inject(world, trial) {
      const line = await openTcpProxy(world.hosts[0]!)
      try {
        await world.limits({ idleMs: 400, totalMs: 3_000, tries: 2 })
        await world.reach(`http://${line.host}`)
        const slow: Toxics[] = [{ latencyMs: 40 }, { sliceBytes: 100 }, { bytesPerSecond: 200_000 }]
        for (const toxics of world.some(slow)) {
          line.poison(toxics)
          await world.advance()
          expectSuccess(trial, await world.sync(), JSON.stringify(toxics))
        }
        const broken: Toxics[] = [
          { resetAfterBytes: 900 },
          { limitBytes: 900 },
          { halfOpenAfterBytes: 900 },
          { timeoutMs: 100 },
        ]
        for (const toxics of world.some(broken)) {
          await world.reach(`http://${line.host}`)
          line.poison(toxics)
          await world.advance()
          const before = await presentKeys(world)
          expectEnds(trial, await world.sync(), ['SOURCE_UNAVAILABLE'], JSON.stringify(toxics))
          for (const harm of await harmsOf(world, before))
            trial.expect(false, () => `${JSON.stringify(toxics)}: ${harm}`)
        }
      } finally {
        await world.reach(null)
        await world.limits({})
        await line.close()
      }
    },
  },
  {
    id: 'F11',
    title: 'a body without end',
    without: needsHttp,
    async inject(world, trial) {
      const { endless } = await import('../subject/behaviours.ts')
      await world.advance()
      const before = await presentKeys(world)
      world.behave(endless)
      const rss = process.memoryUsage().rss
      expectFailures(trial, world, await world.sync(), ['SOURCE_CHANGED', 'SOURCE_UNAVAILABLE'], 'a body without end')
      const requests = world.requests()
      world.behave(null)
      const grown = Math.round((process.memoryUsage().rss - rss) / 1_048_576)
      trial.expect(grown < 250, () => `a body without end: memory grew by ${grown} MB`)
      trial.expect(requests < 300, () => `a body without end was asked for ${requests} times`)
      for (const harm of await harmsOf(world, before)) trial.expect(false, () => `a body without end: ${harm}`)
    },
  },
  {
    id: 'F11',
    title: 'a page over the limit, and one record that is over it alone',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, quirks, advance } = ownOf(world)
      await world.limits({ bodyBytes: 60_000 })
      const heavy = new Set(journals.list.insert(12).map(({ id }) => id))
      const [giant] = journals.list.insert(1)
      journals.list.insert(5)
      world.learn()
      quirks.written = (row, plain) => {
        const bytes = row.id === giant?.id ? 100_000 : heavy.has(row.id) ? 9_000 : 0
        return bytes === 0
          ? null
          : `${JSON.stringify(plain).slice(0, -1)},"ref":${row.ref},"weight":"${'x'.repeat(bytes)}"}`
      }
      expectSuccess(trial, await world.sync({ stream: 'list' }), 'pages over the limit')
      const stored = await presentKeys(world)
      for (const id of heavy)
        trial.expect(
          stored.get('list')?.has(id) === true,
          () => `${id} is not stored although it is within the limit alone`,
        )
      const waiting = await world.rows<{ key: string; body: Buffer | null }>(
        `select key, body from quarantine where reason = 'TOO_LARGE' and left_at is null`,
      )
      trial.expect(
        waiting.length === 1 && waiting[0]?.body === null,
        () => `${waiting.length} records wait as too large`,
      )
      quirks.written = null
      advance(1_000)
      for (const id of [...heavy, giant!.id]) journals.list.write(id, {})
      world.learn()
      await world.limits({})
    },
  },
  {
    id: 'F32',
    title: 'a unit that two have followed',
    without: onlyOwn,
    async inject(world, trial) {
      const { journals, advance } = ownOf(world)
      const old = journals.list.insert(3, { name: 'xã cũ 25645', poison: true })
      world.learn()
      expectSuccess(trial, await world.sync(), 'an old unit')
      const rows = await world.rows<{ key: string; expected: string }>(
        `select key, expected from quarantine where reason = 'AMBIGUOUS' and left_at is null`,
      )
      for (const { id } of old) {
        const row = rows.find(({ key }) => key === id)
        trial.expect(
          row?.expected.includes('25646') === true,
          () => `${id} does not wait with the units that may be meant`,
        )
      }
      advance(1_000)
      for (const { id } of old) journals.list.write(id, { name: `xã mới ${id}`, poison: false })
      world.learn()
      trial.skip('the resolution of units itself: it belongs to the subgraphs')
    },
  },
]

// Tests of subscriptions with fields of another agency.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningEmulator } from '#connector'
import { type LandServer, openLandServer } from '../../../src/demo/land/server.ts'
import { readEvents } from '../../../src/web/sandbox/event-stream.ts'
import { type JourneyHub, openJourneyHub } from '../../journey/hub.ts'
import { emulatorOf, missing } from '../../journey/province.ts'
import { smallTown } from '../../kit/world/small-town.ts'
import { openStream } from './town.ts'
import { underLoad } from '../../kit/under-load.ts'

const now = (): Date => new Date(smallTown.foundedAt.getTime() + 2 * 3_600_000)
const absent = missing.includes('one-stop')

let land: LandServer
let emulator: RunningEmulator
let hub: JourneyHub

beforeAll(async () => {
  if (absent) return
  land = await openLandServer(smallTown)
  emulator = await (await emulatorOf('one-stop'))({ town: smallTown, size: 60, now })
  const { host } = new URL(land.url)
  hub = await openJourneyHub([{ id: 'one-stop', settings: emulator.settings, hosts: emulator.hosts }], now, [
    { name: 'land', url: land.url, allowHosts: [host], headers: {}, timeoutMs: 3000, pollingMs: 200, path: 'land' },
  ])
  const client = await hub.client()
  while ((await client.post('{ landPlans { code } }')).status !== 200) await sleep(50)
})
afterAll(async () => {
  if (absent) return
  await hub.close()
  await emulator.close()
  await land.close()
})

async function tokenOf(scope: string): Promise<string> {
  const answer = await fetch(`${hub.url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ scope, agency: 'H53' }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return ((await answer.json()) as { token: string }).token
}

describe.skipIf(absent)('an event of the hub', () => {
  it('is joined with fields of another agency, and the runs that made it are told of', async () => {
    const query = 'subscription { dossierChanged { code procedure { field } landParcel { id plans { code } } } }'
    const dossiers = await openStream(hub, { body: { query }, token: await tokenOf('dossier:read') })
    const runs = await openStream(hub, {
      body: { query: 'subscription { runChanged(source: "one-stop") { stream state written } }' },
      token: await tokenOf('operation:read'),
    })
    expect([dossiers.status, runs.status]).toEqual([200, 200])
    const ended = await hub.sync()
    const written = ended.find(({ stream }) => stream === 'dossiers')?.written ?? 0
    expect(written).toBeGreaterThan(0)
    const shown = []
    for (let event = 0; event < written; event += 1) shown.push((await dossiers.next()).data)
    expect(shown.filter((one) => one?.errors !== undefined)).toEqual([])
    const rows = shown.map((one) => one?.data?.['dossierChanged'] as { code: string; procedure: any; landParcel: any })
    expect(new Set(rows.map(({ code }) => code)).size).toBe(written)
    const onLand = rows.filter(({ procedure }) => procedure?.field === 'Đất đai')
    expect(onLand.length).toBeGreaterThan(0)
    for (const one of onLand) expect(one.landParcel).toMatchObject({ plans: expect.any(Array) })
    const states = []
    while (states.at(-1) !== 'SUCCEEDED' && states.at(-1) !== 'SUCCEEDED_WITH_REJECTS') {
      const { data } = await runs.next()
      const run = data?.data?.['runChanged'] as { stream: string; state: string }
      if (run.stream === 'dossiers') states.push(run.state)
    }
    dossiers.leave()
    runs.leave()
  })

  it('is read by the sandbox as it comes, until the reader stops', async () => {
    const answer = await fetch(`${hub.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${await tokenOf('operation:read')}`,
      },
      body: JSON.stringify({ query: 'subscription { runChanged { state } }' }),
    })
    const events = readEvents(answer.body!)
    const first = events.next()
    await hub.sync()
    expect((await first).value).toMatchObject({ data: { runChanged: { state: expect.any(String) } } })
    for (;;) {
      const more = await Promise.race([events.next(), sleep(1_500)])
      if (more === undefined) break
    }
    const before = Date.now()
    await events.return(undefined)
    expect(Date.now() - before).toBeLessThan(underLoad(1_000))
  })
})

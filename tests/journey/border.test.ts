// An operation that crosses to another agency's subgraph.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { jwtVerify, createRemoteJWKSet } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningEmulator } from '#connector'
import { type LandServer, openLandServer } from '../../src/demo/land/server.ts'
import { smallTown } from '../kit/world/small-town.ts'
import type { Client } from './client.ts'
import { type JourneyHub, openJourneyHub } from './hub.ts'
import { emulatorOf, missing } from './province.ts'

const now = (): Date => new Date(smallTown.foundedAt.getTime() + 2 * 3_600_000)
const absent = missing.includes('one-stop')

let land: LandServer
let wire: Server
let down = false
const asked: { headers: Record<string, string | string[] | undefined>; body: any }[] = []
let emulator: RunningEmulator
let hub: JourneyHub
let clerk: Client

beforeAll(async () => {
  if (absent) return
  land = await openLandServer(smallTown)
  wire = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      asked.push({ headers: request.headers, body: JSON.parse(body) })
      if (down) return response.destroy()
      void fetch(land.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then(
        async (answer) => response.setHeader('content-type', 'application/json').end(await answer.text()),
      )
      return undefined
    })
  })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(wire.address() as AddressInfo).port}`
  emulator = await (await emulatorOf('one-stop'))({ town: smallTown, size: 200, now })
  hub = await openJourneyHub([{ id: 'one-stop', settings: emulator.settings, hosts: emulator.hosts }], now, [
    {
      name: 'land',
      url: `http://${host}/graphql`,
      allowHosts: [host],
      headers: { 'x-api-key': 'given-to-the-hub' },
      timeoutMs: 3000,
      pollingMs: 200,
      path: 'subgraphs[0]',
    },
  ])
  await hub.sync()
  clerk = await hub.client({ scope: 'dossier:read' })
  // The other agency joins by itself, some time after the start.
  while ((await clerk.post('{ landPlans { code } }')).status !== 200) await sleep(50)
})
afterAll(async () => {
  if (absent) return
  await hub.close()
  await emulator.close()
  wire.closeAllConnections()
  wire.close()
  await land.close()
})

describe.skipIf(absent)('one operation that crosses to another agency', () => {
  it('joins a unit by a compound key, and comes back for the hub’s own fields', async () => {
    const unit = smallTown.units.find(
      ({ validTo, kind }) => validTo === null && (kind === 'WARD' || kind === 'COMMUNE'),
    )!
    const { administrativeUnit } = await clerk.ask<any>(
      `{ administrativeUnit(code: "${unit.code}") { name landUse { purpose areaHectares } landParcels(first: 2) { id unit { name kind } } } }`,
    )
    expect(administrativeUnit.landUse).toHaveLength(4)
    const parcel = { name: unit.name, kind: unit.kind }
    expect(administrativeUnit).toMatchObject({ name: unit.name, landParcels: [{ unit: parcel }, { unit: parcel }] })
  })

  it('gives what the other agency requires of a dossier, in one request for a whole page', async () => {
    asked.length = 0
    const { dossiers } = await clerk.ask<any>(
      '{ dossiers(first: 100) { nodes { code procedure { field } landParcel { id plans { code } } } } }',
    )
    const onLand = dossiers.nodes.filter((one: any) => one.procedure?.field === 'Đất đai')
    expect(onLand.length).toBeGreaterThan(0)
    for (const one of dossiers.nodes) {
      if (one.procedure?.field === 'Đất đai') expect(one.landParcel).toMatchObject({ plans: expect.any(Array) })
      else expect(one.landParcel).toBeNull()
    }
    const questions = asked.filter(({ body }) => !String(body.query).includes('_service'))
    expect(questions).toHaveLength(1)
  })

  it('names the caller to the other agency by a token of the hub, never by the client’s own', async () => {
    asked.length = 0
    await clerk.ask('{ landPlans { code title } }')
    const { headers } = asked.find(({ body }) => String(body.query).includes('landPlans'))!
    expect(headers['x-api-key']).toBe('given-to-the-hub')
    const token = String(headers['authorization']).replace('Bearer ', '')
    const keys = createRemoteJWKSet(new URL(`${hub.url}/hub/jwks.json`))
    const { payload } = await jwtVerify(token, keys, { issuer: `${hub.url}/hub`, audience: 'land' })
    expect(payload).toMatchObject({ sub: 'journey', scope: 'dossier:read', agency: 'H53' })
    expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(60)
    const own = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{"query":"{ __typename }"}',
    })
    expect(own.status).toBe(401)
  })

  it('does not open by the other agency what is closed here', async () => {
    const nobody = await hub.client()
    const { dossiers } = await clerk.ask<any>('{ dossiers(first: 1) { nodes { code } } }')
    const closed = `dossier(code: "${dossiers.nodes[0].code}") { code landParcel { id } }`
    const { answer } = await nobody.post(`{ ${closed} landPlans { code } }`)
    expect(answer.data).toMatchObject({ dossier: null, landPlans: expect.any(Array) })
    expect(answer.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE'])
    const filter = await clerk.post(
      '{ dossiers(filter: { identityNumber: { eq: "1" } }) { nodes { landParcel { id } } } }',
    )
    expect([filter.status, filter.answer.errors?.[0]?.extensions?.['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED'])
  })

  it('answers in part while the other agency is down, and what is the hub’s own as ever', async () => {
    down = true
    try {
      const { answer } = await clerk.post(
        '{ dossiers(first: 2) { nodes { code landParcel { id } } } landPlans { code } }',
      )
      const { dossiers, landPlans } = answer.data as any
      expect(dossiers.nodes).toHaveLength(2)
      for (const one of dossiers.nodes) expect(one).toEqual({ code: expect.any(String), landParcel: null })
      expect(landPlans).toBeNull()
      const codes = new Set(answer.errors?.map(({ extensions }) => extensions?.['code']))
      expect(codes).toEqual(new Set(['SUBGRAPH_UNAVAILABLE']))
      const paths = answer.errors?.map(({ path }) => path?.join('.'))
      expect(paths).toEqual(
        expect.arrayContaining(['landPlans', 'dossiers.nodes.0.landParcel', 'dossiers.nodes.1.landParcel']),
      )
      expect((await clerk.ask<any>('{ dossiers(first: 2) { nodes { code } } }')).dossiers.nodes).toHaveLength(2)
    } finally {
      down = false
    }
  })
})

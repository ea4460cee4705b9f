// The emulator of one-stop as a public client sees it.
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { RunningEmulator, SourceRecord } from '#connector'
import { createOrder } from '../emulator/order.ts'
import { closeAll, founded, hour, day, town, truthByKey } from './one-stop.ts'

afterEach(closeAll)

describe('the emulator, seen by a public client', () => {
  async function client(running: RunningEmulator) {
    const { url, tokenUrl, clientId, clientSecret } = running.settings as unknown as Record<string, string>
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId!,
      client_secret: clientSecret!,
    })
    const answer = await fetch(tokenUrl!, { method: 'POST', body })
    const token = (await answer.json()) as { access_token: string; expires_in: number; token_type: string }
    return {
      token,
      get: async (query: string, bearer = token.access_token) => {
        const headers = { authorization: `Bearer ${bearer}` }
        const found = await fetch(`${url}/pa/dossier/search?${query}`, { headers })
        // oxlint-disable-next-line typescript/no-explicit-any
        return { status: found.status, body: (await found.json()) as any }
      },
    }
  }

  it('gives a bearer token, refuses others, and ends it in its time', async () => {
    const { running, clock } = await town(30)
    const { token, get } = await client(running)
    expect(token).toMatchObject({ expires_in: 300, token_type: 'Bearer' })
    expect((await get('page=0')).status).toBe(200)
    expect((await get('page=0', 'forged')).status).toBe(401)
    clock.source += 300_000
    expect((await get('page=0')).status).toBe(401)
    const { tokenUrl } = running.settings as unknown as Record<string, string>
    expect((await fetch(tokenUrl!, { method: 'POST', body: new URLSearchParams({ client_id: 'x' }) })).status).toBe(401)
  })

  it('pages newest first, with totals for pages and none for slices', async () => {
    const { running } = await town(130)
    const { get } = await client(running)
    const page = (await get('page=2&size=50&spec=page&sort=updatedDate,desc')).body
    expect(page).toMatchObject({ last: true, totalPages: 3, totalElements: 130 })
    expect(page.content).toHaveLength(30)
    const slices = await Promise.all(
      [0, 1, 2].map((number) => get(`page=${number}&size=50&spec=slice&sort=updatedDate,desc`)),
    )
    expect(Object.keys(slices[0]!.body)).toEqual(['content', 'last'])
    const items = slices.flatMap(({ body }) => body.content as { id: string; updatedDate?: string }[])
    expect(new Set(items.map(({ id }) => id)).size).toBe(130)
    const dates = items.map(({ updatedDate }) => updatedDate ?? '')
    expect(dates).toEqual(dates.toSorted().toReversed())
    expect(dates).toContain('')
    expect(items.every(({ id }) => /^[0-9a-f]{24}$/.test(id))).toBe(true)
    expect((await get('page=0&size=500&spec=slice')).body.content).toHaveLength(50)
    expect((await get('page=x')).status).toBe(400)
  })

  it('filters as the service does, and keeps a filtered list up to date', async () => {
    const { running, move } = await town(300)
    const { get } = await client(running)
    const all = (await get('page=0&size=50&spec=page')).body
    const one = all.content.find((item: { code: string | null }) => item.code !== null)
    expect((await get(`code=${one.code}`)).body.content).toEqual([one])
    for (const [query, holds] of [
      [`procedure-id=${one.procedure.id}`, (item: typeof one) => item.procedure.id === one.procedure.id],
      [
        `sector-id=${one.procedure.sector.id}`,
        (item: typeof one) => item.procedure.sector.id === one.procedure.sector.id,
      ],
      [`identity-number=${one.applicant.data.identityNumber}`, (item: typeof one) => item.id === one.id],
      [`dossier-status=4,5`, (item: typeof one) => [4, 5].includes(item.dossierStatus.id)],
      [
        `task-status-id=${one.dossierTaskStatus.id}`,
        (item: typeof one) => item.dossierTaskStatus.id === one.dossierTaskStatus.id,
      ],
      [`ancestor-agency-id=${one.agency.id}`, () => true],
      ['applicant-name=hòa', (item: typeof one) => /hòa/i.test(JSON.stringify(item.applicant.data).normalize('NFC'))],
      ['appointment-from=2026-06-01T00:00:00.000Z', (item: typeof one) => item.appointmentDate >= '2026-06-01'],
      ['result-returned-to=2026-06-01T00:00:00.000Z', (item: typeof one) => item.dossierStatus.id === 10],
    ] as const) {
      const { body } = await get(`${query}&spec=page&size=50`)
      expect(body.totalElements, query).toBeGreaterThan(0)
      expect(body.totalElements, query).toBeLessThan(300)
      expect(body.content.every(holds), query).toBe(true)
    }
    const states = ['REGISTERED', 'ACCEPTED', 'PROCESSING', 'SUPPLEMENT_REQUIRED', 'PAYMENT_REQUIRED']
    let before = ''
    for (const later of [0, 6 * hour, day]) {
      move(later)
      const { get: ask } = await client(running)
      const [first, second] = await Promise.all(
        [0, 1].map((page) => ask(`dossier-status=1,2,4,5,6&size=50&page=${page}`)),
      )
      const open = [...first!.body.content, ...second!.body.content].map(({ id }: { id: string }) => id)
      const wanted = running
        .truth('dossiers')
        .filter(({ record }) => states.includes((record as { status: string }).status))
      expect(open.toSorted()).toEqual(wanted.map(({ key }) => key).toSorted())
      expect(open.join()).not.toBe(before)
      before = open.join()
    }
  })

  it('shows the same town after a restart, wherever its clock was in between', async () => {
    const later = founded + 2 * day
    const { running: lived, move } = await town(200)
    const before = lived.truth('dossiers').length
    for (let step = 0; step < 48; step += 1) {
      move(hour)
      lived.truth('dossiers')
    }
    const { running: restarted } = await town(200, later)
    expect(lived.truth('dossiers')).toEqual(restarted.truth('dossiers'))
    expect(before).toBeLessThan(lived.truth('dossiers').length)
    move(-2 * day)
    expect(lived.truth('dossiers')).toHaveLength(before)
  })

  it('shows deadlines that move, states that change and the dirt of the real service', async () => {
    const { running, move } = await town(4000)
    const before = truthByKey(running.truth('dossiers')) as Map<string, { dueAt: string | null; status: string }>
    move(hour)
    const after = truthByKey(running.truth('dossiers')) as typeof before
    const both = [...before].map(([key, one]) => [one, after.get(key)!] as const)
    expect(both.some(([one, other]) => one.dueAt !== null && other.dueAt !== null && one.dueAt < other.dueAt)).toBe(
      true,
    )
    expect(both.filter(([one, other]) => one.status !== other.status).length).toBeGreaterThan(5)
    expect(new Set([...after.values()].map(({ status }) => status)).size).toBeGreaterThanOrEqual(9)

    const { get } = await client(running)
    const pages = await Promise.all(Array.from({ length: 40 }, (_, page) => get(`page=${page * 2}&size=50&spec=slice`)))
    const items = pages.flatMap(({ body }) => body.content as SourceRecord[])
    const text = JSON.stringify(items)
    expect(text).not.toBe(text.normalize('NFC'))
    expect(text).toMatch(/"appointmentDate":"\d{4}-\d\d-\d\dT17:00:00.000\+0000"/)
    expect(text).toMatch(/"code":"\d\.\d{6}\.000\.00\.00\.H53"/)
    expect(text).toMatch(/"code":null,"nationCode":"/)
    expect(text).toMatch(/"birthday":"\d{4}"/)
    expect(text).toMatch(/"identityNumber":"0\d{8}"/)
    expect(text).toMatch(/"identityNumber":"0\d{11}"/)
    const agencies = new Map<string, Set<string>>()
    for (const { agency } of items as unknown as { agency: { id: string; code: string } }[]) {
      agencies.set(agency.id, (agencies.get(agency.id) ?? new Set()).add(agency.code))
    }
    expect([...agencies.values()].some((codes) => codes.size === 2)).toBe(true)
  })

  it('keeps its order like a plain list does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 3000 }), (moves) => {
        const order = createOrder([3, 1, 2])
        let plain = [3, 1, 2]
        for (const [touches, thing] of moves) {
          plain = plain.filter((other) => other !== thing)
          if (touches) {
            plain.push(thing)
            order.touch(thing)
          } else order.remove(thing)
        }
        expect(order.count).toBe(plain.length)
        expect(order.slice(0, 100, true)).toEqual(plain)
        expect(order.slice(2, 5)).toEqual(plain.toReversed().slice(2, 7))
      }),
      { numRuns: 30 },
    )
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AttackWorld, codesOf, openAttackWorld } from './world.ts'
import { underLoad } from '../kit/under-load.ts'

let world: AttackWorld
beforeAll(async () => {
  world = await openAttackWorld()
})
afterAll(() => world?.close())

describe('texts that would be more than texts', () => {
  it('A50 in an order, an enum of a variable, a filter of wildcards', async () => {
    const written = await world.attack('{ dossiers(orderBy: "name;drop table dossier") { totalCount } }')
    expect(written.status).toBe(400)
    const variable = await world.attack('query($o: DossierOrder) { dossiers(orderBy: $o) { totalCount } }', {
      variables: { o: 'RECEIVED_AT_ASC; drop table dossier' },
    })
    expect(codesOf(variable)).toEqual(['BAD_USER_INPUT'])
    expect(variable.text).not.toContain('drop table')
    for (const text of ['%', '_', '%_%', "'; drop table dossier; --", "a->>'b'", '\\', "\\'"]) {
      const sent = await world.attack('query($t: String!) { dossiers(filter: { text: $t }) { totalCount } }', {
        variables: { t: text },
      })
      expect(sent.json.data?.dossiers?.totalCount ?? 0).toBe(0)
    }
    const twin = await world.attack('{ dossiers(filter: { text: "alpha" }) { totalCount } }')
    expect(twin.json.data.dossiers.totalCount).toBe(1)
  })

  it('A51 in a pattern that takes for ever, in a search of operators', async () => {
    for (const text of ['(a+)+$', `${'a'.repeat(5_000)}!`, "' & ! <-> :*", '((((', '&&&', '\u0000']) {
      const begun = performance.now()
      const sent = await world.attack('query($t: String!) { search(text: $t) { totalCount } }', {
        variables: { t: text },
      })
      expect(sent.status === 200 || sent.status === 400).toBe(true)
      expect(codesOf(sent)).not.toContain('INTERNAL')
      expect(performance.now() - begun).toBeLessThan(underLoad(3_000))
    }
  })

  it('A52 as prototypes in variables', async () => {
    const body =
      '{"query":"query($f: DossierFilter) { dossiers(filter: $f) { totalCount } }","variables":{"f":{"__proto__":{"isAdmin":true}},"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}}'
    const sent = await world.send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${world.low}` },
      body,
    })
    expect(sent.json.data?.dossiers?.totalCount ?? 1).toBe(1)
    expect((await world.attack('{ dossiers { totalCount } }')).json.data.dossiers.totalCount).toBe(1)
  })

  it('A57 in what is logged: one JSON line an entry, no control character, no forged entry', async () => {
    const forged = 'x\n{"level":30,"user":"admin","msg":"forged"}\u001b[31m\u202e'
    await world.attack(forged, { operationName: forged, headers: { 'x-request-id': 'forged-id' } })
    await world.attack('query($t: String!) { search(text: $t) { totalCount } }', { variables: { t: forged } })
    await world.send(`/${encodeURIComponent(forged)}`)
    const lines = world
      .log()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    for (const line of lines) {
      const entry = JSON.parse(line) as Record<string, unknown>
      expect(entry['user']).toBeUndefined()
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(line).not.toMatch(/[\u0000-\u001f\u202e]/)
    }
    expect(world.log()).not.toMatch(/"msg":"forged"/)
  })

  it('A58 as markup: answers are JSON that no browser takes for a page, pages have a policy without inline code', async () => {
    const sent = await world.attack('{ search(text: "<img src=x onerror=alert(1)>") { totalCount } }')
    expect(sent.headers.get('content-type')).toContain('application/json')
    expect(sent.headers.get('x-content-type-options')).toBe('nosniff')
    for (const path of ['/console', '/sandbox']) {
      const page = await world.send(path)
      const policy = page.headers.get('content-security-policy') ?? ''
      expect(policy).not.toMatch(/script-src[^;]*unsafe-inline|script-src[^;]*unsafe-eval/)
      expect(policy).toMatch(/default-src|script-src/)
      expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>[^<]/i)
      expect(page.text).not.toMatch(/(?:src|href)="https?:\/\//)
    }
  })
})

it('A62 no trace, timing or stack for a client that asks for them', async () => {
  const traced = await world.attack('{ dossiers { nodes { code } } }', {
    headers: { 'apollo-federation-include-trace': 'ftv1', 'x-apollo-tracing': '1', 'x-debug': '1' },
  })
  expect(traced.json.extensions).toBeUndefined()
  const health = await world.send('/health/ready?verbose=1')
  expect(health.text).not.toMatch(/postgres|version|uptime/i)
  expect((await world.send('/metrics')).status).toBe(401)
  expect(
    (await world.send('/metrics', { headers: { authorization: `Bearer ${world.low}` } })).status,
  ).toBeGreaterThanOrEqual(400)
})

it('A61 secrets are told by nothing: sources, failures, files beside the pages', async () => {
  const settings = await world.entitled('{ __type(name: "Source") { fields { name } } }')
  const names = settings.json.data.__type.fields.map((field: { name: string }) => field.name) as string[]
  expect(names.filter((name) => /setting|secret|config|password/i.test(name))).toEqual([])
  await world.entitled('mutation { runSource(id: "one-stop") { id } }')
  for (const path of [
    '/.env',
    '/hub.config.json',
    '/console/../../package.json',
    '/console/%2e%2e/%2e%2e/package.json',
    '/sandbox/..%2f..%2fhub.config.ts',
  ]) {
    const sent = await world.send(path)
    expect(sent.status).toBeGreaterThanOrEqual(400)
    expect(sent.text).not.toContain('dependencies')
  }
  expect(world.log()).not.toContain(world.database.url)
})

it('no canary was in an answer, a log line or a metric', async () => {
  expect(await world.scan()).toEqual([])
})

import { buildASTSchema, parse } from 'graphql'
import { beforeEach, describe, expect, it } from 'vitest'
import { differenceOf } from '../../../src/federation/remotes/difference.ts'
import { lintPart } from '../../../src/federation/remotes/lint.ts'
import {
  openRegistry,
  type Registry,
  type Remote,
  type RemoteStore,
  type Supergraph,
} from '../../../src/federation/remotes/registry.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@shareable", "@override"])'
const ownSdl = `${link}
  type Query { dossier(code: String!): Dossier  dossiers(filter: DossierFilter): [Dossier!]! }
  input DossierFilter { status: String code: String }
  type Dossier @key(fields: "id") { id: ID! code: String! subject: String applicant: Party }
  type Party { name: String }
  type PageInfo @shareable { hasNextPage: Boolean! }`
const ownSchema = buildASTSchema(parse(ownSdl), { assumeValidSDL: true })
const land = `${link} type Dossier @key(fields: "id") { id: ID! parcel: String }  type Query { plans: [String!] }`
const roads = `${link} type Dossier @key(fields: "id") { id: ID! road: String }`

interface World {
  /** What each remote answers; an Error is thrown. */
  answers: Record<string, string | Error>
  readonly used: (Supergraph | null)[]
  readonly stored: Map<string, { sdl: string; acceptedAt: string }>
  readonly changes: unknown[]
}

let world: World
beforeEach(() => {
  world = { answers: {}, used: [], stored: new Map(), changes: [] }
})

function store(): RemoteStore {
  return {
    load: () => Promise.resolve(new Map(world.stored)),
    accept: (name, _url, sdl) => {
      world.stored.set(name, { sdl, acceptedAt: '2026-03-05T08:00:00+07:00' })
      return Promise.resolve()
    },
    checked: () => Promise.resolve(),
    generation: (_sdl, _public, changes) => {
      world.changes.push(changes)
      return Promise.resolve()
    },
    lastPublicSdl: () => Promise.resolve(null),
  }
}

const remote = (name: string, pollingMs = 60_000): Remote => ({
  name,
  url: `http://${name}.test/graphql`,
  pollingMs,
  fetchSdl: () => {
    const answer = world.answers[name] ?? new Error('no answer')
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  },
})

const open = (...remotes: Remote[]): Promise<Registry> =>
  openRegistry({
    own: { name: 'hub', url: 'http://hub.test/subgraph', sdl: ownSdl },
    remotes,
    store: store(),
    log: { info: () => undefined, warn: () => undefined },
    use: (supergraph) => void world.used.push(supergraph),
    now: () => new Date('2026-03-05T01:00:00Z'),
  })

const last = (): Supergraph | null | undefined => world.used.at(-1)

describe('remote subgraphs', () => {
  it('absent at the start leave the hub as it is, and join as one generation when they arrive', async () => {
    const registry = await open(remote('land'))
    expect(world.used).toEqual([null])
    await registry.refresh()
    expect(registry.status()).toMatchObject([{ name: 'land', state: 'ABSENT', problem: 'no answer' }])
    world.answers['land'] = land
    await registry.refresh()
    expect(registry.status()).toMatchObject([{ state: 'SERVING', problem: null }])
    expect(last()?.names).toEqual(['hub', 'land'])
    expect(last()?.publicSdl).toContain('parcel')
    await registry.close()
  })

  it('that bring nothing new make no new generation', async () => {
    world.answers['land'] = land
    const registry = await open(remote('land'))
    await registry.refresh()
    await registry.refresh()
    expect(world.used).toHaveLength(2)
    await registry.close()
  })

  it.each([
    ['that cannot be parsed', 'type Dossier {', /cannot be read/],
    ['that does not compose', `${link} type Dossier @key(fields: "id") { id: ID! lot: Nowhere }`, /Nowhere/],
    [
      'that answers for a field of the hub',
      `${link} type Dossier @key(fields: "id") { id: ID! subject: String }`,
      /Dossier\.subject/,
    ],
    [
      'that takes a field over',
      `${link} type Dossier @key(fields: "id") { id: ID! subject: String @override(from: "hub") }`,
      /overrides Dossier\.subject/,
    ],
    ['that narrows an input of the hub', `${land} input DossierFilter { status: String }`, /DossierFilter/],
  ])('keep their last good schema when they send one %s', async (_what, bad, problem) => {
    world.answers = { land, roads }
    const registry = await open(remote('land'), remote('roads'))
    await registry.refresh()
    const generations = world.used.length
    world.answers['land'] = bad
    await registry.refresh()
    expect(world.used).toHaveLength(generations)
    const [first, second] = registry.status()
    expect(first).toMatchObject({ state: 'STALE' })
    expect(first?.problem).toMatch(problem)
    expect(second).toMatchObject({ state: 'SERVING', problem: null })
    expect(last()?.publicSdl).toContain('parcel')
    world.answers['land'] = land.replace('parcel', 'lot')
    await registry.refresh()
    expect(registry.status()[0]).toMatchObject({ state: 'SERVING', problem: null })
    expect(last()?.publicSdl).toContain('lot')
    await registry.close()
  })

  it('that are down at a restart keep their fields by the stored schema', async () => {
    world.answers['land'] = land
    await (await open(remote('land'))).refresh()
    world.answers['land'] = new Error('refused')
    const registry = await open(remote('land'))
    expect(last()?.publicSdl).toContain('parcel')
    await registry.refresh()
    expect(registry.status()).toMatchObject([{ state: 'STALE', problem: 'refused' }])
    await registry.close()
  })

  it('are asked again at their own pace until the registry is closed', async () => {
    const registry = await open(remote('land', 20))
    registry.poll()
    await new Promise((resolve) => setTimeout(resolve, 30))
    world.answers['land'] = land
    await expect.poll(() => registry.status()[0]?.state, { timeout: 60_000 }).toBe('SERVING')
    await registry.close()
  })

  it('tell what a generation adds, removes and changes', async () => {
    world.answers['land'] = land
    await (await open(remote('land'))).refresh()
    expect(world.changes.at(-1)).toEqual({ added: ['Query.plans', 'Dossier.parcel'], removed: [], changed: [] })
    expect(differenceOf('type Query { a: Int b(x: Int): Int }', 'type Query { b(x: Int!): Int c: Int }')).toEqual({
      added: ['Query.c'],
      removed: ['Query.a'],
      changed: ['Query.b: (x: Int): Int → (x: Int!): Int'],
    })
  })
})

describe('the lint of a part', () => {
  it('warns of a field that is not nullable, for its outage makes null what holds it', () => {
    const sdl = `${link} type Dossier @key(fields: "id") { id: ID! parcel: String! }`
    expect(lintPart('land', sdl, ownSchema)).toEqual({
      refused: [],
      warnings: ['Dossier.parcel is not nullable: while land is down, what contains it becomes null'],
    })
  })

  it('lets keys, external fields, types of its own and shared types pass', () => {
    const sdl = `${link}
      type Dossier @key(fields: "code source { id }") { code: String! source: Source! subject: String @external parcel: Parcel }
      type Source { id: ID! } type Parcel { area: Float! } type PageInfo @shareable { hasNextPage: Boolean! }`
    expect(lintPart('land', sdl, ownSchema)).toEqual({ refused: [], warnings: [] })
  })

  it('is warned of where it takes personal data along', () => {
    const own = buildASTSchema(parse(ownSdl.replace('name: String }', 'name: String @personal(kind: "NAME") }')), {
      assumeValidSDL: true,
    })
    const sdl = `${link}
      type Dossier @key(fields: "id") { id: ID!  applicant: Party @external  plot: String @requires(fields: "applicant { name }") }
      type Party { name: String @external }`
    expect(lintPart('land', sdl, own)).toEqual({
      refused: [],
      warnings: ['Party.name is personal: reading what depends on it sends it to land'],
    })
  })
})

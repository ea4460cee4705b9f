import { describe, expect, it } from 'vitest'
import { compose, faultsOf, openSmall } from '../open.ts'

const byName = { __resolveType: (one: { __typename: string }) => one.__typename }
const ok = (more: object = {}): object => ({ __resolveReference: (one: object) => one, ...more })

const offices = {
  a: {
    sdl: `type Query { me: Person people: [Person!]! things: [Thing] thing: Thing secretOnly: Safe must: Must open: String closed: String @policy(policies: [["x"]]) }
      interface Thing { id: ID label: String }
      type Open implements Thing { id: ID label: String }
      type Safe implements Thing @requiresScopes(scopes: [["safe:read"]]) { id: ID label: String }
      type Person @key(fields: "id") { id: ID! @authenticated name: String pay: Money level: Level mail: String! @requiresScopes(scopes: [["mail:read", "mail:all"], ["root"]]) }
      type Must { inner: Person! }
      scalar Money @requiresScopes(scopes: [["pay:read"]]) enum Level @authenticated { LOW HIGH }`,
    resolvers: {
      Query: {
        me: () => ({ id: '1', name: 'An', pay: 5, level: 'LOW', mail: 'a@x.vn' }),
        people: () => [
          { id: '1', name: 'An', mail: 'a' },
          { id: '2', name: 'Bi', mail: 'b' },
        ],
        things: () => [
          { __typename: 'Open', id: 'o', label: 'lo' },
          { __typename: 'Safe', id: 's', label: 'ls' },
        ],
        thing: () => ({ __typename: 'Safe', id: 's', label: 'ls' }),
        secretOnly: () => ({ id: 's' }),
        must: () => ({ inner: { id: '1', name: 'An', mail: 'x' } }),
        open: () => 'o',
        closed: () => 'c',
      },
      Thing: byName,
      Person: ok(),
    },
  },
  b: {
    sdl: `type Person @key(fields: "id") { id: ID! points: Int note: String @requiresScopes(scopes: [["note:read"]]) }
      type Query { shared: String @shareable @requiresScopes(scopes: [["b:read"]]) }`,
    resolvers: {
      Person: ok({ points: ({ id }: { id: string }) => Number(id) * 10, note: () => 'n' }),
      Query: { shared: () => 's' },
    },
  },
  c: {
    sdl: 'type Query { shared: String @shareable @requiresScopes(scopes: [["c:read"]]) }',
    resolvers: { Query: { shared: () => 's' } },
  },
}
const denied = 'UNAUTHORIZED_FIELD_OR_TYPE'

describe('rules of access in a supergraph', () => {
  it('null and an error stand in the place of what is refused, with the indexes of lists', async () => {
    const { ask } = openSmall(offices)
    const result = await ask('{ me { name x: note points } people { name n: note } }', { scopes: [] })
    expect(result.data).toEqual({
      me: { name: 'An', x: null, points: 10 },
      people: [
        { name: 'An', n: null },
        { name: 'Bi', n: null },
      ],
    })
    expect(faultsOf(result)).toEqual([`${denied} me.x`, `${denied} people.0.n`, `${denied} people.1.n`])
  })

  it('still joins by a key that the caller may not read', async () => {
    const { ask, asked } = openSmall(offices)
    const result = await ask('{ me { id points } }')
    expect(result.data).toEqual({ me: null })
    expect(faultsOf(result)).toEqual([`${denied} me.id`])
    expect(await ask('{ me { points } }')).toEqual({ data: { me: { points: 10 } } })
    expect(asked.at(-1)?.request.variables['representations']).toEqual([{ __typename: 'Person', id: '1' }])
  })

  it('asks nothing of a subgraph of which nothing is left', async () => {
    const { ask, asked } = openSmall(offices)
    const result = await ask('{ me { name note } }')
    expect(result.data).toEqual({ me: { name: 'An', note: null } })
    expect(asked.map(({ subgraph }) => subgraph)).toEqual(['a'])
    expect(asked[0]?.request.query).not.toContain('note')
    asked.length = 0
    expect((await ask('{ closed shared }', { scopes: ['x'] })).data).toEqual({ closed: null, shared: null })
    expect(asked).toEqual([])
  })

  it('spreads the null of a refused field as graphql does', async () => {
    const { ask } = openSmall(offices)
    const result = await ask('{ must { inner { name mail } } open }', { scopes: ['mail:read'] })
    expect(result.data).toEqual({ must: null, open: 'o' })
    expect(faultsOf(result)).toEqual([`${denied} must.inner.mail`])
    for (const scopes of [['root'], ['mail:read', 'mail:all']]) {
      expect((await ask('{ must { inner { name mail } } }', { scopes })).errors).toBeUndefined()
    }
  })

  it('does not let a selection on an interface read a protected implementer', async () => {
    // Older composers do not put the rules of an implementer on its interface.
    const supergraph = compose(offices).replace(/(interface Thing @join__type\(graph: A\)) @requiresScopes[^{]*/, '$1 ')
    const { ask, asked } = openSmall(offices, { supergraph })
    const result = await ask('{ things { id label } thing { x: label } secretOnly { id } }')
    expect(result.data).toEqual({
      things: [
        { id: 'o', label: 'lo' },
        { id: null, label: null },
      ],
      thing: { x: null },
      secretOnly: null,
    })
    expect(faultsOf(result)).toEqual([
      `${denied} secretOnly`,
      `${denied} thing.x`,
      `${denied} things.1.id`,
      `${denied} things.1.label`,
    ])
    expect(JSON.stringify(asked.map(({ request }) => request.query))).not.toContain('on Safe')
    const closed = openSmall(offices)
    expect((await closed.ask('{ things { id } }')).data).toEqual({ things: null })
    expect(closed.asked).toEqual([])
    expect((await closed.ask('{ things { id } thing { label } }', { scopes: ['safe:read'] })).data).toEqual({
      things: [{ id: 'o' }, { id: 's' }],
      thing: { label: 'ls' },
    })
  })

  it('guards fields by the rules of the scalar and the enum that they lead to', async () => {
    const { ask } = openSmall(offices)
    const result = await ask('{ me { pay level name } }')
    expect(result.data).toEqual({ me: { pay: null, level: null, name: 'An' } })
    expect(faultsOf(result)).toEqual([`${denied} me.level`, `${denied} me.pay`])
    expect(await ask('{ me { pay level } }', { scopes: ['pay:read'] })).toEqual({
      data: { me: { pay: 5, level: 'LOW' } },
    })
  })

  it('holds the rules of two subgraphs for one field together', async () => {
    const { ask } = openSmall(offices)
    for (const scopes of [['b:read'], ['c:read']]) {
      expect(faultsOf(await ask('{ shared }', { scopes }))).toEqual([`${denied} shared`])
    }
    expect(await ask('{ shared }', { scopes: ['b:read', 'c:read'] })).toEqual({ data: { shared: 's' } })
  })

  it('leaves alone what is skipped, and tells of a refused field to which no object leads', async () => {
    const { ask } = openSmall(offices)
    const query = 'query($no: Boolean! = false) { me { name note @include(if: $no) } }'
    expect(await ask(query)).toEqual({ data: { me: { name: 'An' } } })
    expect(faultsOf(await ask(query, { variables: { no: true } }))).toEqual([`${denied} me.note`])
    const empty = openSmall({
      ...offices,
      a: { ...offices.a, resolvers: { ...offices.a.resolvers, Query: { me: () => null } } },
    })
    expect(faultsOf(await empty.ask('{ me { note } }'))).toEqual([`${denied} me.note`])
  })

  it('refuses the whole operation where that is configured, and asks nothing', async () => {
    const { ask, asked } = openSmall(offices, { unauthorized: 'reject' })
    const result = await ask('{ me { name note } open }')
    expect(result.data).toBeNull()
    expect(faultsOf(result)).toEqual([`${denied} me.note`])
    expect(asked).toEqual([])
  })

  it('decides anew for each set of scopes, although the document is the same', async () => {
    const { ask } = openSmall(offices)
    const query = '{ me { note } }'
    expect((await ask(query)).data).toEqual({ me: { note: null } })
    expect((await ask(query, { scopes: ['note:read'] })).data).toEqual({ me: { note: 'n' } })
    expect((await ask(query)).data).toEqual({ me: { note: null } })
  })
})

import type { SmallSubgraph } from './open.ts'

/** Invented data of a small province, that three agencies know in part. */
export const people = ['1', '2', '3', '4'].map((id) => ({
  __typename: 'Person',
  id,
  name: id === '3' ? null : `Người ${id}`,
  age: 20 + Number(id),
  email: `n${id}@example.vn`,
  parcelCodes: id === '2' ? [] : [`T${id}`, 'T9'],
}))
export const parcels = ['T1', 'T3', 'T4', 'T9'].map((code, index) => ({
  __typename: 'Parcel',
  code,
  area: index * 10 + 1,
  ownerId: ['1', '3', '4', '7'][index] ?? '1',
  zone: index % 2 === 0 ? 'RURAL' : 'URBAN',
}))
export const notices = [
  { __typename: 'Notice', id: 'n1', text: 'một', aboutId: '1' },
  { __typename: 'Notice', id: 'n2', text: 'hai', aboutId: 'T3' },
  { __typename: 'Notice', id: 'n3', text: 'ba', aboutId: '9' },
]

type Person = (typeof people)[number]
type Parcel = (typeof parcels)[number]
type Notice = (typeof notices)[number]

export const personOf = (id: string): Person | null => people.find((one) => one.id === id) ?? null
export const parcelOf = (code: string): Parcel | null => parcels.find((one) => one.code === code) ?? null
const aboutOf = ({ aboutId }: Notice): Person | Parcel | null => personOf(aboutId) ?? parcelOf(aboutId)
const namedKind = { __resolveType: (one: { __typename: string }) => one.__typename }
/** What one agency knows of a thing. */
function only<T extends object>(one: T | null, ...names: (keyof T & string)[]): Partial<T> | null {
  if (one === null) return null
  const known = ['__typename', ...names].map((name) => [name, (one as Record<string, unknown>)[name]])
  return Object.fromEntries(known) as Partial<T>
}

/** Each agency's part: it gives away only what it knows. */
export const province: Readonly<Record<string, SmallSubgraph>> = {
  people: {
    sdl: `
      type Query { people: [Person!]! person(id: ID!): Person named(text: String): [Named] }
      interface Named { name(upper: Boolean): String }
      type Person implements Named @key(fields: "id") { id: ID! name(upper: Boolean): String email: String! @shareable }
      type Office implements Named { name(upper: Boolean): String people: [Person] }
    `,
    resolvers: {
      Query: {
        people: () => people,
        person: (_: unknown, { id }: { id: string }) => personOf(id),
        named: () => [personOf('1'), { __typename: 'Office', name: 'Văn phòng' }, null, personOf('3')],
      },
      Named: namedKind,
      Person: {
        __resolveReference: ({ id }: Person) => only(personOf(id), 'id', 'name', 'email'),
        name: nameOf,
      },
      Office: { name: nameOf, people: () => [personOf('2'), null] },
    },
  },
  land: {
    sdl: `
      type Query { parcels(zone: Zone): [Parcel!] parcel(code: ID!): Parcel }
      enum Zone { RURAL URBAN }
      type Parcel @key(fields: "code") { code: ID! area: Float! zone: Zone owner: Person neighbours: [Parcel!]! }
      type Person @key(fields: "id") { id: ID! parcels: [Parcel!]! first: Parcel }
    `,
    resolvers: {
      Query: {
        parcels: (_: unknown, { zone }: { zone?: string }) => parcels.filter((one) => !zone || one.zone === zone),
        parcel: (_: unknown, { code }: { code: string }) => parcelOf(code),
      },
      Parcel: {
        __resolveReference: ({ code }: Parcel) => parcelOf(code),
        owner: ({ ownerId }: Parcel) => only(personOf(ownerId), 'id'),
        neighbours: ({ code }: Parcel) => parcels.filter((one) => one.code > code),
      },
      Person: {
        __resolveReference: ({ id }: Person) => only(personOf(id), 'id', 'parcelCodes'),
        parcels: ({ id }: Person) => parcelsOf(id),
        first: ({ id }: Person) => parcelsOf(id)[0] ?? null,
      },
    },
  },
  news: {
    sdl: `
      type Query { notices: [Notice!]! found: [Found] }
      union Found = Notice | Person | Parcel
      type Notice { id: ID! text: String! about: Found }
      type Person @key(fields: "id") {
        id: ID!
        age: Int!
        email: String! @external
        greeting(word: String = "Chào"): String! @requires(fields: "email")
      }
      type Parcel @key(fields: "code") { code: ID! news: [Notice!]! mark: String }
    `,
    resolvers: {
      Query: {
        notices: () => notices,
        found: () => [notices[1], only(personOf('4'), 'id', 'age'), only(parcelOf('T1'), 'code')],
      },
      Found: namedKind,
      Notice: { about: aboutOf },
      Person: {
        __resolveReference: (one: Person) => ({ ...only(personOf(one.id), 'id', 'age'), email: one.email }),
        greeting: greetingOf,
      },
      Parcel: {
        __resolveReference: ({ code }: Parcel) => ({ code }),
        news: newsOf,
        mark: markOf,
      },
    },
  },
}

function nameOf({ name }: { name: string | null }, { upper }: { upper?: boolean }): string | null {
  return upper ? (name?.toUpperCase() ?? null) : name
}
function greetingOf({ email }: Person, { word }: { word: string }): string {
  return `${word} ${email}`
}
const parcelsOf = (id: string): Parcel[] => (personOf(id)?.parcelCodes ?? []).flatMap((code) => parcelOf(code) ?? [])
function newsOf({ code }: Parcel): Notice[] {
  return notices.filter(({ aboutId }) => aboutId === code)
}
function markOf({ code }: Parcel): string {
  if (code === 'T9') throw new Error('a mark that cannot be read')
  return `dấu ${code}`
}

/** Everything at once, as one server would answer it. */
export const monolith = {
  Query: {
    ...(province['people']?.resolvers?.['Query'] as object),
    ...(province['land']?.resolvers?.['Query'] as object),
    notices: () => notices,
    found: () => [notices[1], personOf('4'), parcelOf('T1')],
  },
  Named: namedKind,
  Found: namedKind,
  Person: {
    name: nameOf,
    greeting: greetingOf,
    parcels: ({ id }: Person) => parcelsOf(id),
    first: ({ id }: Person) => parcelsOf(id)[0] ?? null,
  },
  Office: { name: nameOf, people: () => [personOf('2'), null] },
  Parcel: {
    owner: ({ ownerId }: Parcel) => personOf(ownerId),
    neighbours: ({ code }: Parcel) => parcels.filter((one) => one.code > code),
    news: newsOf,
    mark: markOf,
  },
  Notice: { about: aboutOf },
}

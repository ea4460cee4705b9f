import type { Random } from './random.ts'
import { agencies, channels, indicators, names, periods, procedures, statuses, words, type World } from './world.ts'

/** An operation as a caller sends it. Of a list the next page is asked for with the first one's cursor. */
export interface Operation {
  readonly query: string
  readonly variables: Record<string, unknown>
  readonly door: 'graphql' | 'subgraph'
  /** The root field whose last cursor leads on. */
  readonly follow?: string
}

/** What is asked of the rows of each type; the caller may lack what some of it takes. */
const selections: Readonly<Record<string, readonly string[]>> = {
  dossiers: [
    'id code status',
    'subject channel receivedAt dueAt overdue',
    'agency { code }',
    'procedure { code }',
    'source { id title }',
    'events { status officer }',
    'dueDates { dueAt }',
    'applicant { kind name identityNumber phone birthYear email address }',
    'provenance { source externalId run }',
  ],
  documents: [
    'id code subject',
    'urgency type promulgatedAt',
    'sender { code } recipients { code }',
    'respondsTo { id subject }',
    'exchanges { status }',
    'signer { name }',
    'provenance { externalId }',
  ],
  reports: [
    'id code title',
    'state dueAt submittedAt',
    'agency { code }',
    'period { code }',
    'observations(first: 3) { totalCount nodes { value } pageInfo { hasNextPage endCursor } }',
  ],
  observations: [
    'id value',
    'areaCode dimensions { name value }',
    'indicator { code }',
    'period { code }',
    'provenance { source }',
  ],
  cameras: [
    'id code name',
    'online observedAt',
    'agency { code }',
    'location { latitude longitude }',
    'profiles { name streamUri }',
    'events(first: 2) { totalCount nodes { label } pageInfo { hasNextPage } }',
  ],
}
const types = {
  dossiers: 'Dossier',
  documents: 'Document',
  reports: 'Report',
  observations: 'Observation',
  cameras: 'Camera',
} as const
type Listed = keyof typeof types
const listed = Object.keys(types) as Listed[]

const orders: Readonly<Record<Listed, readonly string[]>> = {
  dossiers: ['RECEIVED_AT_ASC', 'RECEIVED_AT_DESC', 'DUE_AT_ASC', 'DUE_AT_DESC', 'CHANGED_AT_DESC'],
  documents: ['PROMULGATED_AT_ASC', 'PROMULGATED_AT_DESC', 'DUE_AT_DESC'],
  reports: ['PERIOD_ASC', 'PERIOD_DESC', 'DUE_AT_ASC'],
  observations: ['PERIOD_ASC', 'PERIOD_DESC'],
  cameras: ['CODE_ASC', 'OBSERVED_AT_DESC'],
}

const codes = (random: Random): object =>
  random.chance(0.5) ? { eq: random.pick(agencies) } : { in: random.some(agencies, 0.3) }
const span = (random: Random): object => ({
  from: `2026-0${1 + random.below(3)}-05T00:00:00+07:00`,
  to: '2026-04-10T00:00:00+07:00',
})

function filterOf(random: Random, type: Listed): Record<string, unknown> {
  const filters: Record<Listed, Record<string, () => unknown>> = {
    dossiers: {
      status: () => ({ in: random.some(statuses, 0.5) }),
      channel: () => ({ eq: random.pick(channels) }),
      agency: () => codes(random),
      procedure: () => ({ eq: random.pick(procedures) }),
      source: () => ({ eq: random.pick(['p', 's', 't', 'none']) }),
      receivedAt: () => span(random),
      dueAt: () => span(random),
      overdue: () => ({ eq: random.chance(0.5) }),
      text: () => random.pick([...words, ...names]),
    },
    documents: {
      type: () => ({ eq: 'Công văn' }),
      sender: () => codes(random),
      recipient: () => codes(random),
      promulgatedAt: () => ({ from: '2026-02-01' }),
      urgency: () => ({ eq: 'URGENT' }),
      text: () => random.pick(words),
    },
    reports: {
      agency: () => codes(random),
      period: () => ({ eq: random.pick(periods) }),
      state: () => random.pick(['SUBMITTED', 'LATE', 'EXPECTED']),
    },
    observations: {
      indicator: () => ({ eq: random.pick(indicators) }),
      area: () => ({ eq: '80' }),
      source: () => ({ eq: 's' }),
    },
    cameras: {
      online: () => ({ eq: random.chance(0.5) }),
      agency: () => codes(random),
      near: () => ({ latitude: 11.2, longitude: 106.2, metres: 20_000 }),
    },
  }
  return Object.fromEntries(
    Object.entries(filters[type]).flatMap(([name, make]) => (random.chance(0.2) ? [[name, make()]] : [])),
  )
}

const page = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }'

export function makeOperation(random: Random, world: World): Operation {
  const kind = random.below(100)
  if (kind < 45) return makeList(random)
  if (kind < 58) return nested(random)
  if (kind < 72) return single(random, world)
  if (kind < 82) return search(random)
  if (kind < 91) return statistics(random)
  if (kind < 96) return entities(random, world)
  return operators(random)
}

/** A page of one type's rows. */
export function makeList(random: Random): Operation & { readonly type: Listed } {
  const type = random.pick(listed)
  const chosen = random.some(selections[type]!, 0.4)
  const variables: Record<string, unknown> = {
    filter: filterOf(random, type),
    ...(random.chance(0.6) ? { orderBy: random.pick(orders[type]) } : {}),
    ...(random.chance(0.8) ? { first: 1 + random.below(7) } : { last: 1 + random.below(7) }),
  }
  const name = types[type]
  return {
    type,
    door: 'graphql',
    follow: type,
    variables,
    query: `query ($filter: ${name}Filter, $orderBy: ${name}Order, $first: Int, $last: Int, $after: String) {
      ${type}(filter: $filter, orderBy: $orderBy, first: $first, last: $last, after: $after) {
        ${random.chance(0.8) ? 'totalCount' : ''} edges { cursor } nodes { id ${chosen.join(' ')} } ${page}
      } }`,
  }
}

function nested(random: Random): Operation {
  const type = random.pick(['dossiers', 'documents', 'reports', 'cameras'] as const)
  const first = 1 + random.below(4)
  return {
    door: 'graphql',
    variables: { code: random.pick(agencies) },
    query: random.chance(0.75)
      ? `query ($code: String!) { agency(code: $code) { ${type}(first: ${first}) { totalCount edges { cursor } nodes { id ${random.pick(selections[type]!)} } ${page} }
          children(first: 9) { nodes { code ${type}(first: 2) { totalCount nodes { id } } } } } }`
      : `query { indicators(first: 9) { nodes { code observations(first: ${first}) { totalCount nodes { id value } ${page} } } } }`,
  }
}

function idsOf(world: World): string[] {
  return [
    ...world.dossiers.map(({ source, key }) => `Dossier:${source}:${key}`),
    ...world.documents.map(({ source, record }) => `Document:${source}:${record.about.sender}|${record.about.id}`),
    ...world.reports.map(({ source, key }) => `Report:${source}:${key}`),
    ...world.observations.map(({ source, key }) => `Observation:${source}:${key}`),
    ...world.cameras.map(({ source, record }) => `Camera:${source}:${record.code}`),
    ...world.events.map(({ source, key }) => `CameraEvent:${source}:${key}`),
    'Run:1',
    'QuarantinedRecord:1',
    'AccessEntry:1',
    'Dossier:s:absent',
    'nonsense',
  ]
}

function single(random: Random, world: World): Operation {
  const id = random.pick(idsOf(world))
  const variables = { id }
  const way = random.below(4)
  const dossier = random.pick(world.dossiers)
  if (way === 0) {
    return {
      door: 'graphql',
      variables: {
        code: random.chance(0.9) ? dossier.record.code : 'none',
        source: random.chance(0.3) ? dossier.source : null,
      },
      query: `query ($code: String!, $source: String) { dossier(code: $code, source: $source) { id ${random.some(selections['dossiers']!, 0.4).join(' ')} } }`,
    }
  }
  if (way === 1) {
    const camera = random.pick(world.cameras)
    return {
      door: 'graphql',
      variables: { code: camera.record.code, id },
      query: `query ($code: String!, $id: ID!) { camera(code: $code) { id name } document(id: $id) { id subject } }`,
    }
  }
  return {
    door: 'graphql',
    variables,
    query: `query ($id: ID!) { node(id: $id) { __typename id
      ... on Dossier { ${random.pick(selections['dossiers']!)} } ... on Document { ${random.pick(selections['documents']!)} }
      ... on Report { ${random.pick(selections['reports']!)} } ... on Observation { value }
      ... on Camera { ${random.pick(selections['cameras']!)} } ... on CameraEvent { label } ... on Run { state } } }`,
  }
}

function search(random: Random): Operation {
  return {
    door: 'graphql',
    follow: 'search',
    variables: {
      text: random.pick([...words, ...names, 'VB', 'k1', 'c', 'h53']),
      types: random.chance(0.5) ? null : random.some(['DOSSIER', 'DOCUMENT', 'CAMERA', 'REPORT', 'AGENCY'], 0.5),
      first: 1 + random.below(6),
    },
    query: `query ($text: String!, $types: [SearchType!], $first: Int, $after: String) {
      search(text: $text, types: $types, first: $first, after: $after) {
        totalCount edges { cursor } ${page}
        nodes { __typename ... on Dossier { id code } ... on Document { id subject } ... on Camera { id } ... on Report { id title } ... on Agency { code } } } }`,
  }
}

function statistics(random: Random): Operation {
  const groups = random.some(['AGENCY', 'STATUS', 'PROCEDURE', 'CHANNEL', 'MONTH'], 0.4)
  return {
    door: 'graphql',
    variables: { groups: groups.length === 0 ? ['STATUS'] : groups, filter: filterOf(random, 'dossiers') },
    query: `query ($groups: [DossierGroup!]!, $filter: DossierFilter) { dossierStatistics(groupBy: $groups, filter: $filter) {
      agency { code } status procedure { code } channel month count overdueCount onTimeRate medianProcessingDays suppressed } }`,
  }
}

function entities(random: Random, world: World): Operation {
  const representations = Array.from({ length: 1 + random.below(5) }, () => {
    const dossier = random.pick(world.dossiers)
    return random.pick([
      { __typename: 'Dossier', source: { id: dossier.source }, code: dossier.record.code },
      { __typename: 'Dossier', id: `Dossier:${dossier.source}:${dossier.key}` },
      { __typename: 'Camera', code: random.pick(world.cameras).record.code },
      { __typename: 'Document', id: random.pick(idsOf(world)) },
      { __typename: 'Agency', code: random.pick(agencies) },
      { __typename: 'Nothing', id: 'x' },
    ])
  })
  return {
    door: 'subgraph',
    variables: { representations },
    query: `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename
      ... on Dossier { id ${random.some(selections['dossiers']!, 0.3).join(' ')} } ... on Camera { id name events(first: 1) { totalCount } }
      ... on Document { id subject } ... on Agency { code dossiers(first: 2) { totalCount nodes { id } } } } }`,
  }
}

function operators(random: Random): Operation {
  return {
    door: 'graphql',
    variables: { id: random.pick(['p', 's', 't', 'none']) },
    query: random.pick([
      'query { sources { id title state streams { id } lastSuccessAt failure { code } quarantineCount } }',
      'query ($id: String!) { source(id: $id) { id title state } }',
      'query ($id: String) { runs(source: $id, first: 5) { totalCount nodes { id source state } pageInfo { hasNextPage endCursor } } }',
      'query ($id: String) { quarantine(source: $id, first: 5) { totalCount nodes { id source key reason } pageInfo { hasNextPage endCursor } } }',
      'query { accessLog(first: 3) { totalCount nodes { caller } } }',
    ]),
  }
}

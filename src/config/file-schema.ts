// The schema of the configuration file, with what is expected of each member.
import { isIP } from 'node:net'

import { validate as isCron } from 'node-cron'
import { z } from 'zod'

import { ConfigError, wrong } from './error.ts'
import { duration, size } from './quantity.ts'
import { isSecretReference, secretName } from './secrets.ts'

// The error of each schema says in words what is expected; `parseFile` adds the path and what was found.
const text = (expected: string) => z.string({ error: expected }).trim().min(1, { error: expected })
const checked = (expected: string, isValid: (value: string) => boolean) =>
  text(expected).refine(isValid, { error: expected })
const list = <T extends z.ZodType>(item: T, expected: string) => z.array(item, { error: expected })
const quantity = (expected: string, parse: (value: string) => number | null) =>
  checked(expected, (value) => parse(value) !== null).transform((value) => parse(value) ?? 0)
const number = (expected: string, min: number, max: number) =>
  z.number({ error: expected }).min(min, { error: expected }).max(max, { error: expected })
const whole = (expected: string, min: number, max: number) => number(expected, min, max).int({ error: expected })

const time = quantity('a duration like "10s", "5m" or "24h"', duration)
const bytes = quantity('a size like "64MB"', size)
const agency = checked('an agency code like "H53" or "H53.21"', (value) => /^[A-Z0-9]+(\.[A-Z0-9]+)*$/i.test(value))
const webUrl = checked('an http or https URL without user and password', (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
})
const allowHosts = list(checked('a host, host:port or network like "10.1.0.0/16"', isHost), 'a list of hosts').default(
  [],
)

function isHost(value: string): boolean {
  const [address = '', bits, ...more] = value.split('/')
  if (bits !== undefined) {
    return (
      more.length === 0 &&
      /^\d{1,3}$/.test(bits) &&
      isIP(address) !== 0 &&
      Number(bits) <= (isIP(address) === 4 ? 32 : 128)
    )
  }
  if (isIP(value) !== 0) return true
  const [, host = '', port = '1'] = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(value) ?? []
  if (Number(port) < 1 || Number(port) > 65_535) return false
  return host.startsWith('[') ? isIP(host.slice(1, -1)) === 6 : /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(host)
}
function isTimezone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const bilingual = 'a text, or { vi, en }'
const title = z.unknown().transform((value, context) => {
  const both = z.strictObject({ vi: text(bilingual), en: text(bilingual) })
  const one = text(bilingual).safeParse(value)
  if (one.success) return { vi: one.data, en: one.data }
  const two = both.safeParse(value)
  if (two.success) return two.data
  context.addIssue({ code: 'custom', message: bilingual })
  return z.NEVER
})
const secretOrText = z.custom<string | { secret: string }>(
  (value) => (typeof value === 'string' && value !== '') || isSecretReference(value),
  { error: `a text, or { secret: 'NAME' }` },
)
const plainData = z
  .record(z.string(), z.unknown(), { error: 'an object of settings' })
  .superRefine((settings, context) => {
    for (const fault of unplain(settings)) {
      context.addIssue({ code: 'custom', path: fault.path, message: fault.expected })
    }
  })

function unplain(value: unknown, path: (string | number)[] = []): { path: (string | number)[]; expected: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unplain(item, [...path, index]))
  if (isSecretReference(value)) {
    if (secretName.test(value.secret)) return []
    return [{ path: [...path, 'secret'], expected: 'the name of an environment variable' }]
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) => unplain(member, [...path, name]))
  }
  const isPlain = value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)
  return isPlain ? [] : [{ path, expected: 'plain data' }]
}

const limits = {
  idle: time.optional(),
  page: time.optional(),
  tries: whole('a whole number from 1 to 10', 1, 10).optional(),
  retryAfter: time.optional(),
  body: bytes.optional(),
  inflatedBody: bytes.optional(),
  concurrency: whole('a whole number from 1 to 64', 1, 64).optional(),
  perSecond: number('a number above 0, at most 1000', 0.001, 1000).optional(),
}
const aDriftPolicy = 'one of accept, quarantine, stop'
const driftPolicy = z.enum(['accept', 'quarantine', 'stop'], { error: aDriftPolicy })
const cron = checked('a cron expression of five or six fields like "*/5 * * * *"', isCron)
const source = z.strictObject({
  id: checked('a name of small letters, digits and hyphens', (value) => /^[a-z0-9][a-z0-9-]{0,62}$/.test(value)),
  connector: checked('the name of a connector', (value) => /^[a-z0-9][a-z0-9-]*$/.test(value)),
  title: title.optional(),
  agency: agency.default('H53'),
  schedule: cron.default('*/5 * * * *'),
  timezone: checked('a time zone like "Asia/Ho_Chi_Minh"', isTimezone).default('Asia/Ho_Chi_Minh'),
  allowHosts,
  ca: text('the path of a PEM file').optional(),
  census: cron.default('30 2 * * *'),
  drift: z
    .union([driftPolicy, z.record(z.string(), driftPolicy)], { error: `${aDriftPolicy}, or one for each stream` })
    .default('accept'),
  settings: plainData.default({}),
  ...limits,
})
const issuer = z.strictObject({
  issuer: webUrl,
  audience: text('the audience that tokens name'),
  audiences: list(text('an audience'), 'a list of audiences').default([]),
  allowHosts,
  maxTokenAge: time.default(86_400_000),
  typ: z.literal('at+jwt', { error: '"at+jwt"' }).optional(),
  agencies: list(agency, 'a list of agency codes').optional(),
})
const subgraph = z.strictObject({
  name: checked('a name of letters, digits, _ and -', (value) => /^[a-z][a-z0-9_-]*$/i.test(value)),
  url: webUrl,
  allowHosts,
  headers: z.record(z.string(), secretOrText, { error: 'an object of headers' }).default({}),
  timeout: time.default(10_000),
  polling: time.default(30_000),
})
const purpose = z.strictObject({
  code: checked('a code of small letters, digits and hyphens', (value) => /^[a-z0-9][a-z0-9-]*$/.test(value)),
  title,
  legalBasis: text('the law or decision that allows the purpose'),
})
const trustedDocuments = z.strictObject({
  folder: text('the path of a folder'),
  mode: z.enum(['off', 'only'], { error: '"off" or "only"' }).default('off'),
})

const retention = z.strictObject({
  raw: time.default(90 * 86_400_000),
  changes: time.default(7 * 86_400_000),
  audit: time.optional(),
})

export const fileSchema = z.strictObject(
  {
    sources: list(source, 'a list of sources').default([]),
    issuers: list(issuer, 'a list of issuers').optional(),
    subgraphs: list(subgraph, 'a list of subgraphs').default([]),
    purposes: list(purpose, 'a list of purposes').default([]),
    trustedDocuments: trustedDocuments.optional(),
    lease: time.default(30_000),
    retention: retention.optional(),
  },
  { error: 'an object like { sources: […] }' },
)
export type FileConfig = z.output<typeof fileSchema>

/** The file's content with its defaults. Throws a ConfigError that names the first wrong member. */
export function parseFile(content: unknown, file: string): FileConfig {
  const parsed = fileSchema.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path ?? []
  const value = path.reduce<unknown>((at, name) => (at as Record<PropertyKey, unknown> | undefined)?.[name], content)
  const at = pathText(path)
  if (issue?.code === 'unrecognized_keys') {
    const name = pathText([...path, issue.keys[0] ?? ''])
    throw new ConfigError(`${file}: ${name} is not known, expected one of ${membersAt(path).join(', ')}`)
  }
  throw wrong(`${file}: ${at === '' ? 'the configuration' : at}`, value, issue?.message ?? 'another value')
}

function membersAt(path: readonly PropertyKey[]): string[] {
  const items: Readonly<Record<string, z.ZodObject>> = {
    sources: source,
    issuers: issuer,
    subgraphs: subgraph,
    purposes: purpose,
    trustedDocuments,
    retention,
  }
  const schema = path.length === 0 ? fileSchema : items[String(path[0])]
  return Object.keys(schema?.shape ?? {})
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

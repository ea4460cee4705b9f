import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { defaultLimits } from '../../../src/gateway/graphql/limits.ts'
import { sha256Of } from '../../../src/gateway/graphql/persisted.ts'
import { openTrustedDocuments } from '../../../src/gateway/graphql/trusted-documents.ts'
import type { TrustedDocuments } from '../../../src/gateway/graphql/trusted-documents.ts'
import { consoleOperations } from '../../../src/web/console/operations.ts'
import { openSmallGateway } from '../open.ts'
import type { OpenedGateway } from '../open.ts'
import { smallSchema } from '../small-schema.ts'
import { openStream } from '../stream/town.ts'

const greeting = 'query Greet($n: String) { hello(name: $n) }\n'
const own = '{ self }'
const folder = mkdtempSync(join(tmpdir(), 'trusted-'))
const put = (application: string, name: string, text: string): void => {
  mkdirSync(join(folder, application), { recursive: true })
  writeFileSync(join(folder, application, name), text)
}
const faults: Error[] = []
const open = (mode: 'off' | 'only', from = folder): Promise<TrustedDocuments> =>
  openTrustedDocuments({
    folder: from,
    mode,
    schema: smallSchema,
    limits: defaultLimits,
    own: ['{ own: hello }'],
    onFault: (fault) => faults.push(fault),
    pollMs: 50,
  })

let trusted: TrustedDocuments
let opened: OpenedGateway
let portal: string
let other: string

beforeAll(async () => {
  put('all', 'greet.graphql', greeting)
  put('portal', 'self.graphql', own)
  trusted = await open('only')
  opened = await openSmallGateway(async () => ({ trusted }))
  portal = await opened.issuer.mint({ claims: { client_id: 'portal' } })
  other = await opened.issuer.mint({ claims: { client_id: 'other' } })
})
afterAll(async () => {
  trusted.close()
  await opened.close()
  rmSync(folder, { recursive: true, force: true })
})

async function send(body: object, token?: string): Promise<{ status: number; text: string; json: unknown }> {
  const answer = await fetch(`${opened.gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, text, json: JSON.parse(text) }
}
const byHash = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256Of(text) } } })
const refusal = { errors: [{ extensions: { code: 'OPERATION_NOT_TRUSTED' } }] }

describe('where only registered operations run', () => {
  it('one runs by the hash of its file, by its document id, and by its text', async () => {
    const expected = { status: 200, json: { data: { hello: 'hello Huế' } } }
    const variables = { n: 'Huế' }
    expect(await send({ ...byHash(greeting), variables })).toMatchObject(expected)
    expect(await send({ ...byHash(greeting.trim()), variables })).toMatchObject(expected)
    expect(await send({ documentId: `sha256:${sha256Of(greeting)}`, variables })).toMatchObject(expected)
    expect(await send({ documentId: sha256Of(greeting), variables })).toMatchObject(expected)
    expect(await send({ query: greeting, variables })).toMatchObject(expected)
    const search = new URLSearchParams({ extensions: JSON.stringify(byHash(greeting).extensions), variables: '{}' })
    const over = await fetch(`${opened.gateway.url}/graphql?${search}`, {
      headers: { 'apollo-require-preflight': '1' },
    })
    expect(await over.json()).toEqual({ data: { hello: 'hello world' } })
  })

  it('an unknown one, one of another application, and introspection are refused in the same words', async () => {
    expect(await send(byHash(own), portal)).toMatchObject({ status: 200, json: { data: { self: 'you' } } })
    const unknown = await send({ query: '{ hello }' }, other)
    expect(unknown).toMatchObject({ status: 400, json: refusal })
    const refused = [
      await send(byHash(own), other),
      await send({ query: own }, other),
      await send(byHash(own)),
      await send({ query: '{ __schema { types { name } } }' }, portal),
      await send({ query: '{ __typename }' }, portal),
      await send({ query: 'no query at all {{{' }, portal),
      await send({ query: '{ hello }', ...byHash('{ hello }') }, portal),
      await send({}, portal),
    ]
    for (const one of refused) expect(one.text).toBe(unknown.text)
  })

  it('the same holds over GET and for subscriptions', async () => {
    const over = await fetch(`${opened.gateway.url}/graphql?query={hello}`, {
      headers: { 'apollo-require-preflight': '1' },
    })
    expect([over.status, await over.json()]).toMatchObject([400, refusal])
    const stream = await openStream(opened.gateway, { body: { query: 'subscription { ticked }' }, token: portal })
    expect([stream.status, JSON.parse(await stream.text())]).toMatchObject([400, refusal])
    const known = await openStream(opened.gateway, { body: byHash(greeting), token: portal })
    expect((await known.rest())[0]?.data?.data).toEqual({ hello: 'hello world' })
  })

  it("the hub's own pages go on", async () => {
    expect(await send({ query: '{ own: hello }' })).toMatchObject({ json: { data: { own: 'hello world' } } })
    expect(consoleOperations().length).toBeGreaterThan(7)
  })

  it('a text under another hash is refused', async () => {
    const answer = await send({ query: greeting, ...byHash('{ hello }') })
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } })
  })

  it('a file that comes or goes counts at once, and one with a fault changes nothing', async () => {
    put('all', 'late.graphql', '{ late: hello }')
    await vi.waitFor(async () => expect((await send(byHash('{ late: hello }'))).status).toBe(200), { timeout: 60_000 })
    put('all', 'late.graphql', '{ nothing }')
    await vi.waitFor(() => expect(faults.at(-1)?.message).toContain('late.graphql'), { timeout: 60_000 })
    expect((await send(byHash('{ late: hello }'))).status).toBe(200)
    rmSync(join(folder, 'all', 'late.graphql'))
    await vi.waitFor(async () => expect((await send(byHash('{ late: hello }'))).status).toBe(400), { timeout: 60_000 })
  })
})

it.each([
  ['{ nothing }', 'Cannot query field'],
  ['{ hello', 'Syntax Error'],
  ['fragment F on Query { hello }', 'contains no operation'],
  [`{ ${'hello '.repeat(500)} }`, 'asks too much'],
])('a document that cannot run stops the start: %s', async (text, said) => {
  const wrong = mkdtempSync(join(tmpdir(), 'trusted-'))
  mkdirSync(join(wrong, 'all'))
  writeFileSync(join(wrong, 'all', 'wrong.graphql'), text)
  try {
    await expect(open('only', wrong)).rejects.toThrow(new RegExp(`wrong\\.graphql: .*${said}`))
  } finally {
    rmSync(wrong, { recursive: true })
  }
})

it('a folder that is not there stops the start of a hub that runs nothing else, and no other', async () => {
  await expect(open('only', join(folder, 'none'))).rejects.toThrow(/none cannot be read: ENOENT/)
  const documents = await open('off', join(folder, 'none'))
  expect(documents.find('portal', sha256Of(own))).toBeNull()
  documents.close()
})

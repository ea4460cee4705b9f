import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graphqlHandler } from '../../kit/graphql-server.ts'
import { root } from '../../rules/house.ts'
import { compose, schemaOf } from '../../federation/open.ts'
import { province } from '../../federation/province.ts'

const folder = mkdtempSync(join(tmpdir(), 'gateway-'))
const closing: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]
const file = join(folder, 'supergraph.graphql')
const run = (...options: string[]): ChildProcess =>
  spawn(process.execPath, [join(root, 'src', 'cli', 'main.ts'), 'gateway', ...options], { cwd: folder, stdio: 'pipe' })
const textOf = (child: ChildProcess): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve) => {
    let said = ''
    child.stdout?.on('data', (part: Buffer) => (said += part.toString()))
    child.stderr?.on('data', (part: Buffer) => (said += part.toString()))
    child.on('exit', (code) => resolve({ code, said }))
  })

let url = ''
let gateway: ChildProcess
beforeAll(async () => {
  const urls: string[] = []
  for (const [name, one] of Object.entries(province)) {
    const answer = await graphqlHandler(schemaOf(one))
    const server = createServer((request, response) => void answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => {
      server.closeAllConnections()
      server.close()
    })
    urls.push('--subgraph', `${name}=http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`)
  }
  writeFileSync(file, compose(province))
  gateway = run('--supergraph', file, ...urls, '--port', '0')
  url = await new Promise<string>((resolve, reject) => {
    gateway.stdout?.on('data', (part: Buffer) => {
      const found = /^Ready (http:\S+)$/m.exec(part.toString())?.[1]
      if (found !== undefined) resolve(found)
    })
    gateway.on('exit', (code) => reject(new Error(`the gateway ended with ${code}`)))
  })
})
afterAll(() => {
  gateway.kill('SIGKILL')
  for (const close of closing) close()
})

const ask = async (query: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('hub gateway', () => {
  it('answers over subgraphs of another library, without database, configuration or token', async () => {
    const { status, body } = await ask('{ person(id: "4") { name greeting age parcels { code mark } } }')
    expect(status).toBe(200)
    expect(body['data']).toEqual({
      person: {
        name: 'Người 4',
        greeting: 'Chào n4@example.vn',
        age: 24,
        parcels: [
          { code: 'T4', mark: 'dấu T4' },
          { code: 'T9', mark: null },
        ],
      },
    })
    expect(body['errors']).toMatchObject([{ path: ['person', 'parcels', 1, 'mark'] }])
  })

  it('shows the schema that clients may use, and refuses what is not in it', async () => {
    const { body } = await ask('{ __schema { types { name } directives { name } } __typename }')
    const shown = body['data'] as {
      __schema: { types: { name: string }[]; directives: { name: string }[] }
      __typename: string
    }
    expect(shown.__typename).toBe('Query')
    expect(shown.__schema.types.map(({ name }) => name)).toContain('Parcel')
    expect(JSON.stringify(shown)).not.toMatch(/join__|link__|_entities|HubStandIn/)
    expect((await ask('{ nothing }')).status).toBe(400)
  })

  it('answers a long operation: two thousand names, thirty kilobytes', async () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `person${index}`)
    const { status, body } = await ask(
      `{ ${names.map((name) => `${name}: __typename`).join('\n')} person(id: "4") { name } }`,
    )
    expect(status).toBe(200)
    expect(Object.keys(body['data'] as object)).toHaveLength(2_001)
  })

  it.each([
    [['--supergraph', join(folder, 'none')], 2, /cannot be read \(ENOENT\)/],
    [['--supergraph', join(root, 'package.json')], 1, /This is no supergraph/],
    [['--supergraph', file, '--subgraph', 'x=http://127.0.0.1:1'], 2, /expected NAME=URL with one of/],
    [['--supergraph', file, '--port', 'x'], 2, /expected 0 to 65535/],
    [[], 2, /--supergraph/],
  ])('says in one line what is wrong with %j', async (options, code, text) => {
    const ended = await textOf(run(...options))
    expect(ended.said).toMatch(text)
    expect(ended.said.trim().split('\n')).toHaveLength(1)
    expect(ended.code).toBe(code)
  })

  it('ends with 0 when it is told to', async () => {
    const ended = new Promise((resolve) => gateway.on('exit', resolve))
    gateway.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})

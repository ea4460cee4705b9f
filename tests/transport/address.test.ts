// Tests of the address rules, and of connecting by them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressRules } from '../../src/transport/address.ts'
import type { Lookup } from '../../src/transport/connect.ts'
import { failure, serving, transport } from './servers.ts'

const none = addressRules([])
const json = (_request: unknown, response: { setHeader(n: string, v: string): void; end(t: string): void }): void => {
  response.setHeader('content-type', 'application/json')
  response.end('{"ok":true}')
}

describe('address rules', () => {
  it.each([
    ['127.0.0.1', 'an address of this machine'],
    ['127.255.255.254', 'an address of this machine'],
    ['::1', 'an address of this machine'],
    ['::ffff:127.0.0.1', 'an address of this machine'],
    ['::ffff:7f00:1', 'an address of this machine'],
    ['::ffff:a9fe:a9fe', 'a metadata address'],
    ['64:ff9b::7f00:1', 'an address of this machine'],
    ['64:ff9b::10.0.0.1', 'a private address'],
    ['2002:7f00:1::', 'an address of this machine'],
    ['::7f00:1', 'an address of this machine'],
    ['10.0.0.1', 'a private address'],
    ['172.16.0.1', 'a private address'],
    ['172.31.255.255', 'a private address'],
    ['192.168.1.1', 'a private address'],
    ['fd12::1', 'a private address'],
    ['100.64.0.1', 'a shared (carrier) address'],
    ['100.100.100.200', 'a metadata address'],
    ['169.254.169.254', 'a metadata address'],
    ['fd00:ec2::254', 'a metadata address'],
    ['169.254.1.1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['0.0.0.0', 'no address'],
    ['::', 'no address'],
    ['255.255.255.255', 'no address'],
    ['240.0.0.1', 'a reserved address'],
    ['2001:db8::1', 'a reserved address'],
    ['4000::1', 'a reserved address'],
    ['not-one', 'not an address'],
  ])('call %s %s', (address, reason) => {
    expect(none.refusal('registry.example', 443, address)).toBe(reason)
  })

  it.each([
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.255.255',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('let the public address %s through', (address) =>
    expect(none.refusal('registry.example', 443, address)).toBeNull(),
  )

  it('open a private address to a named host, on its port alone where one is named', () => {
    const rules = addressRules(['Registry.Example.', 'cameras.local:8080'])
    expect(rules.refusal('registry.example', 443, '10.0.0.1')).toBeNull()
    expect(rules.refusal('other.example', 443, '10.0.0.1')).toBe('a private address')
    expect(rules.refusal('cameras.local', 8080, '10.0.0.1')).toBeNull()
    expect(rules.refusal('cameras.local', 5432, '10.0.0.1')).toBe('a private address')
  })

  it('open a link-local or metadata address to an address or network alone, never to a name', () => {
    expect(addressRules(['registry.example']).refusal('registry.example', 80, '169.254.169.254')).toBe(
      'a metadata address',
    )
    expect(addressRules(['169.254.169.254']).refusal('registry.example', 80, '169.254.169.254')).toBeNull()
    expect(addressRules(['169.254.0.0/16']).refusal('x.example', 80, '169.254.7.7')).toBeNull()
  })

  it('understand networks, addresses with ports and IPv6 in every writing', () => {
    const rules = addressRules(['10.1.0.0/16', '192.168.1.7:8443', '[fd12::7]:80', 'fd34::/16'])
    expect(rules.refusal('a', 80, '10.1.255.255')).toBeNull()
    expect(rules.refusal('a', 80, '::ffff:10.1.2.3')).toBeNull()
    expect(rules.refusal('a', 80, '10.2.0.0')).toBe('a private address')
    expect(rules.refusal('a', 8443, '192.168.1.7')).toBeNull()
    expect(rules.refusal('a', 443, '192.168.1.7')).toBe('a private address')
    expect(rules.refusal('a', 80, 'fd12:0:0::0:7')).toBeNull()
    expect(rules.refusal('a', 80, 'fd34:5::1')).toBeNull()
  })

  it.each(['http://x/', 'a b', 'host:99999', 'host:0', '', '10.0.0.0/33', 'user@host'])(
    'refuse the entry %o',
    (entry) => {
      expect(() => addressRules([entry])).toThrow(RangeError)
    },
  )

  it('take an address to be inside the network made of its own first bits', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (address, bits) => {
        expect(addressRules([`${address}/${bits}`]).refusal('a', 80, address)).toBeNull()
      }),
    )
    fc.assert(
      fc.property(fc.ipV6(), fc.integer({ min: 1, max: 128 }), (address, bits) => {
        fc.pre(!address.toLowerCase().includes('ffff:') && addressRules([address]).refusal('a', 80, address) === null)
        expect(addressRules([`${address}/${bits}`]).refusal('a', 80, address)).toBeNull()
      }),
    )
  })
})

describe('connecting', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://0x7f000001:PORT/',
    'http://2130706433:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://１２７.０.０.１:PORT/',
    'http://127。0。0。1:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://localhost:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::]:PORT/',
  ])('is refused to %s', async (form) => {
    const { port, connections } = await serving(json)
    const error = await failure(transport({ allowHosts: [] }), { url: form.replace('PORT', String(port)) })
    expect(error).toMatchObject({ name: 'TransportFailure', code: 'CONFIG_INVALID' })
    expect(connections()).toBe(0)
  })

  it.each([
    'file:///etc/passwd',
    'gopher://x/',
    'ftp://x/',
    'ws://x/',
    'data:,x',
    '/page',
    'http://',
    'http://user:pass@host/',
  ])('is refused to %s', async (url) => {
    const error = await failure(transport(), { url })
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(error.message).not.toContain('pass@')
  })

  it('is refused when a name that was public before points here now', async () => {
    const { port, connections } = await serving(json)
    const answers = ['203.0.113.9', '127.0.0.1']
    const lookup: Lookup = () => Promise.resolve([{ address: answers.shift() ?? '127.0.0.1', family: 4 }])
    const opened = transport({ allowHosts: ['203.0.113.9'], lookup, limits: { connectMs: 50, tries: 1 } })
    expect(await failure(opened, { url: `http://rebinding.example:${port}/` })).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    })
    const second = await failure(opened, { url: `http://rebinding.example:${port}/` })
    expect(second).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(second.message).toContain('resolves to 127.0.0.1, which is an address of this machine')
    expect(connections()).toBe(0)
  })

  it('uses only the allowed ones of several addresses', async () => {
    const { port } = await serving(json)
    const lookup: Lookup = () =>
      Promise.resolve([
        { address: '10.9.9.9', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ])
    const opened = transport({ allowHosts: ['127.0.0.1'], lookup })
    expect((await opened.exchange({ url: `http://two.example:${port}/` })).json()).toEqual({ ok: true })
  })

  it('is SOURCE_UNAVAILABLE when the name does not resolve, naming why', async () => {
    const lookup: Lookup = () =>
      Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }))
    const error = await failure(transport({ lookup }), { url: 'http://nowhere.example/list?token=abcd' })
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(error.message).toBe('nowhere.example/list cannot be reached or broke off (ENOTFOUND)')
  })

  it('reaches a named host and port', async () => {
    const { host, url } = await serving(json)
    expect((await transport({ allowHosts: [host] }).exchange({ url })).json()).toEqual({ ok: true })
    expect(await failure(transport({ allowHosts: ['127.0.0.1:1'] }), { url })).toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

// Which addresses may be reached: public ones, and what the operator has allowed.
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * The addresses at which a source may be reached: public ones always; an address of this machine, a private, shared,
 * reserved or link-local one only where the operator allowed it as a host, `host:port` or network (`10.1.0.0/16`).
 */
export interface AddressRules {
  /** Why `host` must not be reached at `address`, in a few words; null when it may. `host` is written as in the URL. */
  refusal(host: string, port: number, address: string): string | null
}

type Network = { readonly bytes: Uint8Array; readonly bits: number }

// IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates), and what clouds answer their metadata on.
const special: readonly (readonly [string, readonly string[]])[] = [
  ['an address of this machine', ['127.0.0.0/8', '::1/128']],
  ['a private address', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']],
  ['a shared (carrier) address', ['100.64.0.0/10']],
  [
    'a reserved address',
    [
      '192.0.0.0/24',
      '192.0.2.0/24',
      '192.88.99.0/24',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '240.0.0.0/4',
    ],
  ],
  ['a reserved address', ['100::/64', '2001::/23', '2001:db8::/32', '3fff::/20', '64:ff9b:1::/48']],
]
// Never reachable by an allowed name, because the owner of a name could point it here. Only the address itself, or a network
// that contains it, allows these.
const neverByName: readonly (readonly [string, readonly string[]])[] = [
  ['a metadata address', ['169.254.169.254/32', 'fd00:ec2::254/128', '100.100.100.200/32', '168.63.129.16/32']],
  ['a link-local address', ['169.254.0.0/16', 'fe80::/10']],
  ['a multicast address', ['224.0.0.0/4', 'ff00::/8']],
  ['no address', ['0.0.0.0/8', '::/128', '255.255.255.255/32']],
]
const parsed = (table: typeof special): readonly (readonly [string, Network])[] =>
  table.flatMap(([name, networks]) => networks.map((network) => [name, networkOf(network)!] as const))

const specialNetworks = parsed(special)
const neverByNameNetworks = parsed(neverByName)
const publicSix = networkOf('2000::/3')!

/**
 * The rules of a list of hosts, `host:port`s and networks. Throws RangeError that names an entry that is none of these.
 *
 * @example
 * const rules = addressRules(['registry.internal:8443', '10.1.0.0/16'])
 * rules.refusal('10.1.2.3', 443, '10.1.2.3') // null
 * rules.refusal('localhost', 80, '127.0.0.1') // 'an address of this machine'
 */
export function addressRules(allowHosts: readonly string[]): AddressRules {
  const entries = allowHosts.map(entryOf)
  return {
    refusal(host, port, address) {
      const bytes = bytesOf(address)
      if (bytes === null) return 'not an address'
      const matches = entries.filter((entry) => entry.port === null || entry.port === port)
      if (matches.some((entry) => entry.network !== null && within(bytes, entry.network))) return null
      const never = neverByNameNetworks.find(([, network]) => within(bytes, network))
      if (never !== undefined) return never[0]
      const name = hostOf(host)
      if (matches.some((entry) => entry.name !== null && entry.name === name)) return null
      return specialName(bytes)
    },
  }
}

function specialName(bytes: Uint8Array): string | null {
  const found = specialNetworks.find(([, network]) => within(bytes, network))
  if (found !== undefined) return found[0]
  if (bytes.length === 16) {
    const inner = embedded(bytes)
    if (inner !== null) {
      const known = [...neverByNameNetworks, ...specialNetworks].find(([, network]) => within(inner, network))
      return known === undefined ? null : known[0]
    }
    if (!within(bytes, publicSix)) return 'a reserved address'
  }
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return own.some(({ address }) => same(bytesOf(address), bytes)) ? 'an address of this machine' : null
}

interface Entry {
  readonly name: string | null
  readonly network: Network | null
  readonly port: number | null
}

function entryOf(text: string): Entry {
  const network = networkOf(text)
  if (network !== null) return { name: null, network, port: null }
  const [, host, port] = /^(\[[^\]]+\]|[^:/\s@?#\\]+)(?::(\d{1,5}))?$/.exec(text.trim()) ?? []
  const name = host === undefined ? null : hostOf(host)
  if (name === null || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) {
    throw new RangeError(`Allowed hosts: '${text}' is no host, host:port or network`)
  }
  const literal = networkOf(name)
  return { name: literal === null ? name : null, network: literal, port: port === undefined ? null : Number(port) }
}

/** A host as URLs write it: lower case, punycode, no brackets, no dot at the end; null when it is none. */
export function hostOf(host: string): string | null {
  try {
    return new URL(`http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}`).hostname
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, '')
  } catch {
    return null
  }
}

function networkOf(text: string): Network | null {
  const [address = '', bits] = text.trim().split('/')
  const bytes = bytesOf(address)
  if (bytes === null || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null
  const maxBits = bytes.length * 8
  const length = bits === undefined ? maxBits : Number(bits)
  return length > maxBits ? null : { bytes, bits: length }
}

/** 4 or 16 bytes; an IPv4 address inside an IPv6 one (`::ffff:127.0.0.1`) as its 4. */
function bytesOf(text: string): Uint8Array | null {
  const address = text.replace(/%.*$/, '')
  const family = isIP(address)
  if (family === 0) return null
  if (family === 4) return Uint8Array.from(address.split('.'), Number)
  const dotted = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((part) => part.toString(16)).join(':'),
  )
  const [head = '', tail] = dotted.split('::')
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const all = tail === undefined ? first : [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
  const bytes = Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]))
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  return mapped ? bytes.slice(12) : bytes
}

/** The IPv4 address inside a transition address: NAT64 (RFC 6052), 6to4, IPv4-compatible. */
function embedded(bytes: Uint8Array): Uint8Array | null {
  const head = Buffer.from(bytes).toString('hex')
  if (head.startsWith('0064ff9b0000000000000000')) return bytes.slice(12)
  if (head.startsWith('2002')) return bytes.slice(2, 6)
  return head.startsWith('000000000000000000000000') ? bytes.slice(12) : null
}

const same = (a: Uint8Array | null, b: Uint8Array): boolean =>
  a !== null && a.length === b.length && a.every((byte, at) => byte === b[at])

function within(bytes: Uint8Array, network: Network): boolean {
  if (bytes.length !== network.bytes.length) return false
  for (let bit = 0; bit < network.bits; bit += 8) {
    const mask = network.bits - bit >= 8 ? 255 : (255 << (8 - (network.bits - bit))) & 255
    if ((bytes[bit >> 3]! & mask) !== (network.bytes[bit >> 3]! & mask)) return false
  }
  return true
}

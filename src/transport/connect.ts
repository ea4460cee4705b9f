// Opens connections, and only to addresses that the rules allow.
import { lookup as systemLookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import type { AddressRules } from './address.ts'
import { TransportFailure } from './failure.ts'

/** Every address of a name. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>

export const resolveName: Lookup = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true, verbatim: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    )
  })

/**
 * Opens connections only to addresses that the rules allow. The checked address is the one that is connected: a name is
 * resolved once for each connection and only its allowed addresses are tried, so that a second answer of the name server
 * changes nothing. A refused address is CONFIG_INVALID. TLS certificates are always verified.
 */
export function guardedConnector(
  rules: AddressRules,
  options: { readonly connectMs: number; readonly lookup: Lookup; readonly ca?: string | undefined },
): buildConnector.connector {
  const byPort = new Map<number, buildConnector.connector>()
  const opened = (port: number): buildConnector.connector => {
    const known = byPort.get(port)
    if (known !== undefined) return known
    const made = buildConnector({
      allowH2: false,
      timeout: options.connectMs,
      autoSelectFamily: true,
      lookup: guardedLookup(rules, port, options.lookup),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    })
    byPort.set(port, made)
    return made
  }
  return (target, callback) => {
    const host = target.hostname.replace(/^\[|\]$/g, '')
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80)
    const refusal = isIP(host) === 0 ? null : rules.refusal(host, port, host)
    if (refusal !== null) return callback(refused(host, port, host, refusal), null)
    opened(port)(target, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      const address = socket.remoteAddress
      const late = address === undefined ? null : rules.refusal(host, port, address)
      if (late === null) return callback(null, socket)
      socket.destroy()
      return callback(refused(host, port, address!, late), null)
    })
  }
}

function guardedLookup(rules: AddressRules, port: number, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (addresses: readonly LookupAddress[]): void => {
      const allowed = addresses.filter(({ address }) => rules.refusal(hostname, port, address) === null)
      const [first] = allowed
      if (first === undefined) {
        const address = addresses[0]?.address ?? 'nothing'
        callback(refused(hostname, port, address, rules.refusal(hostname, port, address) ?? 'not an address'), '', 0)
      } else if (options.all === true) {
        callback(null, allowed as LookupAddress[])
      } else {
        callback(null, first.address, first.family)
      }
    }
    const fail = (error: NodeJS.ErrnoException): void => callback(error, '', 0)
    lookup(hostname).then(answer, fail)
  }
}

function refused(host: string, port: number, address: string, reason: string): TransportFailure {
  const at = host === address ? `${host}:${port}` : `${host}:${port} resolves to ${address}, which`
  return new TransportFailure(
    'CONFIG_INVALID',
    `${at} is ${reason}; expected a public address, or this host in the source's allowed hosts`,
  )
}

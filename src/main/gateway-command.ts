import { readFileSync } from 'node:fs'
import pino from 'pino'
import { anonymous } from '../access/caller.ts'
import { discovered } from '../access/token/discovery.ts'
import { openVerifier, type Verifier } from '../access/token/verifier.ts'
import { openFederation, openRemote, readSupergraph, type Remote, type Supergraph } from '../federation/index.ts'
import { listen } from '../gateway/http/listen.ts'
import { openMetrics } from '../gateway/http/metrics.ts'
import { openGateway } from '../gateway/http/server.ts'
import { openTransport } from '../transport/open.ts'
import { WrongUsage } from './exit-code.ts'
import { untilSignal } from './signal.ts'

export interface GatewayCommandOptions {
  readonly supergraph: string
  /** `name=url` each. */
  readonly subgraph?: readonly string[]
  readonly port?: string
  readonly issuer?: string
  readonly audience: string
}

/** There is no data of this hub behind it, and who runs it knows its clients: only what would stop the process is refused. */
const limits = {
  nesting: 100,
  tokens: 50_000,
  depth: 60,
  aliases: 5_000,
  directives: 2_000,
  fields: 20_000,
  objects: Number.MAX_SAFE_INTEGER,
}

/** Serves a supergraph alone, without database or configuration, until a signal; settles with the exit code. */
export async function gatewayCommand(options: GatewayCommandOptions): Promise<number> {
  const port = portOf(options.port ?? process.env['PORT'] ?? '4000')
  const host = process.env['HOST'] ?? '127.0.0.1'
  const supergraph = readFile(options.supergraph)
  const places = placesOf(supergraph, options.subgraph ?? [])
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'info', base: null }, pino.destination(2))
  const alarm = (subgraph: string, why: string): void => log.warn({ subgraph }, why)
  const remotes = new Map<string, Remote>()
  for (const { name, url } of places) {
    remotes.set(name, openRemote({ name, url, allowHosts: [new URL(url).host], alarm, inFlight: 64 }))
  }
  const trusted = options.issuer === undefined ? null : openIssuer(options.issuer, options.audience, log)
  const end = untilSignal()
  const listener = await listen({ host, port }).catch((error: Error) => {
    throw new WrongUsage(error.message)
  })
  const gateway = await openGateway({
    listener,
    generation: openFederation({ supergraph: supergraph.sdl, subgraphs: remotes, purposes: null }),
    verifier: trusted?.verifier ?? { verify: () => Promise.resolve(anonymous) },
    developmentIssuer: null,
    ready: () => Promise.resolve(true),
    pages: null,
    metrics: openMetrics(),
    log,
    limits,
    rate: null,
    objectsPerMinute: null,
  })
  console.log(`Ready ${gateway.url}`)
  await end.done
  await gateway.close()
  await Promise.all([...remotes.values()].map((remote) => remote.close()))
  await trusted?.close()
  end.forget()
  return 0
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new WrongUsage(`--port is "${text}", expected 0 to 65535`)
  return port
}

function readFile(path: string): Supergraph {
  let sdl: string
  try {
    sdl = readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new WrongUsage(`--supergraph is "${path}", which cannot be read (${code})`)
  }
  return readSupergraph(sdl)
}

/** Where each subgraph is: as given, else as the supergraph says. A name may be written as `join__graph` or its enum does. */
function placesOf({ subgraphs }: Supergraph, given: readonly string[]): readonly { name: string; url: string }[] {
  const urls = new Map<string, string>()
  for (const one of given) {
    const [, name = '', url = ''] = /^([^=]+)=(.+)$/.exec(one) ?? []
    const known = subgraphs.find((place) => place.name === name) ?? subgraphs.find((place) => place.graph === name)
    if (known === undefined) {
      const names = subgraphs.map((place) => place.name).join(', ')
      throw new WrongUsage(`--subgraph is "${one}", expected NAME=URL with one of ${names}`)
    }
    urls.set(known.name, url)
  }
  return subgraphs.map(({ name, url }) => {
    const at = urls.get(name) ?? url
    const parsed = URL.canParse(at) ? new URL(at) : null
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      throw new WrongUsage(`The subgraph ${name} has no address ("${at}"): give --subgraph ${name}=URL`)
    }
    return { name, url: at }
  })
}

/** The rules of a supergraph name scopes of their own: a token opens what it says. */
function openIssuer(
  issuer: string,
  audience: string,
  log: pino.Logger,
): { readonly verifier: Verifier; readonly close: () => Promise<void> } {
  if (!URL.canParse(issuer)) throw new WrongUsage(`--issuer is "${issuer}", expected a URL`)
  const transport = openTransport({ allowHosts: [new URL(issuer).host] })
  const verifier = openVerifier({
    issuers: [{ issuer, audience, keys: discovered(issuer, transport) }],
    now: Date.now,
    agencyRangeOf: () => null,
    isScope: () => true,
    alarm: (name, what) => log.warn({ issuer: name }, what),
  })
  return { verifier, close: () => transport.close() }
}

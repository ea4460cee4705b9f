// hub gateway: the federation gateway alone, on a given supergraph, without database or configuration.
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Logger } from 'pino'
import type { Verifier } from '../../access/token/verifier.ts'
import type { Remote, Supergraph } from '../../federation/index.ts'
import type { Exit } from '../command.ts'
import { WrongUsage } from '../exit-code.ts'

interface GatewayOptions {
  readonly supergraph: string
  /** `name=url` each. */
  readonly subgraph?: readonly string[]
  readonly port?: string
  readonly issuer?: string
  readonly audience: string
}

export function addGateway(program: Command, exit: Exit): void {
  program
    .command('gateway')
    .description(
      'chỉ cổng liên hợp, trên một siêu lược đồ cho sẵn · only the federation gateway, on a given supergraph',
    )
    .requiredOption('--supergraph <file>', 'the SDL of the supergraph')
    .option('--subgraph <name=url...>', 'where a subgraph is; default: as join__Graph says')
    .option('--port <port>', 'default: PORT, else 4000; 0 picks a free one')
    .option('--issuer <url>', 'whose tokens are taken; without it every caller is anonymous')
    .option('--audience <name>', 'the audience of those tokens', 'hub')
    .action(async (options: GatewayOptions) => exit(await serveSupergraph(options)))
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

/** Serves until a signal; settles with the exit code. */
async function serveSupergraph(options: GatewayOptions): Promise<number> {
  const { default: pino } = await import('pino')
  const { anonymous } = await import('../../access/caller.ts')
  const { openFederation } = await import('../../federation/index.ts')
  const { listen } = await import('../../gateway/http/listen.ts')
  const { openMetrics } = await import('../../gateway/http/metrics.ts')
  const { openGateway } = await import('../../gateway/http/server.ts')
  const { untilSignal } = await import('../../main/process/signal.ts')
  const port = portOf(options.port ?? process.env['PORT'] ?? '4000')
  const host = process.env['HOST'] ?? '127.0.0.1'
  const supergraph = await readSupergraphFile(options.supergraph)
  const addresses = addressesOf(supergraph, options.subgraph ?? [])
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'info', base: null }, pino.destination(2))
  const remotes = await openRemotes(addresses, log)
  const trusted = options.issuer === undefined ? null : await openIssuer(options.issuer, options.audience, log)
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

interface Address {
  readonly name: string
  readonly url: string
}

async function openRemotes(addresses: readonly Address[], log: Logger): Promise<ReadonlyMap<string, Remote>> {
  const { openRemote } = await import('../../federation/index.ts')
  const alarm = (subgraph: string, why: string): void => log.warn({ subgraph }, why)
  return new Map(
    addresses.map(({ name, url }) => [
      name,
      openRemote({ name, url, allowHosts: [new URL(url).host], alarm, inFlight: 64 }),
    ]),
  )
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new WrongUsage(`--port is "${text}", expected 0 to 65535`)
  return port
}

async function readSupergraphFile(path: string): Promise<Supergraph> {
  const { readSupergraph } = await import('../../federation/index.ts')
  let sdl: string
  try {
    sdl = readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new WrongUsage(`--supergraph is "${path}", which cannot be read (${code})`)
  }
  return readSupergraph(sdl)
}

/** The address of each subgraph: as given, else as the supergraph says. A name may be written as `join__graph` or its enum does. */
function addressesOf({ subgraphs }: Supergraph, given: readonly string[]): readonly Address[] {
  const urls = new Map<string, string>()
  for (const text of given) {
    const [, name = '', url = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
    const known = subgraphs.find((one) => one.name === name) ?? subgraphs.find((one) => one.graph === name)
    if (known === undefined) {
      const names = subgraphs.map((one) => one.name).join(', ')
      throw new WrongUsage(`--subgraph is "${text}", expected NAME=URL with one of ${names}`)
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

/** The verifier of one issuer. The rules of a supergraph name scopes of their own: a token has those that it names. */
async function openIssuer(
  issuer: string,
  audience: string,
  log: Logger,
): Promise<{ readonly verifier: Verifier; readonly close: () => Promise<void> }> {
  const { discovered } = await import('../../access/token/discovery.ts')
  const { openVerifier } = await import('../../access/token/verifier.ts')
  const { openTransport } = await import('../../transport/open.ts')
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

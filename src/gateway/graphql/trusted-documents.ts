// The registered operations that applications may send.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Kind, parse } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { writtenOn } from '../../graph/operation/build.ts'
import { exceeds, measure } from './complexity.ts'
import type { OperationLimits } from './limits.ts'
import { nestsDeeper } from './nesting.ts'
import { sha256Of } from './persisted.ts'
import { faultsOf } from './validation.ts'

/** The folder whose operations every application may send, also one without a token. */
export const everyone = 'all'

export interface TrustedDocuments {
  /** `only`: nothing but registered operations is executed. */
  readonly mode: 'off' | 'only'
  /** The text registered under the hash for this application (the token's client; null: none) or for all. */
  find(application: string | null, sha256: string): string | null
  /** Reads the folder again. On a fault throws TrustedDocumentFault and goes on with what was registered before. */
  reload(): Promise<void>
  /** Safe to repeat. */
  close(): void
}

/** An operation that cannot be registered; the message names its file. */
export class TrustedDocumentFault extends Error {
  override readonly name = 'TrustedDocumentFault'
}

export interface TrustedDocumentsOptions {
  /** Holds `<application>/<name>.graphql`, and `all/<name>.graphql`. */
  readonly folder: string
  readonly mode: 'off' | 'only'
  readonly schema: () => GraphQLSchema
  readonly limits: OperationLimits
  /** Texts that the hub itself sends from its pages. */
  readonly own?: readonly string[]
  /** A fault found while running: the operations of before go on. */
  readonly onFault: (fault: Error) => void
  /** How often the folder is looked at: milliseconds. */
  readonly pollMs?: number
}

type Registered = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * The operations of a folder, read again when it changes. Rejects with TrustedDocumentFault when the folder cannot be read or
 * a document in it is not valid.
 *
 * @example
 * const documents = await openTrustedDocuments({ folder: 'operations', mode: 'only', … })
 */
export async function openTrustedDocuments(options: TrustedDocumentsOptions): Promise<TrustedDocuments> {
  const { mode, onFault, pollMs = 1_000 } = options
  const own = new Map((options.own ?? []).map((text) => [sha256Of(text), text]))
  let signature = await signatureOf(options)
  let registered = await readAll(options)
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    look()
      .catch(onFault)
      .finally(() => (looking = false))
  }, pollMs).unref()

  async function look(): Promise<void> {
    const now = await signatureOf(options)
    if (now === signature) return
    signature = now
    registered = await readAll(options)
  }

  return {
    mode,
    find(application, sha256) {
      const found = application === null ? undefined : registered.get(application)?.get(sha256)
      return found ?? registered.get(everyone)?.get(sha256) ?? own.get(sha256) ?? null
    },
    async reload() {
      registered = await readAll(options)
    },
    close: () => clearInterval(timer),
  }
}

interface Found {
  readonly application: string
  readonly path: string
}

async function filesOf({ folder, mode }: TrustedDocumentsOptions): Promise<readonly Found[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (mode === 'off' && cause.code === 'ENOENT') return []
    throw new TrustedDocumentFault(`trustedDocuments.folder ${folder} cannot be read: ${cause.code ?? cause.message}`)
  })
  const found = await Promise.all(
    entries.map(async (entry): Promise<readonly Found[]> => {
      if (!entry.isDirectory()) return []
      const names = await readdir(join(folder, entry.name))
      return names
        .filter((name) => name.endsWith('.graphql'))
        .map((name) => ({ application: entry.name, path: join(folder, entry.name, name) }))
    }),
  )
  return found.flat().toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

/** Changes when a file comes, goes or is written. */
async function signatureOf(options: TrustedDocumentsOptions): Promise<string> {
  const files = await filesOf(options)
  const facts = await Promise.all(
    files.map(async ({ path }) => {
      const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }))
      return `${path} ${mtimeMs} ${size}`
    }),
  )
  return facts.join('\n')
}

async function readAll(options: TrustedDocumentsOptions): Promise<Registered> {
  const { schema, limits } = options
  const registered = new Map<string, Map<string, string>>()
  for (const { application, path } of await filesOf(options)) {
    const text = await readFile(path, 'utf8')
    const fault = faultIn(text, schema(), limits)
    if (fault !== null) throw new TrustedDocumentFault(`${path}: ${fault}`)
    const own = registered.get(application) ?? new Map<string, string>()
    registered.set(application, own)
    // An editor's last newline must not make another operation of it.
    for (const form of new Set([text, text.trim()])) own.set(sha256Of(form), form)
  }
  return registered
}

function faultIn(text: string, schema: GraphQLSchema, limits: OperationLimits): string | null {
  if (nestsDeeper(text, limits.nesting, 'graphql')) return 'nests too deep'
  let document
  try {
    document = parse(text, { maxTokens: limits.tokens })
  } catch (error) {
    return (error as Error).message
  }
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (operations.length === 0) return 'contains no operation'
  const [fault] = faultsOf(schema, document)
  if (fault !== undefined) return fault.message
  return operations.some((one) => exceeds(measure(writtenOn(schema, document, one), {}), limits))
    ? 'asks too much'
    : null
}

// A small gateway with subscriptions for the tests of streams.
import { makeExecutableSchema } from '@graphql-tools/schema'
import { execute } from 'graphql'
import type { GraphQLSchema } from 'graphql'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import type { Caller } from '../../../src/access/caller.ts'
import { hubError } from '../../../src/access/error.ts'
import type { Generation } from '../../../src/graph/operation/generation.ts'
import type { Gateway } from '../../../src/gateway/http/server.ts'
import type { Followed, FollowedEvent } from '../../../src/graph/subscribe/subscribe.ts'
import { typeDefs } from '../small-schema.ts'

const followable = typeDefs.replace('ticked: Int', 'dossierChanged(filter: DossierFilter): Dossier')

/** A generation whose dossiers change when the test says so. */
export interface Town {
  readonly generation: Generation
  /** Sends these to each subscriber. */
  tell(...events: FollowedEvent[]): void
  lose(): void
  following(): number
  readonly asked: { field: string; args: unknown }[]
  /** Under whom events were read, and what was denied in them. */
  readonly reads: { readonly caller: Caller; readonly denied: readonly string[] }[]
  /** Another generation of the same town: with another schema, or with the same one. */
  next(sdl?: string): Generation
}

export function openTown(names: ReadonlyMap<string, string>): Town {
  const all = new Set<{ waiting: FollowedEvent[]; lost: boolean; wake: () => void }>()
  const asked: Town['asked'] = []
  const reads: Town['reads'] = []

  const subscribe = async (field: string, args: Readonly<Record<string, unknown>>): Promise<Followed> => {
    asked.push({ field, args })
    const own = { waiting: [] as FollowedEvent[], lost: false, wake: () => undefined as void }
    all.add(own)
    const gone = (): void => {
      if (own.lost) throw hubError('RESUBSCRIBE_REQUIRED', 'again', { extensions: { reason: 'LOST' } })
    }
    return {
      async waiting(signal) {
        while (own.waiting.length === 0 && !own.lost && !signal.aborted) {
          await new Promise<void>((resolve) => {
            own.wake = resolve
            signal.addEventListener('abort', () => resolve(), { once: true })
          })
        }
        gone()
      },
      async take() {
        gone()
        return own.waiting.splice(0)
      },
      close: () => void all.delete(own),
    }
  }

  const generationOf = (sdl: string): Generation => {
    const schema: GraphQLSchema = makeExecutableSchema({ typeDefs: sdl })
    return {
      schema,
      policy: openPolicy({ schema, purposes: null }),
      subscribe,
      async execute({ document, operationName, variables, caller, decision }) {
        reads.push({ caller, denied: decision.denied.map(({ path, code }) => `${path.join('.')} ${code}`) })
        const dossier = ({ id }: { id: string }) =>
          names.has(id) ? { __typename: 'Dossier', id, code: names.get(id), applicant: { name: `CANARY ${id}` } } : null
        return execute({
          schema,
          document,
          operationName: operationName ?? null,
          variableValues: variables,
          rootValue: { node: dossier, hello: () => 'hello' },
        })
      },
    }
  }

  return {
    generation: generationOf(followable),
    tell(...events) {
      for (const own of all) {
        own.waiting.push(...events)
        own.wake()
      }
    },
    lose() {
      for (const own of all) {
        own.lost = true
        own.wake()
      }
    },
    following: () => all.size,
    asked,
    reads,
    next: (sdl = followable) => generationOf(sdl),
  }
}

export const townSchema = followable

export interface StreamEvent {
  readonly event: string
  readonly data: {
    readonly data?: Record<string, unknown> | null
    readonly errors?: readonly { message: string; extensions: Record<string, unknown> }[]
    readonly extensions?: Record<string, unknown>
    readonly id?: string
    readonly payload?: StreamEvent['data']
  } | null
}

export interface Stream {
  readonly status: number
  readonly headers: Headers
  /** The next event; rejects after a minute without one. */
  next(): Promise<StreamEvent>
  /** Resolves when the server has ended the stream; gives what came until then. */
  rest(): Promise<StreamEvent[]>
  /** As it came when it was no event stream. */
  text(): Promise<string>
  leave(): void
}

/** Opens an event stream as a client does, and reads it. */
export async function openStream(
  gateway: Pick<Gateway, 'url'>,
  given: {
    readonly method?: string
    readonly body?: unknown
    readonly search?: string
    readonly token?: string | undefined
    readonly headers?: Record<string, string>
  },
): Promise<Stream> {
  const leave = new AbortController()
  const { method = 'POST', body, search = '', token, headers = {} } = given
  const answer = await fetch(`${gateway.url}/graphql/stream${search}`, {
    method,
    signal: leave.signal,
    headers: {
      accept: 'text/event-stream',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const isStream = answer.headers.get('content-type')?.includes('text/event-stream') ?? false
  const ready: StreamEvent[] = []
  let ended = false
  let wake = (): void => undefined
  async function read(): Promise<void> {
    let text = ''
    try {
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const event = /^event: (.*)$/m.exec(block)?.[1]
          const data = /^data: ?(.*)$/m.exec(block)?.[1] ?? ''
          if (event !== undefined) ready.push({ event, data: data === '' ? null : JSON.parse(data) })
        }
        wake()
      }
    } catch {
      // the test has left
    }
    ended = true
    wake()
  }
  if (isStream) void read()

  const until = async (isReached: () => boolean): Promise<void> => {
    const late = Date.now() + 60_000
    while (!isReached()) {
      if (Date.now() > late) throw new Error('nothing came')
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, 100)
      })
    }
  }
  return {
    status: answer.status,
    headers: answer.headers,
    async next() {
      await until(() => ready.length > 0 || ended)
      const event = ready.shift()
      if (event === undefined) throw new Error('the stream has ended')
      return event
    },
    async rest() {
      await until(() => ended)
      return ready.splice(0)
    },
    text: () => answer.text(),
    leave: () => leave.abort(),
  }
}

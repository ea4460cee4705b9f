// A GraphQL client of the hub under test.
export interface Rights {
  /** Scopes, separated by spaces. */
  readonly scope: string
  /** Default: the province. */
  readonly agency?: string
  /** In the token and in the header of every operation. */
  readonly purpose?: string
  readonly subject?: string
}

export interface GraphQLAnswer {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions?: Readonly<Record<string, unknown>>
  }[]
}

export type Row = Readonly<Record<string, unknown>>

export interface Client {
  /** One operation over HTTP as it is answered, errors and all. */
  post(query: string, variables?: Row): Promise<{ status: number; text: string; answer: GraphQLAnswer }>
  /** The data of one operation; an error of any kind fails the test. */
  ask<T = Record<string, never>>(query: string, variables?: Row): Promise<T>
  /** All nodes of a connection of the root, page after page; `totalCount` is checked against what came. */
  all<T extends Row>(field: string, selection: string, options?: { args?: string; first?: number }): Promise<T[]>
}

export function openClient(url: string, token: string | null, purpose: string | undefined): Client {
  const client: Client = {
    async post(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(purpose === undefined ? {} : { 'x-hub-purpose': purpose }),
        },
        body: JSON.stringify({ query, variables }),
      })
      const text = await response.text()
      return { status: response.status, text, answer: JSON.parse(text) as GraphQLAnswer }
    },
    async ask<T>(query: string, variables?: Row) {
      const { status, answer } = await client.post(query, variables)
      if (status !== 200 || answer.errors !== undefined || answer.data == null) {
        throw new Error(`${status} ${JSON.stringify(answer.errors)} for ${query}`)
      }
      return answer.data as T
    },
    async all<T extends Row>(field: string, selection: string, { args = '', first = 100 } = {}) {
      const found: T[] = []
      let after: string | null = null
      for (let page = 0; page < 1_000; page += 1) {
        const data: Record<string, Page<T>> = await client.ask(
          `query($after: String) { ${field}(first: ${first}, after: $after${args === '' ? '' : `, ${args}`}) {
             totalCount nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`,
          { after },
        )
        const { totalCount, nodes, pageInfo } = data[field]!
        found.push(...nodes)
        if (pageInfo.hasNextPage) {
          after = pageInfo.endCursor
          continue
        }
        if (totalCount !== found.length)
          throw new Error(`${field}: ${found.length} nodes came, totalCount ${totalCount}`)
        return found
      }
      throw new Error(`${field} does not end`)
    },
  }
  return client
}

interface Page<T> {
  readonly totalCount: number
  readonly nodes: readonly T[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

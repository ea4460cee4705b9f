// A schema behind HTTP, as another agency's server would have it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { ApolloServer, HeaderMap } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import type { GraphQLSchema } from 'graphql'

/** Answers GraphQL that is posted to any path. */
export async function graphqlHandler(
  schema: GraphQLSchema,
): Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  const plugins = [ApolloServerPluginInlineTraceDisabled()]
  const apollo = new ApolloServer({
    schema,
    plugins,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
  })
  await apollo.start()
  return async (request, response) => {
    const headers = new HeaderMap()
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method ?? '', headers, search: '', body: await json(request) },
      context: () => Promise.resolve({}),
    })
    response.writeHead(answer.status ?? 200, Object.fromEntries(answer.headers))
    response.end(answer.body.kind === 'complete' ? answer.body.string : '')
  }
}

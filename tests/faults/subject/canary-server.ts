import { serveSmall } from '../../journey/small-server.ts'

/** A server that nobody may ask. */
export async function openCanaryServer(): Promise<{
  readonly host: string
  readonly requests: number
  close(): Promise<void>
}> {
  let requests = 0
  const server = await serveSmall((_request, _body, response) => {
    requests += 1
    response.end('{}')
  })
  return {
    host: server.host,
    get requests() {
      return requests
    },
    close: server.close,
  }
}

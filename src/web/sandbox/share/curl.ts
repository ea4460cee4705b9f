// An operation as a curl command.
export type CurlOperation = {
  url: string
  query: string
  variables: unknown
  operationName: string | null
  token: string | null
  purpose: string | null
}

/** A command for a POSIX shell that sends the operation just as the sandbox does; any text survives the quoting. */
export function asCurl(operation: CurlOperation): string {
  const body = {
    query: operation.query,
    ...(operation.variables === null ? {} : { variables: operation.variables }),
    ...(operation.operationName === null ? {} : { operationName: operation.operationName }),
  }
  return [
    `curl -sS ${quote(operation.url)}`,
    `-H ${quote('content-type: application/json')}`,
    ...(operation.token === null ? [] : [`-H ${quote(`authorization: Bearer ${operation.token}`)}`]),
    ...(operation.purpose === null ? [] : [`-H ${quote(`x-hub-purpose: ${operation.purpose}`)}`]),
    `--data-raw ${quote(JSON.stringify(body))}`,
  ].join(' \\\n  ')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

import { anonymous } from '../../../src/access/caller.ts'
import { openPolicy } from '../../../src/access/policy/policy.ts'
import type { Database } from '../../../src/db/open.ts'
import { listen } from '../../../src/gateway/http/listen.ts'
import type { Log } from '../../../src/gateway/log.ts'
import { openMetrics } from '../../../src/gateway/http/metrics.ts'
import { openGateway } from '../../../src/gateway/http/server.ts'
import { openCursors } from '../../../src/graph/sql/cursor.ts'
import { openExecutor } from '../../../src/graph/execute/execute.ts'
import { authoredSubgraph } from '../../../src/graph/entities/subgraph.ts'
import { productsSdl } from './schema.ts'
import { productsRows, productsMappings } from './mappings.ts'
import { noRows } from '../../../src/db/row-scope.ts'

export interface Products {
  /** Where operations are posted; anyone may. */
  readonly url: string
  close(): Promise<void>
}

/**
 * A real server of the products' schema on the hub's own floor, its rows in tables of the schema `products` of this database,
 * which are made anew. Nothing of the hub's own domains is in it.
 */
export async function openProducts({ pool }: Pick<Database, 'pool'>, { port = 0 } = {}): Promise<Products> {
  await pool.query(productsRows)
  const { schema, mappings, sdl } = authoredSubgraph(productsSdl, productsMappings)
  const policy = openPolicy({ schema, purposes: null })
  const execute = openExecutor({
    schema,
    mappings,
    policy,
    cursors: openCursors(new Uint8Array(32)),
    pool,
    rowScopeOf: () => noRows,
    now: () => new Date(),
  })
  const quiet = (): void => undefined
  const log: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
  const gateway = await openGateway({
    listener: await listen({ host: '127.0.0.1', port }),
    generation: { schema, policy, execute },
    verifier: { verify: () => Promise.resolve(anonymous) },
    developmentIssuer: null,
    ready: () => Promise.resolve(sdl !== ''),
    pages: null,
    metrics: openMetrics(),
    log,
    rate: null,
  })
  return { url: `${gateway.url}/graphql`, close: () => gateway.close() }
}
